"""The view of several creates at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Button, Static

from k8s_sandbox_tui.dashboard.create.many import Copy, CopyState, failure_summary, tally
from k8s_sandbox_tui.dashboard.create.progress import SIGNS, ProgressAnswer, ProgressScreen, failure_text
from k8s_sandbox_tui.dashboard.create.stages import StageState, seconds
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.provider.errors import SandboxError
    from k8s_sandbox_tui.provider.models import CreateProgress

_LOOKS = {
    CopyState.WAITING: StageState.AHEAD,
    CopyState.CREATING: StageState.NOW,
    CopyState.RUNNING: StageState.DONE,
    CopyState.FAILED: StageState.FAILED,
    CopyState.CANCELLED: StageState.SKIPPED,
}


class ManyScreen(ProgressScreen):
    """A line for each; it leaves by itself when all of them run."""

    DEFAULT_CSS = """
    ManyScreen {
        #stages { height: auto; }
    }
    """

    def __init__(self, titles: Sequence[str]) -> None:
        """Args: `titles` is what is created, each until its id is known."""
        super().__init__(f"{len(titles)} sandboxes")
        self.copies = [Copy(title) for title in titles]

    def advance_one(self, index: int, progress: CreateProgress) -> None:
        """Take in a step of one of them."""
        self._change(index, self.copies[index].advance(progress))

    def settle_one(self, index: int, error: SandboxError | None, *, cancelled: bool = False) -> None:
        """One of them came to its end."""
        if cancelled:
            self._change(index, self.copies[index].end(CopyState.CANCELLED))
        elif error is None:
            self._change(index, self.copies[index].end(CopyState.RUNNING))
        else:
            self._change(index, self.copies[index].end(CopyState.FAILED, failure_text(error).replace("\n", " ")))

    def _change(self, index: int, copy: Copy) -> None:
        self.copies[index] = copy
        if all(one.ended for one in self.copies):
            if failure_summary(self.copies):
                self.stop()
            else:
                self.leave(ProgressAnswer.ENDED)
        self.show()

    def on_mount(self) -> None:
        """Say that there are several."""
        self.query_one("#dialog").border_title = f"Creating {len(self.copies)} sandboxes"

    def show(self) -> None:
        """Draw all lines again."""
        if not self.shown:
            return
        lines = [_line(copy) for copy in self.copies]
        self.query_one("#stages", Static).update(Content("\n").join(lines))
        self.query_one("#title", Static).update(tally(self.copies))
        summary = seconds(self.elapsed)
        if self.cancelling and not self.stopped:
            summary = "Cancelling: the half-made sandboxes are deleted"
        self.query_one("#summary", Static).update(summary)
        self.show_buttons()

    def show_failure(self) -> None:
        """Say how many failed, and why."""
        self.query_one("#reason", Static).update(failure_summary(self.copies))
        self.query_one("#edit", Button).focus()


def _line(copy: Copy) -> Content:
    sign, style = SIGNS[_LOOKS[copy.state]]
    return Content.assemble(
        (f" {sign} ", style),
        sanitize_line(copy.title),
        (f"   {sanitize_line(copy.note or copy.state.value)}", "$foreground-muted"),
    )
