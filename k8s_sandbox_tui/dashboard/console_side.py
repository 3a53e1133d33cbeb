"""The console's side of the main screen: its room is there once a cluster was opened, beside or below the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from k8s_sandbox_tui.dashboard.console.model import Ending
    from k8s_sandbox_tui.dashboard.console.protocols import BackgroundJob, CommandElsewhere, CommandHost
    from k8s_sandbox_tui.dashboard.console_pane import ConsolePane
    from k8s_sandbox_tui.dashboard.ports import OpenedClusterPort
    from k8s_sandbox_tui.dashboard.settings.model import Settings
    from k8s_sandbox_tui.dashboard.split import Split
    from k8s_sandbox_tui.provider.models import ClusterInfo, SandboxInfo


class ConsoleSide:
    """Holds the console, which is loaded after the first rows are shown, or when it is needed sooner."""

    def __init__(self, split: Callable[[], Split], settings: Settings, *, ascii_only: bool) -> None:
        """Prepare it.

        Args:
            split: Where the console goes.
            settings: What the user has written down.
            ascii_only: Whether signs outside ASCII are to be left out.
        """
        self._split = split
        self._settings = settings
        self._ascii_only = ascii_only
        self._cluster: ClusterInfo | None = None
        self._pane: ConsolePane | None = None

    def opened(self, opened: OpenedClusterPort) -> None:
        """Make room for the console, and have it be of this cluster."""
        self._cluster = opened.cluster
        self._split().open_second()
        if self._pane is not None:
            self._pane.opened(opened.cluster)

    def load(self) -> ConsolePane | None:
        """The console, loaded at the latest now; none before a cluster was opened."""
        if self._pane is None and self._cluster is not None:
            from k8s_sandbox_tui.dashboard.console_pane import ConsolePane

            self._pane = ConsolePane(self._settings, ascii_only=self._ascii_only)
            self._pane.opened(self._cluster)
            self._split().fill_second(self._pane)
        return self._pane

    def follow(
        self, host: CommandHost | None, info: SandboxInfo | None, *, forbidden: str = "", at_once: bool = True
    ) -> None:
        """Send what is typed to this sandbox.

        Args:
            host: Runs the commands; None when none can be run.
            info: The sandbox; None when none is selected.
            forbidden: Why nothing may be run; empty when it may.
            at_once: False while the cursor moves.
        """
        if self._pane is not None:
            self._pane.forbid(forbidden)
            self._pane.follow(host, info, at_once=at_once)

    @property
    def live_commands(self) -> int:
        """How many commands run, in all sandboxes."""
        return 0 if self._pane is None else self._pane.live_commands

    @property
    def live_sandboxes(self) -> Mapping[str, str]:
        """The sandboxes in which commands run or jobs are followed: their ids by uid."""
        return {} if self._pane is None else self._pane.live_sandboxes

    @property
    def has_focus(self) -> bool:
        """Whether one types into the console."""
        return self._pane is not None and self._pane.has_focus_within

    def follow_job(self, job: BackgroundJob, info: SandboxInfo) -> None:
        """Show a job that is there already."""
        if pane := self.load():
            pane.follow_job(job, info)

    def show_failed_shell(self, info: SandboxInfo, ending: Ending) -> None:
        """Say in a card how a shell ended, where the user sees it."""
        if pane := self.load():
            self._make_room()
            pane.show_failed_shell(info, ending)

    def gone(self, uids: Iterable[str]) -> None:
        """Sandboxes do not exist any more."""
        if self._pane is not None:
            self._pane.gone(uids)

    def tell_fate(self, info: SandboxInfo) -> None:
        """Say what became of a sandbox."""
        if self._pane is not None:
            self._pane.tell_fate(info)

    def enter(self) -> None:
        """Type into the console."""
        if self._pane is not None:
            self._make_room()
            if self._pane.is_mounted:
                self._pane.take_focus()
            else:
                self._pane.call_after_refresh(self._pane.take_focus)

    def take_in(self, command: CommandElsewhere) -> None:
        """Show a command that was started elsewhere, and give it the keys."""
        if self._pane is not None:
            self._make_room()
            self._pane.take_in(command)

    def earlier(self, prefix: str) -> Iterator[str]:
        """Commands that were run before and start with a text, newest first."""
        return iter(()) if self._pane is None else self._pane.earlier(prefix)

    def remember(self, command: str, info: SandboxInfo) -> None:
        """Put a command that is run elsewhere among those."""
        if self._pane is not None:
            self._pane.remember(command, info)

    def _make_room(self) -> None:
        split = self._split()
        if split.zoom == "first":
            split.zoom = "none"

    def leave(self) -> None:
        """Show the table where the console has all the room."""
        split = self._split()
        if split.zoom == "second":
            split.zoom = "none"
