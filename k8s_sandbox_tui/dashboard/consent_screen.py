"""The question before sandboxes run with nothing to hold them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.question_screen import QuestionScreen

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.opened import ConsentNeededError


class ConsentScreen(QuestionScreen):
    """Says what the risk is; the answer yes is remembered by who asked."""

    def __init__(self, error: ConsentNeededError) -> None:
        """Prepare the question.

        Args:
            error: What names the risk.
        """
        super().__init__(
            "Run sandboxes without isolation?",
            error.risk,
            "Commands in sandboxes can then read and change your files. Run nothing there that you would not run "
            "yourself. You are asked this once.",
            no="Cancel",
            yes="Start",
        )
