"""The main screen: the table above, the console below or beside it, and what is true of both."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.commands import COMMANDS, Command, CommandProvider
from k8s_sandbox_tui.dashboard.feed import Feed
from k8s_sandbox_tui.dashboard.feed_state import FeedState
from k8s_sandbox_tui.dashboard.filter import parse_filter
from k8s_sandbox_tui.dashboard.filter_bar import FilterBar
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.sandbox_host import SandboxHost
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.split import Split
from k8s_sandbox_tui.dashboard.state_line import ClusterState, StateLine, state_parts
from k8s_sandbox_tui.dashboard.store import SandboxStore
from k8s_sandbox_tui.dashboard.table.placeholder import Placeholder, placeholder_for
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual import getters
    from textual.app import App, ComposeResult
    from textual.binding import BindingType
    from textual.command import Provider

    from k8s_sandbox_tui.dashboard.console.pane import Console
    from k8s_sandbox_tui.dashboard.create.flow import CreateFlow
    from k8s_sandbox_tui.dashboard.destroy import Target
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.ports import OpenClusterPort, OpenedClusterPort, SandboxPort
    from k8s_sandbox_tui.dashboard.store import Row

PAINT_EVERY = 0.1
"""Seconds between two paints while updates pour in."""


class MainScreen(Screen[None]):
    """Sandboxes and a console."""

    BINDINGS: ClassVar[list[BindingType]] = [command.binding() for command in COMMANDS]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandProvider}
    AUTO_FOCUS = "SandboxTable"
    if TYPE_CHECKING:
        app = getters.app(App[object])
    DEFAULT_CSS = """
    MainScreen {
        background: $background;
        & .strip {
            display: none;
            height: auto;
            max-height: 3;
            padding: 0 1;
            background: $surface;
            color: $status-pending;
            &.-shown { display: block; }
            &.-denied { color: $status-failed; }
        }
        & #console { background: $background; border-top: solid $border-blurred; }
        & #console:focus-within { border-top: solid $accent; }
        & .-wide > #console { border-top: none; border-left: solid $border-blurred; }
        & .-wide > #console:focus-within { border-top: none; border-left: solid $accent; }
        &.-closed #console { display: none; }
    }
    """

    def __init__(
        self, open_cluster: OpenClusterPort, *, refresh: float | None, clock: Callable[[], datetime], glyphs: Glyphs
    ) -> None:
        super().__init__()
        self._clock = clock
        self._glyphs = glyphs
        self._store = SandboxStore()
        self._feed = Feed(open_cluster, self._store, refresh=refresh)
        self._cluster = ClusterState(interval=self._feed.interval)
        self._failure: Placeholder | None = None
        self._painted_at = 0.0
        self.paint_waits = False
        """Whether something that came in is not on the screen yet, but soon will be."""
        self._destroyed: set[str] = set()
        self._pane: Console | None = None
        self._creator: CreateFlow[SandboxPort] | None = None
        self._hosts: dict[str, SandboxHost] = {}
        self._wanted = ""

    def compose(self) -> ComposeResult:
        """The lines at the top, the two panes, the keys."""
        yield StateLine(id="state")
        yield Static(id="warning", classes="strip", markup=False)
        yield Static(id="trouble", classes="strip", markup=False)
        yield FilterBar()
        yield Split(
            SandboxTable(self._store, clock=self._clock, glyphs=self._glyphs, id="table"), Container(id="console")
        )
        yield KeyBar()

    def on_mount(self) -> None:
        """Paint first; the cluster is opened after that."""
        self.add_class("-closed")
        self._paint()
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._open)

    @property
    def table(self) -> SandboxTable:
        """The table."""
        return self.query_one(SandboxTable)

    @property
    def selected(self) -> Row | None:
        """The sandbox under the cursor."""
        return self.table.cursor_row

    # The feed.

    def _open(self) -> None:
        self._failure = None
        self._follow_feed()
        self._paint()

    @work(exclusive=True, group="feed")
    async def _follow_feed(self) -> None:
        from k8s_sandbox_tui.dashboard.failure import failure_placeholder
        from k8s_sandbox_tui.provider.errors import SandboxError

        try:
            await self._feed.run(self)
        except SandboxError as error:
            self._failure = failure_placeholder(error, opened=self._feed.opened is not None)
            self._paint()

    def cluster_opened(self, opened: OpenedClusterPort) -> None:
        """Say which cluster it is, and make room for the console."""
        cluster = opened.cluster
        self._cluster = ClusterState(
            context=cluster.context,
            server=cluster.server,
            namespace=cluster.namespace,
            local=opened.local,
            isolation=opened.isolation,
            interval=self._feed.interval,
        )
        warning = self.query_one("#warning", Static)
        warning.update(f"! {sanitize_line(opened.warning)}")
        warning.set_class(bool(opened.warning), "-shown")
        self._add_console(opened)
        self._paint()

    def _add_console(self, opened: OpenedClusterPort) -> None:
        """The console, and the form for new sandboxes, over an opened cluster."""
        from k8s_sandbox_tui.dashboard.console.pane import Console
        from k8s_sandbox_tui.dashboard.create.flow import CreateFlow
        from k8s_sandbox_tui.dashboard.create.form import CreateDefaults
        from k8s_sandbox_tui.provider.models import RUNTIMES

        config = opened.compute.config
        defaults = CreateDefaults(
            namespace=opened.cluster.namespace,
            runtime=config.runtime,
            images={runtime: config.image_for(runtime) for runtime in RUNTIMES},
            prefix=config.pod_name_prefix,
        )
        self._creator = CreateFlow(self.app, opened.compute.sandbox, defaults)
        self._hosts.clear()
        if self._pane is None:
            self._pane = Console()
            self.query_one("#console").mount(self._pane)
        self.remove_class("-closed")

    def store_changed(self, removed: Sequence[str]) -> None:
        """Paint at once, or soon when it was painted a moment ago."""
        for uid in removed:
            self._hosts.pop(uid, None)
            if self._pane is not None:
                self._pane.sandbox_gone(uid)
        if self.paint_waits:
            return
        wait = self._painted_at + PAINT_EVERY - monotonic()
        if wait <= 0:
            self._paint()
        else:
            self.paint_waits = True
            self.set_timer(wait, self._paint)

    # Painting.

    def _tick(self) -> None:
        self.table.tick()
        self._paint_state()

    def _paint(self) -> None:
        self.paint_waits = False
        self._painted_at = monotonic()
        self.table.show_changes(settled=self._feed.state.complete)
        self.table.placeholder = self._placeholder()
        self.query_one(FilterBar).show_result(len(self._store.rows), self._store.total)
        self._paint_state()
        self._show_selected()
        self.refresh_bindings()

    def _show_selected(self) -> None:
        """Tell the console which sandbox its commands go to."""
        if self._wanted and self.table.select(self._wanted):
            self._wanted = ""
        opened = self._feed.opened
        if self._pane is None or opened is None:
            return
        row = self.selected
        if row is None:
            self._pane.select(None, None)
            return
        host = self._hosts.get(row.uid)
        if host is None:
            host = self._hosts[row.uid] = SandboxHost(opened.compute.sandbox, row.info.id, row.uid)
        self._pane.select(host, row.info)

    def _placeholder(self) -> Placeholder:
        if self._failure is not None:
            return self._failure
        return placeholder_for(
            self._feed.state,
            total=self._store.total,
            filter_text=self._store.filter.text,
            where=self._cluster.namespace,
            server=self._cluster.server,
        )

    def _paint_state(self) -> None:
        line = self.query_one(StateLine)
        feed = self._feed.state if self._failure is None else FeedState(freshness="closed")
        line.show(
            state_parts(
                self._cluster,
                feed,
                self._store.counts,
                width=self.size.width,
                now=self._clock(),
                glyphs=self._glyphs,
            )
        )
        trouble = self.query_one("#trouble", Static)
        shown = bool(feed.cause) and self._store.total > 0
        text = sanitize_line(f"{feed.cause} {feed.hint}".strip()) if shown else ""
        if str(trouble.content) != text:
            trouble.update(text)
        trouble.set_class(shown, "-shown")
        trouble.set_class(feed.freshness == "denied", "-denied")

    def on_resize(self) -> None:
        """The lines are made for a width."""
        self._paint_state()

    # What the table tells.

    @on(SandboxTable.Selected)
    def _selected(self) -> None:
        self._show_selected()
        self.refresh_bindings()

    def on_console_left(self) -> None:
        """Back to the table."""
        split = self.query_one(Split)
        if split.zoom == "second":
            split.zoom = "none"
        self.table.focus()

    @on(SandboxTable.Activated)
    def _activated(self) -> None:
        self.action_console()

    @on(SandboxTable.CursorLost)
    def _cursor_lost(self, event: SandboxTable.CursorLost) -> None:
        if event.lost.uid in self._destroyed:
            self._destroyed.discard(event.lost.uid)
            return
        then = f" The cursor is on {event.row.info.name} now." if event.row is not None else ""
        self.notify(f"{event.lost.info.name} is gone.{then}", severity="warning", markup=False)

    # The filter.

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterBar).open()

    @on(FilterBar.Changed)
    def _filter_typed(self, event: FilterBar.Changed) -> None:
        self._store.filter_by(parse_filter(event.text))
        self._paint()

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.table.focus()

    def action_clear_filter(self) -> None:
        """Show all sandboxes again."""
        self.query_one(FilterBar).clear()

    # Commands.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Dim what needs a sandbox where there is none."""
        if action == "console":
            return True if self.selected is not None else None
        if action == "destroy":
            # Only from the table: what is typed elsewhere must not answer the question by accident.
            return True if self.selected is not None and self.table.has_focus else None
        if action == "clear_filter":
            return self._store.filter.active
        if action == "create":
            return True if self._feed.opened is not None else None
        return True

    async def run_command(self, command: Command) -> None:
        """Do what a command's key does, wherever the focus is."""
        self.table.focus()
        await self.run_action(command.action)

    def action_refresh(self) -> None:
        """Ask again, or try to open the cluster again."""
        if self._failure is not None:
            self._open()
        else:
            self._feed.refresh_now()

    def action_sort_next(self) -> None:
        """Sort by the column to the right of the one that sorts now."""
        ids = [cell.column.id for cell in self.table.cells]
        here = self._store.sort_column.id
        self.table.sort_by(ids[(ids.index(here) + 1) % len(ids)] if here in ids else ids[0])

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.table.sort_by(self._store.sort_column.id)

    def action_zoom(self) -> None:
        """Give the focused pane all the room, and back."""
        split = self.query_one(Split)
        if split.zoom != "none":
            split.zoom = "none"
        else:
            split.zoom = "first" if self.table.has_focus else "second"

    def action_resize(self, cells: int) -> None:
        """Move the border between table and console."""
        self.query_one(Split).grow_first(cells)

    def action_help(self) -> None:
        """Show all keys."""
        from k8s_sandbox_tui.dashboard.console.pane import Console
        from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
        from k8s_sandbox_tui.dashboard.help_screen import (
            HelpScreen,
            binding_section,
            command_sections,
        )

        sections = [
            *command_sections(),
            binding_section("In the table", SandboxTable.BINDINGS),
            binding_section("In the console", [*CommandInput.BINDINGS, *Console.BINDINGS]),
        ]
        self.app.push_screen(HelpScreen(sections, self._glyphs))

    def action_destroy(self) -> None:
        """Ask, then destroy."""
        from k8s_sandbox_tui.dashboard.destroy import target_of
        from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen

        row = self.selected
        if row is None:
            return
        targets = [target_of(row.info, self._clock())]

        def answered(confirmed: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if confirmed:
                self._destroy(targets)

        self.app.push_screen(DestroyScreen(targets), answered)

    @work(group="destroy")
    async def _destroy(self, targets: Sequence[Target]) -> None:
        from k8s_sandbox_tui.dashboard.destroy import destroy_all

        opened = self._feed.opened
        if opened is None:
            return
        self._destroyed.update([target.uid for target in targets])
        for result in await destroy_all(opened.compute.sandbox, targets):
            if not result.fine:
                self._destroyed.discard(result.target.uid)
            self.notify(result.sentence, severity="information" if result.fine else "error", markup=False)

    def action_console(self) -> None:
        """Type into the console."""
        if self._pane is not None:
            split = self.query_one(Split)
            if split.zoom == "first":
                split.zoom = "none"
            self._pane.focus()

    @work(group="create")
    async def action_create(self) -> None:
        """Ask for a new sandbox, see it through, and put the cursor on it."""
        if self._creator is None:
            return
        created = await self._creator.run()
        if created is not None:
            self._wanted = created.uid
            self._paint()
