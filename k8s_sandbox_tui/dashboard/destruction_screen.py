"""Shows how sandboxes are being destroyed, and keeps what failed in view with its reason until it is tried again."""

from __future__ import annotations

import asyncio
import textwrap
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from k8s_sandbox_tui.dashboard.destroy_screen import DIALOG_CSS
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.line_list import Line, LineList
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.shown_keys import with_key
from k8s_sandbox_tui.dashboard.still_open import still_open

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.destroy import Destruction, Result, Target
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.screen_host import ScreenHost

BAR = 30
"""Cells of the bar."""

SHOWN_AFTER = 0.3
"""Seconds before it is shown how far it is: what is done sooner only needs a sentence."""

PAINT_EVERY = 0.1
"""Seconds between two looks at how far it is."""


class DestructionScreen(Dialogue[None]):
    """What has become of each so far, what needs a person first; closes by itself when there is nothing to tell."""

    DEFAULT_CSS = f"""
    DestructionScreen {{
        {DIALOG_CSS}
        & > Vertical {{ width: 96; border: round $border-blurred; border-title-color: $accent; }}
        & #progress {{ width: 1fr; margin-bottom: 1; }}
        & .-hidden {{ display: none; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Stop, or close", id="destruction.leave"),
        Binding("r", "again", "Try again", id="destruction.again"),
        Binding("up", "scroll_list(-1)", "Up", show=False, id="destruction.up"),
        Binding("down", "scroll_list(1)", "Down", show=False, id="destruction.down"),
        Binding("pageup", "scroll_list(-8)", "Page up", show=False, id="destruction.page-up"),
        Binding("pagedown", "scroll_list(8)", "Page down", show=False, id="destruction.page-down"),
    ]

    def __init__(self, destruction: Destruction, glyphs: Glyphs) -> None:
        super().__init__()
        self._destruction = destruction
        self._glyphs = glyphs
        self._troubles: list[Line] = []
        self._others: list[Target] = []
        self._fine_from = 0
        self._paint_waits = False

    def compose(self) -> ComposeResult:
        """How far it is, the sandboxes, the answers."""
        with Vertical() as dialog:
            dialog.border_title = f"Destroying {len(self._destruction.targets)} sandboxes"
            yield Static("", id="progress", markup=False)
            yield LineList(self._line, 0, most=9)
            with Horizontal():
                yield PlainButton("", id="again", classes="-hidden", compact=True)
                yield PlainButton("", id="leave", compact=True)

    def on_mount(self) -> None:
        """Follow it."""
        self._destruction.changed = self._changed
        self.query_one("#leave", Button).focus()
        self.show_progress()

    def on_unmount(self) -> None:
        """Follow it no longer."""
        self._destruction.changed = None

    def on_resize(self) -> None:
        """The answers stay in view."""
        if still_open(self):
            self.query_one(LineList).limit(max(2, self.size.height - 10))

    def _changed(self) -> None:
        if not self._destruction.running:
            self.show_progress()
        elif not self._paint_waits:
            self._paint_waits = True
            self.set_timer(PAINT_EVERY, self.show_progress)

    def show_progress(self) -> None:
        """Bring the outcomes onto the screen."""
        self._paint_waits = False
        destruction = self._destruction
        if not self.is_current:
            return
        if not destruction.running and not destruction.troubles:
            self.dismiss(None)
            return
        results = destruction.results
        waiting = [target for target in destruction.targets if target.uid not in results]
        fine = [result.target for result in results.values() if result.fine]
        self._troubles = [line for trouble in destruction.troubles for line in self._trouble_lines(trouble)]
        self._others, self._fine_from = [*waiting, *fine], len(waiting)
        self.query_one("#progress", Static).update(self._progress(len(fine)))
        self.query_one(LineList).show_lines(len(self._troubles) + len(self._others))
        left = len(destruction.left)
        again = self.query_one("#again", Button)
        again.label = with_key(f"Try {left} again", self, "destruction.again")
        again.set_class(destruction.running or not left, "-hidden")
        leave = with_key("Stop" if destruction.running else "Close", self, "destruction.leave")
        stopping = destruction.running and destruction.stopped
        self.query_one("#leave", Button).label = "Stopping ..." if stopping else leave

    def _progress(self, fine: int) -> str:
        total, troubles = len(self._destruction.targets), len(self._destruction.troubles)
        full, empty = ("#", "-") if self._glyphs.ascii_only else ("█", "░")
        filled = BAR * (fine + troubles) // max(1, total)
        failed = f", {troubles} not" if troubles else ""
        return f"{full * filled}{empty * (BAR - filled)}  {fine} of {total} destroyed{failed}"

    def _trouble_lines(self, trouble: Result) -> list[Line]:
        """The name, and why it is still there, whole."""
        name = f"{self._glyphs.sign('failed')} {sanitize_line(trouble.target.sandbox_id)}"
        room = max(20, min(88, self.size.width * 94 // 100 - 8))
        return [[(name, "failed")], *[[(f"  {line}", "text")] for line in textwrap.wrap(trouble.words, room)]]

    def _line(self, number: int) -> Line:
        if number < len(self._troubles):
            return self._troubles[number]
        number -= len(self._troubles)
        name = sanitize_line(self._others[number].sandbox_id)
        return [(f"  {name}", "text")] if number < self._fine_from else [(f"  {name}  destroyed", "muted")]

    @work(group="again")
    async def _again(self) -> None:
        await self._destruction.run()

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Try once more what was not destroyed."""
        destruction = self._destruction
        if not destruction.running and destruction.left:
            self._again()
            self.query_one("#leave", Button).focus()

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Begin no more of them; once it has ended, close."""
        if self._destruction.running:
            self._destruction.stop()
            self.show_progress()
        else:
            self.dismiss(None)

    def action_scroll_list(self, lines: int) -> None:
        """Scroll the sandboxes."""
        self.query_one(LineList).scroll_relative(y=lines, animate=False)


async def see_through(app: ScreenHost, destruction: Destruction, glyphs: Glyphs) -> None:
    """Destroy, show how far it is where that takes a while, and say what became of it; only in a worker."""
    running = asyncio.create_task(destruction.run())
    try:
        await asyncio.wait({running}, timeout=SHOWN_AFTER)
        several = len(destruction.targets) > 1
        if several and (destruction.running or destruction.troubles):
            await app.push_screen_wait(DestructionScreen(destruction, glyphs))
        await running
    finally:
        running.cancel()
    troubles = destruction.troubles
    if not troubles:
        app.notify(destruction.sentence, markup=False)
    elif several:
        count, total = len(troubles), len(destruction.targets)
        app.notify(f"{count} of {total} sandboxes were not destroyed.", severity="error", markup=False)
    else:
        app.notify(troubles[0].sentence, severity="error", markup=False)
