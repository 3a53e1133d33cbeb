"""The card of a shell that had, or was to have, the whole terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console.model import CommandCard, Ending

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import SandboxInfo

SHELL_COMMAND = "sh"
SHELL_HINT = "This shell needs the whole terminal: open another one from the table."


def failed_shell(info: SandboxInfo, ending: Ending) -> CommandCard:
    """A card that says how such a shell ended."""
    card = CommandCard(command=SHELL_COMMAND, sandbox_id=info.id, uid=info.uid, started_at=datetime.now(UTC))
    # As output: it wraps, where the line of the end is cut.
    card.feed("stderr", ending.detail.encode())
    card.end(Ending(ending.state, ending.exit_code))
    return card
