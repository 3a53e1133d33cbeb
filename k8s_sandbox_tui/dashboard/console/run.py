"""Runs one command for a card: waits for the sandbox, never for the screen."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console.background import JobHandle
from k8s_sandbox_tui.dashboard.console.directory import MAX_PATH
from k8s_sandbox_tui.dashboard.console.model import CommandState, Ending
from k8s_sandbox_tui.dashboard.console.words import ending_of, size_words
from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.dashboard.console.protocols import CommandHandle, CommandStarter, OutputPiece

SLICE = 8192
"""Bytes of output taken in one go."""

TURN_SECONDS = 0.002
"""How long output is taken before others get their turns."""

TURNS = 10
"""Turns of the loop in between: from key to screen is a chain of about as many tasks, each one turn after the last."""

KILL_SECONDS = 10.0
"""How long the sandbox may take to say that it killed a command."""

NO_IMPATIENCE = 1.0
"""Seconds after which being asked to end a command once more means not to wait for its end."""

STILL_SHOWN = 64 * 1024
"""Bytes that are shown of what comes after a command was to end: more than that is what was under way already."""

LAST_SLICES = 4
"""Slices before the end of the output that are shown all the same: a command's last words."""

DESTROYED = "it was destroyed while the command ran"
UNANSWERED = "the sandbox did not answer; it may still run"


async def let_others_run() -> None:
    """Let all that waits for its turn have it, as far as from a key to the screen."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


class CommandRun:
    """A command on its way through a sandbox."""

    def __init__(
        self,
        card: CommandCard,
        host: CommandStarter,
        changed: Callable[[int], None],
        *,
        line: str | None = None,
        env: Mapping[str, str] | None = None,
        keep_stdout: bool = False,
    ) -> None:
        """A command that has not started.

        Args:
            card: Takes the output and the end; gives the command and the directory.
            host: The sandbox.
            changed: Called with the number of lines that wait to be drawn, whenever the card has something new.
            line: What the shell gets, when it is not the card's command.
            env: Variables for the command.
            keep_stdout: Whether the first bytes of stdout are wanted as they are.
        """
        self.card = card
        self.stdout = b""
        """The first `MAX_PATH` bytes of stdout, when they were asked for."""
        self._host = host
        self._changed = changed
        self._line = card.command if line is None else line
        self._env = env
        self._keep_stdout = keep_stdout
        self._handle: CommandHandle | None = None
        self._gone = False
        self._cancelled_at = 0.0
        self._after_cancel = 0
        self._last: deque[tuple[Literal["stdout", "stderr"], bytes]] = deque(maxlen=LAST_SLICES)
        self._left_out = 0

    async def run(self) -> None:
        """Run it to its end, whatever that is; errors of the sandbox become the card's ending.

        When the task is cancelled, the command is killed and the card says so.
        """
        try:
            ending, duration = await self._run()
        except asyncio.CancelledError:
            self._end(self._given_up())
            raise
        self._end(ending, duration)

    async def cancel(self) -> bool:
        """Kill it in the sandbox.

        Returns:
            False when nothing has started that could be killed, or its end has been waited for in vain: the task is to
            be cancelled instead.
        """
        handle = self._handle
        if handle is None:
            return False
        if self.card.state is CommandState.CANCELLING:
            return time.monotonic() - self._cancelled_at < NO_IMPATIENCE
        self._cancelled_at = time.monotonic()
        self.card.cancelling()
        self._changed(0)
        try:
            async with asyncio.timeout(KILL_SECONDS):
                await handle.kill()
        except (SandboxError, TimeoutError):
            return False
        return True

    def sandbox_gone(self) -> None:
        """The sandbox does not exist any more: a lost connection is no riddle then."""
        self._gone = True

    async def _run(self) -> tuple[Ending, int | None]:
        card = self.card
        handle: CommandHandle | None = None
        try:
            handle = await self._host.start_command(self._line, cwd=card.cwd or None, env=self._env)
            async with handle:
                self._handle = handle
                if isinstance(handle, JobHandle):
                    card.job_id = handle.job_id
                card.running()
                self._changed(0)
                await self._take_output(handle)
                code = await handle.wait()
        except SandboxError as error:
            ending = ending_of(error, started=handle is not None)
        else:
            ending = Ending(CommandState.EXITED, code)
        finally:
            self._handle = None
        if card.state is CommandState.CANCELLING:
            left_out = f"{size_words(self._left_out)} more came, not shown" if self._left_out else ""
            ending = Ending(CommandState.CANCELLED, ending.exit_code, left_out)
        elif self._gone and ending.state is CommandState.LOST:
            ending = Ending(CommandState.GONE, detail=DESTROYED)
        return ending, None if handle is None else handle.duration_ms

    def _given_up(self) -> Ending:
        """The end of a command that nobody waits for any more."""
        if self._gone:
            return Ending(CommandState.GONE, detail=DESTROYED)
        asked = self.card.state is CommandState.CANCELLING
        return Ending(CommandState.CANCELLED, detail=UNANSWERED if asked else "")

    async def _take_output(self, handle: CommandHandle) -> None:
        turn = time.monotonic()
        async for piece in handle:
            self._keep(piece)
            if self.card.recording is not None:
                await self.card.recording.add(piece.stream, piece.data)
            for start in range(0, len(piece.data), SLICE):
                data = piece.data[start : start + SLICE]
                if not self._put_off(piece.stream, data):
                    self._changed(self.card.feed(piece.stream, data))
                if time.monotonic() - turn > TURN_SECONDS:
                    await let_others_run()
                    turn = time.monotonic()
        for stream, data in self._last:
            self._changed(self.card.feed(stream, data))

    def _put_off(self, stream: Literal["stdout", "stderr"], data: bytes) -> bool:
        """Whether output is not shown as it comes: there is much of it, and the command was to end."""
        if self.card.state is not CommandState.CANCELLING:
            return False
        self._after_cancel += len(data)
        if self._after_cancel <= STILL_SHOWN:
            return False
        if len(self._last) == LAST_SLICES:
            self._left_out += len(self._last[0][1])
        self._last.append((stream, data))
        return True

    def _keep(self, piece: OutputPiece) -> None:
        if self._keep_stdout and piece.stream == "stdout" and len(self.stdout) <= MAX_PATH:
            self.stdout += piece.data[: MAX_PATH + 1]

    def _end(self, ending: Ending, duration_ms: int | None = None) -> None:
        self.card.end(ending, duration_ms=duration_ms)
        self._changed(0)
