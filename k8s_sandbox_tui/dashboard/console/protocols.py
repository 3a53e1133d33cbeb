"""What the console needs of a sandbox; the provider's `Sandbox` and `RunningCommand` have more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, Self

from k8s_sandbox_tui.dashboard.completion.names import NameSource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from types import TracebackType

    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.provider.jobs.models import JobInfo
    from k8s_sandbox_tui.provider.models import SandboxInfo


class OutputPiece(Protocol):
    """Bytes as they came out of a command."""

    @property
    def stream(self) -> Literal["stdout", "stderr"]:
        """Which of the two it came out of."""
        ...

    @property
    def data(self) -> bytes:
        """At least one byte."""
        ...


class CommandHandle(Protocol):
    """A command that runs. Iterating gives its output and ends with it; leaving the context kills it."""

    @property
    def duration_ms(self) -> int:
        """Milliseconds from the request until now or until its end."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> bool | None: ...

    def __aiter__(self) -> AsyncIterator[OutputPiece]: ...

    async def wait(self) -> int:
        """The exit code.

        Raises:
            SandboxError: There is none: timeout, connection lost, sandbox gone.
        """
        ...

    async def kill(self) -> None:
        """End its processes in the sandbox."""
        ...


class CommandStarter(Protocol):
    """What runs commands."""

    async def start_command(
        self, command: str, /, *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> CommandHandle:
        """Start a command line with `/bin/sh`.

        Raises:
            SandboxError: It could not be started.
        """
        ...


class JobLogReader(Protocol):
    """A job's log as it arrives; leaving it leaves the job running."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...

    def __aiter__(self) -> AsyncIterator[OutputPiece]: ...


class BackgroundJob(Protocol):
    """A job of a sandbox; the provider's `Job` has more."""

    @property
    def info(self) -> JobInfo:
        """As it was last seen."""
        ...

    def follow(self) -> JobLogReader:
        """Its log from the beginning, to the end of the job."""
        ...

    async def wait(self) -> int:
        """Its exit code; `SandboxError` where there is none."""
        ...

    async def kill(self) -> None:
        """End all its processes."""
        ...

    async def remove(self) -> None:
        """Remove its log, once it has ended."""
        ...


class CommandHost(CommandStarter, NameSource, Protocol):
    """A sandbox that runs commands, also such that go on by themselves, and says which files it has."""

    async def start_job(self, command: str, cwd: str | None, env: Mapping[str, str] | None, /) -> BackgroundJob:
        """Start a job with `/bin/sh`.

        Raises:
            SandboxError: It could not be started.
        """
        ...


class CommandElsewhere(Protocol):
    """A command that was started elsewhere and has a card, which the console can show."""

    @property
    def run(self) -> CardSource | None:
        """What fills its card; None while there is none."""
        ...

    @property
    def host(self) -> CommandStarter:
        """Its sandbox."""
        ...

    @property
    def info(self) -> SandboxInfo:
        """What is known of that."""
        ...

    def give_up(self) -> None:
        """Wait for its end no longer."""
        ...

    def adopt(self, drawn: Callable[[CommandCard, int], None], ended: Callable[[], None]) -> None:
        """Tell of what is new, with the number of lines that wait, and of the end."""
        ...


class CardSource(Protocol):
    """Where a card's output and its end come from."""

    @property
    def card(self) -> CommandCard:
        """The card that it fills."""
        ...

    async def run(self) -> None:
        """Fill the card until its end; errors of the sandbox become its ending."""
        ...

    async def cancel(self) -> bool:
        """End what produces the output; False when there is nothing that could be asked: `run` is cancelled then."""
        ...

    def sandbox_gone(self) -> None:
        """The sandbox does not exist any more."""
        ...
