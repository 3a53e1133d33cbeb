"""Whether the user has agreed that sandboxes run as plain processes, where nothing holds them back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.private_file import write_private

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.state import StateFolder

ENVIRONMENT = "K8S_SANDBOX_TUI_PLAIN_PROCESSES"
"""Set to 1, the user has agreed."""
_TEXT = b"You agreed that sandboxes run as plain processes on this machine. Delete this file to be asked again.\n"


def is_given(state: StateFolder) -> bool:
    """Whether the environment says so, or the user was asked before."""
    return os.environ.get(ENVIRONMENT, "") == "1" or state.consent.exists()


def give(state: StateFolder) -> None:
    """Remembers that the user has agreed."""
    state.make()
    write_private(state.consent, _TEXT)
