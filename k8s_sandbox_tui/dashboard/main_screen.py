"""The main screen: the table above, the console below or beside it, and what is true of both."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on, work

from k8s_sandbox_tui.dashboard.commands import COMMANDS, Command, CommandProvider
from k8s_sandbox_tui.dashboard.feed_state import FeedState
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.permit_screen import PermitScreen
from k8s_sandbox_tui.dashboard.places.place import ending_words
from k8s_sandbox_tui.dashboard.protection import is_protected
from k8s_sandbox_tui.dashboard.split import Split
from k8s_sandbox_tui.dashboard.table.messages import CursorLost, SandboxActivated, SandboxSelected
from k8s_sandbox_tui.dashboard.table.placeholder import placeholder_for
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from k8s_sandbox_tui.dashboard.top_lines import TopLines
from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual import getters
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.command import Provider

    from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp
    from k8s_sandbox_tui.dashboard.console_pane import ConsolePane
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.ports import ContextsPort, OpenClusterPort, OpenedClusterPort
    from k8s_sandbox_tui.dashboard.remembered import Remembered
    from k8s_sandbox_tui.dashboard.settings.model import Settings
    from k8s_sandbox_tui.dashboard.workbench import Workbench

PAINT_EVERY = 0.1
"""Seconds between two paints while updates pour in."""


def _cards() -> type[Provider]:
    from k8s_sandbox_tui.dashboard.console.palette import CardProvider

    return CardProvider


def _places() -> type[Provider]:
    """The places in the palette, loaded when it is opened."""
    from k8s_sandbox_tui.dashboard.places.palette import PlaceProvider

    return PlaceProvider


class MainScreen(PermitScreen):
    """Sandboxes and a console."""

    BINDINGS: ClassVar[list[BindingType]] = [command.binding() for command in COMMANDS if command.keys]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandProvider, _cards, _places}
    AUTO_FOCUS = "SandboxTable"
    if TYPE_CHECKING:
        app = getters.app(ClipboardApp[object])
    DEFAULT_CSS = """
    MainScreen {
        background: $background;
    }
    """

    def __init__(
        self,
        open_cluster: OpenClusterPort,
        *,
        contexts: ContextsPort | None,
        settings: Settings,
        remembered: Remembered,
        clock: Callable[[], datetime],
        glyphs: Glyphs,
    ) -> None:
        super().__init__(
            open_cluster, contexts=contexts, settings=settings, remembered=remembered, clock=clock, glyphs=glyphs
        )
        self._settings = settings
        self.commands = tuple([command.with_keys(settings.keymap) for command in COMMANDS])
        self._bench: Workbench | None = None
        self._pane: ConsolePane | None = None
        self._ports = UrlHistory()
        self.paint_waits = False
        """Whether something that came in is not on the screen yet, but soon will be."""
        self._painted_at = 0.0
        self._awaited = ""

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

    # What the feed tells.

    def cluster_opened(self, opened: OpenedClusterPort) -> Namespaces:
        """Say which cluster it is, and show the console."""
        from k8s_sandbox_tui.dashboard.console_pane import ConsolePane
        from k8s_sandbox_tui.dashboard.workbench import Workbench

        namespaces = super().cluster_opened(opened)
        self._bench = Workbench(self.app, opened, self._ports, self._remembered)
        self._bench.work_in(self.home)
        if self._pane is None:
            self._pane = ConsolePane(self._settings, ascii_only=self._glyphs.ascii_only)
            self.query_one(Split).show_second(self._pane)
        self._pane.opened(opened.cluster)
        self.query_one(TopLines).show_warning(opened.warning)
        self.paint()
        return namespaces

    def show_namespaces(self, namespaces: Namespaces) -> None:
        """New sandboxes go where one looks."""
        super().show_namespaces(namespaces)
        if self._bench is not None:
            self._bench.work_in(self.home)

    def cluster_left(self) -> None:
        """Dialogues of the cluster before have nothing to work with any more."""
        self._bench = None
        self.query_one(TopLines).show_warning("")

    def cluster_lost(self) -> None:
        """There is nothing to work with."""
        self._bench = None
        super().cluster_lost()

    def what_ends(self) -> str:
        """Commands that run, and creates that are under way."""
        commands = 0 if self._pane is None else self._pane.live_commands
        return ending_words(commands, 0 if self._bench is None else self._bench.creating)

    def store_changed(self, removed: Sequence[str]) -> None:
        """Paint at once, or soon when it was painted a moment ago."""
        if removed and self._bench is not None and self._pane is not None:
            self._bench.forget(removed)
            self._pane.gone(removed)
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
        self.paint_waits = False
        self._painted_at = monotonic()
        self.table.show_changes(settled=self._feed.state.complete)
        self.table.placeholder = self._failure or placeholder_for(
            self._feed.state,
            total=self.store.total,
            filter_text=self.store.filter.text,
            where=self.namespace_words,
            server=self._cluster.server,
        )
        super().paint()
        self._paint_top()
        if self._awaited and self.table.select(self._awaited):
            self._awaited = ""
        self._return()
        self._show_selected()
        self.refresh_bindings()

    def _paint_top(self) -> None:
        feed = FeedState(freshness="closed", cause=" ".join(self._failure.said)) if self._failure else self._feed.state
        cluster = self._cluster._replace(read_only=self._permits.read_only)
        self.query_one(TopLines).show(cluster, feed, self.store.counts, self._clock())

    def _tick(self) -> None:
        self.table.tick()
        self._paint_top()

    def on_resize(self) -> None:
        """The top line is made for a width."""
        self._paint_top()

    # The selected sandbox.

    def _show_selected(self, *, at_once: bool = True) -> None:
        """Tell the console which sandbox its commands go to."""
        if self._pane is None:
            return
        row = self.selected
        host = None if row is None or self._bench is None else self._bench.host(row.info)
        self._pane.forbid(self.why_not_run)
        self._pane.follow(host, None if row is None else row.info, at_once=at_once)

    @on(SandboxSelected)
    def _selected(self) -> None:
        self._show_selected(at_once=False)

    @on(SandboxActivated)
    def _activated(self) -> None:
        self.action_console()

    @on(CursorLost)
    def _cursor_lost(self, event: CursorLost) -> None:
        if self._bench is not None and self._bench.destroyed(event.lost.uid):
            return
        then = f" The cursor is on {event.row.info.name} now." if event.row is not None else ""
        self.notify(f"{event.lost.info.name} is gone.{then}", severity="warning", markup=False)

    def on_console_left(self) -> None:
        """Back to the table."""
        split = self.query_one(Split)
        if split.zoom == "second":
            split.zoom = "none"
        self.table.focus()

    # Commands.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Dim what cannot be done now, hide what there is nothing to do for."""
        if self.why_not(action):
            return None
        if action == "clear":
            return self.store.filter.active or bool(self.store.marks)
        if action in {"mark", "mark_many"}:
            return (self.focused is self.table and self.selected is not None) or None
        if action in {"create", "namespaces"}:
            possible = self._bench is not None
        elif action in {"console", "copy_url", "create_like", "inside"}:
            possible = self.selected is not None and self._bench is not None
        elif action == "destroy":
            if self.focused is not self.table:
                # What is typed elsewhere must not answer the question by accident.
                return False
            possible = bool(self.selected or self.store.marks) and self._bench is not None
        else:
            possible = True
        return possible or None

    async def run_command(self, command: Command) -> None:
        """Do what a command's key does, wherever the focus is."""
        self.set_focus(self.table)
        if not await self.run_action(command.action):
            self.explain(command.action)

    def action_console(self) -> None:
        """Type into the console."""
        if self._pane is not None:
            split = self.query_one(Split)
            if split.zoom == "first":
                split.zoom = "none"
            self._pane.take_focus()

    @work(group="create")
    async def action_create(self) -> None:
        """Ask for a new sandbox, see it through, and put the cursor on it."""
        if self._bench is not None:
            self._awaited = await self._bench.create()
            self.paint()

    @work(group="create")
    async def action_create_like(self) -> None:
        """Ask for another sandbox like the selected one, and put the cursor on it."""
        if self._bench is not None and self.selected is not None:
            self._awaited = await self._bench.create_like(self.selected.info)
            self.paint()

    @work(group="inside")
    async def action_inside(self, page: str) -> None:
        """Look inside the selected sandbox."""
        if self._bench is not None and self.selected is not None:
            await self._bench.look_inside(self.selected.info, page, self._clock)

    @work(group="urls")
    async def action_copy_url(self) -> None:
        """Ask for a port of the selected sandbox, then copy or open its URL."""
        if self._bench is not None and self.selected is not None:
            await self._bench.copy_url(self.selected.info)

    @work(group="destroy")
    async def action_destroy(self) -> None:
        """Ask, then destroy the sandboxes that were marked, or selected, when it was asked."""
        rows = self.store.marked or [row for row in (self.selected,) if row is not None]
        if self._bench is None or not rows:
            return
        from k8s_sandbox_tui.dashboard.destroy import target_of

        context = self._cluster.context
        protected = (context or "in-cluster") if is_protected(context, self._settings.protected_contexts) else ""
        targets = [target_of(row.info, self._clock(), hidden=not row.shown) for row in rows]
        for uid in await self._bench.destroy(targets, self._glyphs, protected=protected):
            self.store.marks.discard(uid)
        self.table.show_marks()

    def action_refresh(self) -> None:
        """Ask again, or try to open the cluster again."""
        if self._failure is not None:
            self.follow()
        else:
            self._feed.refresh_now()

    def action_zoom(self) -> None:
        """Give the focused pane all the room, and back."""
        self.query_one(Split).toggle_zoom(first=self.focused is self.table)

    def action_resize(self, cells: int) -> None:
        """Move the border between table and console."""
        self.query_one(Split).grow_first(cells)

    def action_help(self) -> None:
        """Show all keys."""
        from k8s_sandbox_tui.dashboard.help_screen import HelpScreen

        self.app.push_screen(HelpScreen(self._glyphs, self._settings.keymap))
