"""One command as the console knows it: what was asked, what came out, and how it ended."""

from __future__ import annotations

import time
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, Literal

import msgspec

from k8s_sandbox_tui.dashboard.console.scrollback import Scrollback
from k8s_sandbox_tui.dashboard.sanitize import OutputSanitizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.console.line import OutputLine
    from k8s_sandbox_tui.dashboard.console.recording import Recording

_numbers = count(1)


class CommandState(StrEnum):
    """Where a command stands."""

    STARTING = "starting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    """Asked to end, not ended yet."""
    EXITED = "exited"
    """It ran to its end: there is an exit code of its own."""
    CANCELLED = "cancelled"
    """The user ended it."""
    TIMED_OUT = "timed out"
    START_FAILED = "start failed"
    """It never ran."""
    LOST = "lost"
    """The connection ended first: whether it still runs is not known."""
    GONE = "gone"
    """Its sandbox ended or was destroyed under it."""


LIVE = frozenset({CommandState.STARTING, CommandState.RUNNING, CommandState.CANCELLING})
"""The states that a command can still leave."""


class Ending(msgspec.Struct, frozen=True):
    """How a command ended."""

    state: CommandState
    exit_code: int | None = None
    detail: str = ""
    """A sentence with the cause and the next step, where the state alone does not say it."""


class CommandCard:
    """A command, its output as far as it is kept, and its end."""

    def __init__(
        self,
        *,
        command: str,
        sandbox_id: str,
        uid: str,
        started_at: datetime,
        cwd: str = "",
        env_names: tuple[str, ...] = (),
        scrollback: Scrollback | None = None,
        recording: Recording | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A command that is about to start.

        Args:
            command: As the user typed it.
            sandbox_id: `<namespace>/<pod>`.
            uid: The Pod's uid.
            started_at: When it was asked for, UTC.
            cwd: The working directory it was given; empty for the container's own.
            env_names: Names of the variables it was given; values are not kept.
            scrollback: Where its lines are kept.
            recording: Where all its output is kept, to be saved.
            clock: Monotonic seconds.
        """
        self.number = next(_numbers)
        """Counts up over all cards of the process."""
        self.command = command
        self.sandbox_id = sandbox_id
        self.uid = uid
        self.started_at = started_at
        self.cwd = cwd
        self.env_names = env_names
        self.scrollback = Scrollback() if scrollback is None else scrollback
        self.recording = recording
        self.job_id = ""
        """The job that it follows, which goes on by itself; empty for other commands."""
        self.state = CommandState.STARTING
        self.ending: Ending | None = None
        self.open_lines: tuple[OutputLine, ...] = ()
        """What came after the last newline of each stream, in the order in which it began."""
        self.duration_ms: int | None = None
        """Milliseconds from start to end; None while it runs."""
        self._clock = clock
        self._started = clock()
        self._streams = {"stdout": OutputSanitizer(), "stderr": OutputSanitizer(stderr=True)}
        self._open: list[str] = []
        self._pending: list[OutputLine] = []

    @property
    def live(self) -> bool:
        """Whether it can still produce output."""
        return self.state in LIVE

    @property
    def has_output(self) -> bool:
        """Whether anything came out of it."""
        return bool(self.scrollback.end or self.open_lines or self._pending)

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the start, or from start to end."""
        return self.duration_ms if self.duration_ms is not None else int((self._clock() - self._started) * 1000)

    def feed(self, stream: Literal["stdout", "stderr"], data: bytes) -> int:
        """Take output. It shows up in the lines at the next `commit`.

        Returns:
            How many lines now wait for it.
        """
        sanitizer = self._streams[stream]
        self._pending.extend(sanitizer.feed(data))
        has_open = sanitizer.open_line() is not None
        if has_open != (stream in self._open):
            if has_open:
                self._open.append(stream)
            else:
                self._open.remove(stream)
        return len(self._pending)

    def commit(self) -> list[OutputLine]:
        """Move what came since the last time into the scrollback and give it back."""
        pending = self._pending
        if pending:
            self._pending = []
            self.scrollback.append(pending)
        opened = (self._streams[stream].open_line() for stream in self._open)
        self.open_lines = tuple(line for line in opened if line is not None)
        return pending

    def running(self) -> None:
        """The sandbox has taken the command."""
        if self.state is CommandState.STARTING:
            self.state = CommandState.RUNNING

    def cancelling(self) -> None:
        """The user wants it ended."""
        if self.live:
            self.state = CommandState.CANCELLING

    def end(self, ending: Ending, *, duration_ms: int | None = None) -> None:
        """The command is over; only the first end counts.

        Args:
            ending: How.
            duration_ms: How long it took, where somebody closer to it measured; else this card's own clock.
        """
        if not self.live:
            return
        for stream in [*self._open, *(self._streams.keys() - self._open)]:
            self._pending.extend(self._streams[stream].finish())
        self._open = []
        self.duration_ms = self.elapsed_ms if duration_ms is None else duration_ms
        self.state = ending.state
        self.ending = ending

    def lines(self) -> Iterator[OutputLine]:
        """All lines that are kept, those not ended yet last."""
        yield from self.scrollback
        yield from self.open_lines

    def text(self) -> str:
        """The kept output as text, as it came: lines that were broken for their length are whole again."""
        return "".join(line.text if line.continues else line.text + "\n" for line in self.lines())
