"""The main screen: the table above, the console below or beside it, and what is true of both."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

import msgspec
from textual import on
from textual.message import Message

from k8s_sandbox_tui.dashboard.commands import COMMANDS, CommandProvider
from k8s_sandbox_tui.dashboard.feed_state import FeedState
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.key_source import key_commands
from k8s_sandbox_tui.dashboard.lost_screen import LostScreen
from k8s_sandbox_tui.dashboard.palette_sources import card_commands, place_commands
from k8s_sandbox_tui.dashboard.permits import written
from k8s_sandbox_tui.dashboard.split import Split
from k8s_sandbox_tui.dashboard.table.messages import MarksChanged, SandboxActivated, SandboxSelected
from k8s_sandbox_tui.dashboard.table.placeholder import placeholder_for
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from k8s_sandbox_tui.dashboard.top_lines import TopLines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import getters
    from textual.app import App, ComposeResult
    from textual.binding import BindingType
    from textual.command import Provider
    from textual.signal import Signal

    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.ports import ComputePort, OpenedClusterPort
    from k8s_sandbox_tui.dashboard.toast_app import ToastApp

PAINT_EVERY = 0.1
"""Seconds between two paints while updates pour in."""


class MainScreen(LostScreen):
    """Sandboxes and a console."""

    BINDINGS: ClassVar[list[BindingType]] = [command.binding() for command in COMMANDS if command.keys]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        CommandProvider,
        card_commands,
        key_commands,
        place_commands,
    }
    AUTO_FOCUS = "SandboxTable"
    if TYPE_CHECKING:
        app = getters.app(ToastApp[object])
    DEFAULT_CSS = """
    MainScreen {
        background: $background;
    }
    """

    class Complete(Message):
        """All sandboxes have come in for the first time."""

    paint_waits = False
    """Whether something that came in is not on the screen yet, but soon will be."""
    _painted_at = 0.0
    _was_complete = False

    def compose(self) -> ComposeResult:
        """The lines at the top, the two panes, the keys."""
        yield TopLines(self._glyphs)
        yield Split(SandboxTable(self.store, clock=self._clock, glyphs=self._glyphs, classes="first"))
        yield KeyBar()

    def on_mount(self) -> None:
        """Paint first; the cluster is opened after that."""
        self.paint()
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self.follow)
        cast("Signal[App[object]]", self.app.app_suspend_signal).subscribe(self, self._terminal_lent)
        cast("Signal[App[object]]", self.app.app_resume_signal).subscribe(self, self._terminal_back)

    def _terminal_lent(self, _app: App[object]) -> None:
        """Ask the cluster for nothing that nobody sees."""
        self._feed.pause()
        self.usage.pause()

    def _terminal_back(self, _app: App[object]) -> None:
        """Catch up."""
        self._feed.resume()
        self.usage.resume()

    # What the feed tells.

    def cluster_opened(self, opened: OpenedClusterPort) -> Namespaces:
        """Say which cluster it is, and make room for the console."""
        namespaces = super().cluster_opened(opened)
        self._work.open(self.app, opened, self.home)
        self._side.opened(opened)
        self.query_one(TopLines).begin(opened.warning)
        self.paint()
        return namespaces

    def furnish(self, compute: ComputePort) -> None:
        """Fill the room of the console."""
        super().furnish(compute)
        self._side.load()
        self._show_selected()

    def show_namespaces(self, namespaces: Namespaces) -> None:
        """New sandboxes go where one looks."""
        super().show_namespaces(namespaces)
        self._work.work_in(self.home)

    def cluster_left(self) -> None:
        """Dialogues of the cluster before have nothing to work with any more."""
        self._work.close()
        self.query_one(TopLines).begin()

    def cluster_lost(self) -> None:
        """There is nothing to work with."""
        self._work.close()
        self.query_one(TopLines).begin()
        super().cluster_lost()

    def store_changed(self, removed: Sequence[str]) -> None:
        """Paint at once, or soon when it was painted a moment ago."""
        if removed:
            self.let_go(removed)
        if self.paint_waits:
            return
        wait = self._painted_at + PAINT_EVERY - monotonic()
        if wait <= 0:
            self.paint()
        else:
            self.paint_waits = True
            self.set_timer(wait, self.paint)

    # Painting.

    def paint(self) -> None:
        """Bring the store and all that is said of it onto the screen."""
        if self.is_taken_down:
            return
        self.paint_waits = False
        self._painted_at = monotonic()
        if not self._furnished and (self.store.total or self._feed.state.complete):
            self.call_after_refresh(self.furnish_once)
        if self._feed.state.complete and not self._was_complete:
            self._was_complete = True
            self.post_message(self.Complete())
        self.table.show_changes(settled=self._feed.state.complete)
        self.table.placeholder = self._failure or placeholder_for(
            self.feed_state,
            total=self.store.total,
            filter_text=self.store.filter.text,
            where=self.namespace_words,
            server=self._cluster.server,
            key=self.key_of,
            asked=self._cluster.asked,
        )
        super().paint()
        self._paint_top()
        if self._work.awaited and self.table.select(self._work.awaited):
            self._work.awaited = ""
        self._return()
        self._show_selected()
        self.refresh_bindings()

    def _paint_top(self) -> None:
        feed = FeedState(freshness="closed", cause=" ".join(self._failure.said)) if self._failure else self.feed_state
        cluster = msgspec.structs.replace(self._cluster, read_only=self._permits.read_only)
        forwards = self._work.live_forwards
        self.query_one(TopLines).show(cluster, feed, self.store, self._clock(), forwards=forwards)

    def _tick(self) -> None:
        if self.is_taken_down:
            return
        self.tick()
        if self._compute is not None:
            self.query_one(TopLines).rate.note(monotonic(), self._compute.requests)
        self._paint_top()

    @on(MarksChanged)
    def _marks_counted(self) -> None:
        self._paint_top()

    def on_resize(self) -> None:
        """The top line is made for a width."""
        self._paint_top()

    # The selected sandbox.

    def _show_selected(self, *, at_once: bool = True) -> None:
        """Tell the console which sandbox its commands go to."""
        self.ask_rights()
        row = self.row_for_console
        info = None if row is None else row.info
        self._side.follow(self._work.host(row), info, forbidden=self.why_not_run, at_once=at_once)

    @on(SandboxSelected)
    def _selected(self) -> None:
        self._show_selected(at_once=False)

    def on_descendant_focus(self) -> None:
        """However the console was left: what is typed next is for the sandbox under the cursor."""
        if self.focused is self.table:
            self._show_selected()

    @on(SandboxActivated)
    def _activated(self) -> None:
        self.action_console()

    def on_console_left(self) -> None:
        """Back to the table."""
        self._side.leave()
        self.table.focus()

    # Commands.

    def why_not(self, action: str) -> str:
        """Why an action cannot be done; forwards that are open can be looked at and ended whatever is granted here."""
        return "" if action == "forwards" and self._work.live_forwards else super().why_not(action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot be done now, hide what there is nothing to do for."""
        if self.why_not(written(action, parameters)):
            return None
        if action == "clear":
            return self.store.filter.active or bool(self.store.marks)
        if action in {"mark", "mark_many"}:
            return (self.focused is self.table and self.selected is not None) or None
        if action == "destroy" and self.focused is not self.table:
            # What is typed elsewhere must not answer the question by accident.
            return False
        return self._work.possible(action) or None

    def action_refresh(self) -> None:
        """Ask again, or try to open the cluster again."""
        if self._failure is not None:
            self.follow()
        else:
            self.ask_again()
            self.usage.read_now()
            self.ask_rights(anew=True)

    def action_zoom(self) -> None:
        """Give the focused pane all the room, and back."""
        self.query_one(Split).toggle_zoom(first=self.focused is self.table)

    def action_resize(self, cells: int) -> None:
        """Move the border between table and console."""
        self.query_one(Split).grow_first(cells)
