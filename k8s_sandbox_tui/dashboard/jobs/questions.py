"""The questions before a job is ended, and before what is left of one is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.jobs.lines import ID_SHOWN, command_line
from k8s_sandbox_tui.dashboard.question_screen import QuestionScreen

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.jobs.models import JobInfo

COMMAND_CELLS = 160
"""Cells of a command that a question shows, so that the answers stay in view."""


class EndJobScreen(QuestionScreen):
    """Says which processes end."""

    def __init__(self, info: JobInfo, sandbox: str) -> None:
        """Prepare the question.

        Args:
            info: The job.
            sandbox: What its sandbox is called.
        """
        super().__init__(
            f"End job {info.id[:ID_SHOWN]}?",
            f"In {sandbox}: {command_line(info, COMMAND_CELLS)}",
            "All its processes are told to end, and killed if they do not. Work that they have not saved is lost;"
            " the log stays.",
            no="Cancel",
            yes="End",
        )


class RemoveJobScreen(QuestionScreen):
    """Says what is forgotten."""

    def __init__(self, info: JobInfo, sandbox: str) -> None:
        """Prepare the question; the arguments are those of `EndJobScreen`."""
        super().__init__(
            f"Remove job {info.id[:ID_SHOWN]}?",
            f"In {sandbox}: {command_line(info, COMMAND_CELLS)}",
            "Its log and its exit code are deleted from the sandbox, and cannot be brought back.",
            no="Cancel",
            yes="Remove",
        )
