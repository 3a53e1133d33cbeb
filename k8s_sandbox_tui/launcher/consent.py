"""Asks on the terminal whether the user takes a risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import output
from k8s_sandbox_tui.cli.confirm import confirmed

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.opened import ConsentNeededError


async def ask(error: ConsentNeededError) -> bool:
    """Asks once; without a terminal the answer is no."""
    if not output.is_terminal(0) or not output.is_terminal(2):
        return False
    output.note(error.risk)
    return await confirmed("Start it all the same? You are asked this once. [y/N] ")
