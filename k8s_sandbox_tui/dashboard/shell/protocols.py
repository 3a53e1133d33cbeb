"""What a shell needs: a sandbox that gives a terminal, an app that lends its own, and what joins the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.dashboard.console.protocols import CommandHandle
from k8s_sandbox_tui.dashboard.screen_host import ScreenHost

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from textual.geometry import Size


class TerminalCommand(CommandHandle, Protocol):
    """A command that has input and a terminal."""

    async def send_stdin(self, data: bytes, /) -> None:
        """Send input; waits while the command does not take it."""
        ...

    async def close_stdin(self) -> None:
        """End its input."""
        ...

    async def resize(self, columns: int, rows: int, /) -> None:
        """Set the size of its terminal."""
        ...


class TerminalStarter(Protocol):
    """A sandbox that starts commands, also with a terminal."""

    async def start_command(
        self,
        command: str,
        /,
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bool = False,
        tty: bool = False,
        size: tuple[int, int] | None = None,
    ) -> TerminalCommand:
        """Start a command line with `/bin/sh`.

        Raises:
            SandboxError: It could not be started.
        """
        ...


class TerminalJoiner(Protocol):
    """Joins a command with the terminal of this process until it ends, as `exec -it` does."""

    async def __call__(self, running: TerminalCommand, /) -> int:
        """Join them.

        Returns:
            The command's exit code.

        Raises:
            SandboxError: There is none: the connection is lost, or the sandbox gone.
        """
        ...


class LendingApp(ScreenHost, Protocol):
    """An app that can get out of the terminal's way."""

    @property
    def is_web(self) -> bool:
        """Whether it is shown by a browser."""
        ...

    @property
    def size(self) -> Size:
        """Of the terminal, in cells."""
        ...

    def suspend(self) -> AbstractContextManager[None]:
        """Leave the terminal to others meanwhile; `SuspendNotSupported` where it has none to lend."""
        ...
