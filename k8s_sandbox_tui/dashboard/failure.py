"""What the screen says when the cluster cannot be opened: the cause, and the next step."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.table.placeholder import Placeholder
from k8s_sandbox_tui.provider.errors import CredentialPluginError, SandboxError

LAST_LINES = 6
"""Lines of a credential plugin's stderr that are shown: its error stands at the end."""


def failure_placeholder(error: SandboxError, *, opened: bool) -> Placeholder:
    """The message for an error that ended the connection.

    Args:
        error: What was raised.
        opened: Whether the cluster was open before.
    """
    title = "The connection to the cluster ended." if opened else "The cluster cannot be opened."
    if isinstance(error, CredentialPluginError):
        said = error.stderr.strip().splitlines()[-LAST_LINES:]
        lines = (error.message, *said, error.hint)
    else:
        lines = (error.message, error.hint)
    return Placeholder(title, (*lines, "Press r to try again, q to quit."), "error")
