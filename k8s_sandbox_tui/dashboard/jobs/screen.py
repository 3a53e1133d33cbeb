"""Lists the jobs of a sandbox, also those that others have started; follows, ends and removes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from k8s_sandbox_tui.dashboard.jobs.lines import job_line, state_words
from k8s_sandbox_tui.dashboard.jobs.questions import EndJobScreen, RemoveJobScreen
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.listing_screen import Listing, ListingScreen
from k8s_sandbox_tui.dashboard.literal import literal
from k8s_sandbox_tui.dashboard.still_open import still_open
from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.jobs.models import JobState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual import getters
    from textual.app import App, ComposeResult
    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.console.protocols import BackgroundJob

_STATE_CELLS = 10
_WIDEST, _AROUND = 110, 9
NONE = "No jobs yet. A command that ends with & starts one, as in: npm run dev &"


class JobSource(Protocol):
    """A sandbox that has jobs."""

    async def list_jobs(self) -> Sequence[BackgroundJob]:
        """All of them, the oldest first; `SandboxError` where they cannot be listed."""
        ...


class _List(Listing):
    """The jobs, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Follow", tooltip="Show it and its log in the console", id="jobs.follow"),
        # Function keys, as no slip of the fingers sends them.
        Binding("f7", "screen.kill", "End", tooltip="End all its processes, after a question", id="jobs.end"),
        Binding(
            "f8",
            "screen.remove",
            "Remove",
            tooltip="Remove one that has ended, and its log, after a question",
            id="jobs.remove",
        ),
        Binding("r", "screen.refresh_jobs", "Refresh", id="jobs.refresh"),
    ]


class JobsScreen(ListingScreen["BackgroundJob"]):
    """The jobs of one sandbox; gives the one that is to be followed."""

    if TYPE_CHECKING:
        app = getters.app(App[object])
    KEYED: ClassVar[Sequence[type[Widget]]] = (_List,)
    """What is in it that has keys of its own."""

    def __init__(self, source: JobSource, name: str) -> None:
        """Ask for the jobs when shown.

        Args:
            source: The sandbox.
            name: What it is called.
        """
        super().__init__()
        self._source = source
        self._name = name
        self._jobs: list[BackgroundJob] = []

    def compose(self) -> ComposeResult:
        """The list, or why there is none."""
        with Vertical() as dialog:
            dialog.border_title = literal(f"Jobs of {self._name}")
            yield Static("Looking …", id="none", markup=False)
            yield _List(classes="-hidden", markup=False)
            yield self.said()
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for them."""
        self.action_refresh_jobs()

    def on_resize(self) -> None:
        """The lines are made for a width."""
        if still_open(self):
            self._paint()

    @work(exclusive=True, group="jobs")
    async def action_refresh_jobs(self) -> None:
        """Ask again."""
        await self._refresh()

    async def _refresh(self) -> None:
        try:
            self._jobs = list(reversed(await self._source.list_jobs()))
        except SandboxError as error:
            self.say(str(error))
            self.query_one("#none", Static).update("The jobs are not known.")
            return
        self.say("")
        self.query_one("#none", Static).update(NONE)
        self._paint()

    def _paint(self) -> None:
        listed = self.query_one(_List)
        # What the dialogue leaves to a line; the list itself has no size before it is shown.
        width = max(20, min(_WIDEST, self.size.width * 96 // 100) - _AROUND - _STATE_CELLS)
        at = listed.highlighted
        listed.set_options([Option(self._prompt(job, width)) for job in self._jobs])
        listed.set_class(not self._jobs, "-hidden")
        self.query_one("#none").set_class(bool(self._jobs), "-hidden")
        if self._jobs:
            listed.highlighted = min(at or 0, len(self._jobs) - 1)
            listed.focus()

    @staticmethod
    def _prompt(job: BackgroundJob, width: int) -> Content:
        words, style = state_words(job.info)
        return Content.assemble((f"{words:<{_STATE_CELLS}}", style), "  ", job_line(job.info, width))

    @property
    def _chosen(self) -> BackgroundJob | None:
        at = self.query_one(_List).highlighted
        return self._jobs[at] if at is not None and at < len(self._jobs) else None

    @on(OptionList.OptionSelected)
    def _follow(self) -> None:
        if (job := self._chosen) is not None:
            self.dismiss(job)

    @work(exclusive=True, group="jobs")
    async def action_kill(self) -> None:
        """End the chosen one, where it runs and the user says yes."""
        job = self._chosen
        if job is None:
            return
        if job.info.state is not JobState.RUNNING:
            self.say("It has ended already.")
        elif await self.app.push_screen_wait(EndJobScreen(job.info, self._name)):
            await self._do(job.kill)

    @work(exclusive=True, group="jobs")
    async def action_remove(self) -> None:
        """Remove the chosen one, once it has ended and the user says yes."""
        job = self._chosen
        if job is None:
            return
        if job.info.state is JobState.RUNNING:
            self.say("It runs: end it first. If it has ended since, Refresh shows that.")
        elif await self.app.push_screen_wait(RemoveJobScreen(job.info, self._name)):
            await self._do(job.remove)

    async def _do(self, deed: Callable[[], Awaitable[None]]) -> None:
        try:
            await deed()
        except SandboxError as error:
            self.say(str(error))
            return
        await self._refresh()
