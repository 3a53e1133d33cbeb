"""The view of a create on its way to Running, and of why it did not get there."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from k8s_sandbox_tui.dashboard.create.stages import Stages, StageState, seconds
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.looks import LOOKS
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.provider.errors import CreateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.timer import Timer

    from k8s_sandbox_tui.dashboard.create.stages import StageLine
    from k8s_sandbox_tui.provider.errors import SandboxError
    from k8s_sandbox_tui.provider.models import CreateProgress

SIGNS = {
    StageState.DONE: ("●", "$text-success"),
    StageState.NOW: ("►", "$text-primary"),
    StageState.AHEAD: ("○", "$foreground-disabled"),
    StageState.SKIPPED: ("·", "$foreground-disabled"),
    StageState.FAILED: (LOOKS["failed"].sign, "$text-error"),
}


class ProgressAnswer(StrEnum):
    """How the view was left."""

    ENDED = "ended"
    """The create came to its end, well or by a cancel."""
    BACKGROUND = "background"
    """The create goes on without the view."""
    EDIT = "edit"
    """It failed, and the form is wanted again."""
    CLOSE = "close"
    """It failed, and that is all."""


class ProgressScreen(Dialogue[ProgressAnswer]):
    """Shows one create. The caller tells it what happens; it tells the caller what is wanted."""

    CSS_PATH = "progress.tcss"
    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "b",
            "background",
            "In background",
            tooltip="Go back to the dashboard; the create goes on",
            id="creating.background",
        ),
        Binding("e", "edit", "Edit and retry", tooltip="Open the form with all that was typed", id="creating.edit"),
        Binding(
            "escape", "cancel", "Cancel", tooltip="End the create and delete what there is of it", id="creating.leave"
        ),
        Binding(
            "escape", "close", "Close", tooltip="Back to the dashboard; what was typed is kept", id="creating.leave"
        ),
    ]

    on_cancel: Callable[[], object] | None = None
    """Called once when the user cancels; whoever runs the create then ends it and calls `settle`."""

    def __init__(self, title: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: `title` is what is created, until its id is known; `clock` gives seconds."""
        super().__init__()
        self._now = clock
        self._title = title
        self._stages = Stages()
        self._started = clock()
        self._stopped: float | None = None
        self.cancelling = False
        """Whether the user has cancelled, and what there is is being deleted."""
        self._error: SandboxError | None = None
        self._answer: ProgressAnswer | None = None
        self._clock: Timer | None = None

    def compose(self) -> ComposeResult:
        """The stages, the place for an error, the buttons."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Creating a sandbox"
            with VerticalScroll(id="body"):
                yield Static(sanitize_line(self._title), id="title", markup=False)
                yield Static("", id="stages", markup=False)
                yield Static("", id="reason", markup=False)
                yield Static("", id="events", markup=False)
            with Horizontal(id="answer"):
                yield Static("", id="summary", markup=False)
                yield PlainButton("In background", id="background", compact=True)
                yield PlainButton("Cancel", id="cancel", compact=True)
                yield PlainButton("Close", id="close", compact=True)
                yield PlainButton("Edit and retry", id="edit", variant="primary", compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Start the clock."""
        self._clock = self.set_interval(0.1, self.show, pause=self.stopped)
        self.show()

    @property
    def shown(self) -> bool:
        """Whether there is something to draw on: from the mount to the answer."""
        return self._clock is not None and self._answer is None

    @property
    def stopped(self) -> bool:
        """Whether it has failed."""
        return self._stopped is not None

    @property
    def elapsed(self) -> int:
        """Milliseconds since the start, up to the failure."""
        return int(((self._stopped or self._now()) - self._started) * 1000)

    def advance(self, progress: CreateProgress) -> None:
        """Take in a step of the create."""
        self._stages = self._stages.advance(progress)
        self.show()

    def settle(self, error: SandboxError | None) -> None:
        """The create came to its end: leave the screen, or say why it failed and what can be done."""
        if error is None:
            self.leave(ProgressAnswer.ENDED)
            return
        self._error = error
        self._stages = self._stages.fail()
        self.stop()

    def stop(self) -> None:
        """Stand still at a failure."""
        self._stopped = self._now()
        if self._clock is not None:
            self._clock.stop()
        self.show()

    def on_screen_resume(self) -> None:
        """Leave now where the end came while another screen lay above this one."""
        if self._answer is not None and self.is_active:
            self.dismiss(self._answer)

    def show(self) -> None:
        """Draw what has changed."""
        if not self.shown:
            return
        lines = [_stage_line(line) for line in self._stages.lines(self.elapsed)]
        self.query_one("#stages", Static).update(Content("\n").join(lines))
        present = self._stages.present
        if present is not None:
            self.query_one("#title", Static).update(sanitize_line(present.sandbox_id))
        summary = f"after {seconds(self.elapsed)}" if self.stopped else seconds(self.elapsed)
        if self.cancelling and not self.stopped:
            summary = "Cancelling: the half-made sandbox is deleted"
        elif present is None and not self.stopped:
            summary = f"Asking the cluster · {summary}"
        self.query_one("#summary", Static).update(summary)
        self.show_buttons()

    def show_buttons(self) -> None:
        """Offer what can be done now, and say what failed."""
        for button in ("background", "cancel"):
            self.query_one(f"#{button}", Button).display = not self.stopped and not self.cancelling
        for button in ("close", "edit"):
            self.query_one(f"#{button}", Button).display = self.stopped
        if self.stopped:
            self.query_one("#dialog").border_title = "Not created"
            self.query_one("#dialog").add_class("-failed")
            self.show_failure()
            self.refresh_bindings()

    def show_failure(self) -> None:
        """Say why it failed."""
        if self._error is None:
            return
        self.query_one("#reason", Static).update(failure_text(self._error))
        events = self._error.events if isinstance(self._error, CreateError) else ()
        listed = "\n".join(f"· {sanitize_line(event)}" for event in events)
        self.query_one("#events", Static).update(f"Events\n{listed}" if listed else "")
        self.query_one("#edit", Button).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """The keys that fit the state."""
        if action in {"edit", "close"}:
            return self.stopped
        if action in {"background", "cancel"}:
            return not self.stopped and not self.cancelling
        return True

    @on(Button.Pressed, "#background")
    def action_background(self) -> None:
        """Leave the create to itself."""
        self.leave(ProgressAnswer.BACKGROUND)

    @on(Button.Pressed, "#edit")
    def action_edit(self) -> None:
        """Ask for the form again."""
        self.leave(ProgressAnswer.EDIT)

    @on(Button.Pressed, "#close")
    def action_close(self) -> None:
        """Leave the failed create."""
        self.leave(ProgressAnswer.CLOSE)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """End the create."""
        self.cancelling = True
        self.refresh_bindings()
        self.show()
        if self.on_cancel is not None:
            self.on_cancel()

    def leave(self, answer: ProgressAnswer) -> None:
        """Dismiss pops whatever screen is on top, so this one has to be."""
        if self._answer is None:
            self._answer = answer
            if self.is_active:
                self.dismiss(answer)


def failure_text(error: SandboxError) -> str:
    """Message, reason and next step, as lines."""
    reason = error.reason if isinstance(error, CreateError) else ""
    parts = [error.message]
    if reason and reason not in error.message:
        parts.insert(0, reason)
    if error.hint:
        parts.append(error.hint)
    return "\n".join(sanitize_line(part) for part in parts)


def _stage_line(line: StageLine) -> Content:
    sign, style = SIGNS[line.state]
    word = line.stage.value.capitalize()
    took = "" if line.milliseconds is None else seconds(line.milliseconds)
    body = (
        "$foreground" if line.state in {StageState.NOW, StageState.FAILED, StageState.DONE} else "$foreground-disabled"
    )
    return Content.assemble(
        (f" {sign} ", style),
        (f"{word:<10}", body),
        (f"{took:>12}", "$foreground-muted"),
        (f"   {sanitize_line(line.note)}" if line.note else "", "$foreground-muted"),
    )
