"""What the screen says when the cluster cannot be opened: the cause, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.table.placeholder import Placeholder
from k8s_sandbox_tui.provider.errors import CredentialPluginError, SandboxError

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.shown_keys import KeyOf

LAST_LINES = 6
"""Lines of a credential plugin's stderr that are shown: its error stands at the end."""


def failure_placeholder(error: SandboxError, *, opened: bool, key: KeyOf) -> Placeholder:
    """The message for an error that ended the connection.

    Args:
        error: What was raised.
        opened: Whether the cluster was open before.
        key: The keys of the commands that help.
    """
    title = "The connection to the cluster ended." if opened else "The cluster cannot be opened."
    if isinstance(error, CredentialPluginError):
        said = error.stderr.strip().splitlines()[-LAST_LINES:]
        # The message ends with the last line already: it is not said twice.
        first, last = error.message, f": {said[-1]}" if said else ""
        if last and first.endswith(last):
            first = first.removesuffix(last) + ":"
        lines = (first, *said, error.hint)
    else:
        lines = (error.message, error.hint)
    then = (
        f"Press {key('view.refresh')} to try again, {key('place.context')} for another cluster,"
        f" {key('app.quit')} to quit."
    )
    return Placeholder(title, (*lines, then), "error")
