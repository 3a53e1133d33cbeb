"""What is in the pane of the console: it follows the selected sandbox, but never holds up the keys that select it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container

from k8s_sandbox_tui.dashboard.console.keeping import Limits
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.console.signs import ASCII, UNICODE
from k8s_sandbox_tui.dashboard.console.snippets import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from textual.timer import Timer

    from k8s_sandbox_tui.dashboard.console.model import Ending
    from k8s_sandbox_tui.dashboard.console.protocols import BackgroundJob, CommandElsewhere, CommandHost
    from k8s_sandbox_tui.dashboard.settings.model import Settings
    from k8s_sandbox_tui.provider.models import ClusterInfo, SandboxInfo

REST = 0.06
"""Seconds without a movement after which the cursor rests: longer than the time between repeated keys."""


class ConsolePane(Container):
    """Holds the console."""

    def __init__(self, settings: Settings, *, ascii_only: bool) -> None:
        self._commands = Console(
            signs=ASCII if ascii_only else UNICODE,
            limits=Limits.of(settings.console),
            keymap=settings.keymap,
        )
        super().__init__(self._commands)
        self._selected: tuple[CommandHost | None, SandboxInfo | None] = (None, None)
        self._resting: Timer | None = None

    def opened(self, cluster: ClusterInfo) -> None:
        """Say which cluster the sandboxes are in."""
        self._commands.origin = Origin.of(cluster)

    def follow(self, host: CommandHost | None, info: SandboxInfo | None, *, at_once: bool) -> None:
        """Work on another sandbox, or on what is new of the same one.

        Args:
            host: Runs the commands; None when none can be run.
            info: The sandbox; None when none is selected.
            at_once: False while the cursor moves: the console then waits until it rests.
        """
        self._selected = (host, info)
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        if at_once or self._commands.has_focus_within:
            self._catch_up()
        else:
            self._resting = self.set_timer(REST, self._catch_up)

    @property
    def live_commands(self) -> int:
        """How many commands run, in all sandboxes; jobs go on without the dashboard and do not count."""
        return sum([card.live and not card.job_id for card in self._commands.cards])

    @property
    def live_sandboxes(self) -> Mapping[str, str]:
        """The sandboxes in which commands run or jobs are followed: their ids by uid."""
        return {card.uid: card.sandbox_id for card in self._commands.cards if card.live}

    def follow_job(self, job: BackgroundJob, info: SandboxInfo) -> None:
        """Show a job that is there already."""
        self._commands.follow_job(job, info)

    def show_failed_shell(self, info: SandboxInfo, ending: Ending) -> None:
        """Say in a card how a shell ended."""
        self._commands.show_failed_shell(info, ending)

    def take_in(self, command: CommandElsewhere) -> None:
        """Show a command that was started elsewhere."""
        self._catch_up()
        self._commands.take_in(command)

    def earlier(self, prefix: str) -> Iterator[str]:
        """Commands that were run before and start with a text, newest first."""
        return self._commands.earlier(prefix)

    def remember(self, command: str, info: SandboxInfo) -> None:
        """Put a command that is run elsewhere among those."""
        self._commands.remember(command, info)

    def forbid(self, reason: str) -> None:
        """Let nothing be run, for a reason; let it be run again when there is none."""
        self._commands.forbid(reason)

    def gone(self, uids: Iterable[str]) -> None:
        """Sandboxes do not exist any more."""
        for uid in uids:
            self._commands.sandbox_gone(uid)

    def tell_fate(self, info: SandboxInfo) -> None:
        """Say what became of a sandbox, also of one that is not selected."""
        self._commands.tell_fate(info)

    def take_focus(self) -> None:
        """Type into the console, of the sandbox that is selected now."""
        self._catch_up()
        self._commands.focus()

    def on_descendant_focus(self) -> None:
        """However the focus came: what is typed goes to the sandbox that is selected now."""
        self._catch_up()

    def _catch_up(self) -> None:
        self._commands.select(*self._selected)
