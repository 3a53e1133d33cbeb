"""The screen that looks inside one sandbox."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from k8s_sandbox_tui.dashboard.choice import Choice
from k8s_sandbox_tui.dashboard.console.find_bar import FindBar
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.inside import pages
from k8s_sandbox_tui.dashboard.inside.view import DocumentView
from k8s_sandbox_tui.dashboard.inside.why import explain
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.literal import literal
from k8s_sandbox_tui.dashboard.still_open import still_open
from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from textual import getters
    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp
    from k8s_sandbox_tui.dashboard.inside.ports import InsidePort
    from k8s_sandbox_tui.provider.looking import SandboxEvent
    from k8s_sandbox_tui.provider.models import SandboxInfo


class Page(StrEnum):
    """What can be looked at."""

    SUMMARY = "summary"
    YAML = "yaml"
    EVENTS = "events"
    LOG = "log"


PAGES: tuple[tuple[Page, str], ...] = (
    (Page.SUMMARY, "Summary"),
    (Page.YAML, "YAML"),
    (Page.EVENTS, "Events"),
    (Page.LOG, "Log"),
)


class InsideScreen(Dialogue[None]):
    """Pages over one sandbox; each says what it could not get, and the others still work."""

    if TYPE_CHECKING:
        app = getters.app(ClipboardApp[object])

    AUTO_FOCUS = "DocumentView"
    DEFAULT_CSS = """
    InsideScreen {
        align: center middle;
        & > #dialog {
            width: 100%;
            height: 1fr;
            padding: 0 1;
            border: round $primary;
            border-title-color: $text;
            border-title-style: bold;
            border-subtitle-color: $status-pending;
            background: $surface;
        }
        & Choice { margin-bottom: 1; }
        & DocumentView { height: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back", tooltip="Back to the table", id="inside.close"),
        Binding("tab", "turn(1)", "Next page", tooltip="The next page", id="inside.next-page"),
        Binding("shift+tab", "turn(-1)", "Page before", show=False, id="inside.previous-page"),
        Binding("i", "page('summary')", "Summary", show=False, id="inside.summary"),
        Binding("y", "page('yaml')", "YAML", show=False, id="inside.yaml"),
        Binding("v", "page('events')", "Events", show=False, id="inside.events"),
        Binding("l", "page('log')", "Log", show=False, id="inside.log"),
        Binding("slash", "find", "Find", tooltip="Search on this page", id="inside.find"),
        Binding("n", "next(True)", "Next", show=False, id="inside.next"),
        Binding("N", "next(False)", "Before", show=False, id="inside.previous"),
        Binding("enter", "fold", "Fold", tooltip="Fold or unfold the block at the cursor", id="inside.fold"),
        Binding(
            "z", "fold_all", "Fold all", show=False, tooltip="Fold all blocks, or unfold them", id="inside.fold-all"
        ),
        Binding("ctrl+r", "reveal", "Values", tooltip="Show or hide the values of variables", id="inside.reveal"),
        Binding(
            "p",
            "previous",
            "Previous log",
            tooltip="The log of the container before this one",
            id="inside.previous-log",
        ),
        Binding("c", "copy", "Copy", tooltip="Copy this page as it is shown", id="inside.copy"),
        Binding("r", "reload", "Reload", tooltip="Ask the cluster again", id="inside.reload"),
    ]

    def __init__(
        self,
        info: SandboxInfo,
        find: Callable[[], Awaitable[InsidePort]],
        *,
        page: Page = Page.SUMMARY,
        clock: Callable[[], datetime],
    ) -> None:
        """Look inside.

        Args:
            info: The sandbox as the table knows it.
            find: Gives the provider's sandbox of the same uid; raises `SandboxError` where it is gone.
            page: Where to begin.
            clock: The time in UTC.
        """
        super().__init__()
        self._info = info
        self._find = find
        self._page = page
        self._clock = clock
        self._masked = True
        self._previous = False
        self._pod: Mapping[str, object] | None = None
        self._events: Sequence[SandboxEvent] | None = None
        self._log: bytes | None = None
        self._failures: dict[Page, SandboxError] = {}

    def compose(self) -> ComposeResult:
        """The pages' names, the page, the search, the keys."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = literal(self._info.id)
            yield Choice(PAGES, self._page)
            yield DocumentView()
            yield FindBar()
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        self._show()
        self._load()

    def on_resize(self) -> None:
        """Sentences are wrapped at the width there is."""
        if still_open(self):
            self.call_after_refresh(self._show)

    @work(exclusive=True, group="inside")
    async def _load(self) -> None:
        self._failures.clear()
        try:
            sandbox = await self._find()
            self._info = await sandbox.get_info()
            self._pod = await sandbox.get_pod()
        except SandboxError as error:
            self._failures = dict.fromkeys(Page, error)
            self._show()
            return
        self._show()
        try:
            self._events = await sandbox.get_events()
        except SandboxError as error:
            self._failures[Page.EVENTS] = error
        self._show()
        try:
            self._log = await sandbox.get_log(previous=self._previous)
        except SandboxError as error:
            self._failures[Page.LOG] = error
        self._show()

    def _show(self) -> None:
        if self._pod is not None and pages.isolation(self._pod) == "process":
            # This screen hides the sentence above the table.
            self.query_one("#dialog").border_subtitle = "! not isolated: plain processes"
        view = self.query_one(DocumentView)
        place, lines = view.cursor, len(view.document.lines)
        view.show(self._document(), at_end=self._page is Page.LOG, anew=False)
        if self._page is not Page.LOG and lines:
            view.action_move(min(place, len(view.document.lines)))
        self.refresh_bindings()

    def _document(self) -> pages.Document:
        now, error = self._clock(), self._failures.get(self._page)
        width = self.query_one(DocumentView).text_width
        if self._page is Page.SUMMARY:
            explained = explain(self._info, self._events or ())
            return pages.summary_page(self._info, self._pod, explained, now, masked=self._masked, width=width)
        if error is not None:
            return pages.message_page(error.message, error.hint)
        if self._page is Page.YAML and self._pod is not None:
            return pages.yaml_page(self._pod, masked=self._masked)
        if self._page is Page.EVENTS and self._events is not None:
            return pages.events_page(self._events, now, width=width)
        if self._page is Page.LOG and self._log is not None:
            return pages.log_page(self._log, previous=self._previous)
        return pages.message_page("Asking the cluster …")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """The keys that mean something on this page."""
        if action in {"fold", "fold_all"}:
            return self._page is Page.YAML
        if action == "reveal":
            return self._page in {Page.SUMMARY, Page.YAML}
        if action == "previous":
            return self._page is Page.LOG
        return True

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        self._page = Page(event.value)
        self.query_one(DocumentView).show(pages.message_page())
        self._show()
        self.query_one(DocumentView).focus()

    def action_turn(self, step: int) -> None:
        """Go to the neighbouring page."""
        self.query_one(Choice).move(step)

    def action_page(self, page: str) -> None:
        """Go to a page."""
        self.query_one(Choice).value = page

    def action_leave(self) -> None:
        """End the search, else leave."""
        bar = self.query_one(FindBar)
        if bar.shown:
            bar.close()
        else:
            self.dismiss(None)

    def action_find(self) -> None:
        """Type what to search for."""
        self.query_one(FindBar).open()

    def action_next(self, forwards: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        """Go to the next place that has what was searched for."""
        self.query_one(FindBar).note(self.query_one(DocumentView).step(forwards=forwards))

    @on(FindBar.Typed)
    def _typed(self, event: FindBar.Typed) -> None:
        self.query_one(FindBar).note(self.query_one(DocumentView).search(event.text))

    @on(FindBar.Stepped)
    def _stepped(self, event: FindBar.Stepped) -> None:
        self.action_next(event.forwards)

    @on(FindBar.Kept)
    def _kept(self) -> None:
        self.query_one(DocumentView).focus()

    @on(FindBar.Closed)
    def _find_ended(self) -> None:
        self.query_one(DocumentView).search("")
        self.query_one(DocumentView).focus()

    def action_fold(self) -> None:
        """Fold or unfold the block at the cursor."""
        self.query_one(DocumentView).toggle_fold()

    def action_fold_all(self) -> None:
        """Fold all blocks but the outermost, or unfold them."""
        self.query_one(DocumentView).fold_all()

    def action_reveal(self) -> None:
        """Show or hide the values of variables."""
        self._masked = not self._masked
        self._show()

    def action_previous(self) -> None:
        """Change between the log of this container and of the one before."""
        self._previous = not self._previous
        self._log = None
        self._show()
        self._load()

    def action_reload(self) -> None:
        """Ask again."""
        self._load()

    @work(exclusive=True, group="copy")
    async def action_copy(self) -> None:
        """Copy the page as it is shown, and say truthfully where to."""
        from k8s_sandbox_tui.dashboard.clipboard import copy_text

        lines = self.query_one(DocumentView).document.lines
        outcome = await copy_text(self.app, "\n".join(line.text.rstrip() for line in lines) + "\n")
        self.notify(outcome.message, severity="error" if outcome.failed else "information", markup=False)
