"""The question before a cluster is left while something still goes on in it."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.question_screen import QuestionScreen


class LeaveScreen(QuestionScreen):
    """Says what ends."""

    def __init__(self, where: str, what: str) -> None:
        """Prepare the question.

        Args:
            where: The cluster, in words.
            what: What ends with it, as the beginning of a sentence.
        """
        super().__init__(f"Leave {where}?", f"{what} when the connection to it is closed.", no="Stay", yes="Leave")
