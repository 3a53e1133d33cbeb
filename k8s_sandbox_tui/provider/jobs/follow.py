"""The log of a job as it arrives, over as many connections as it takes."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Self

from k8s_sandbox_tui.provider.errors import ApiError, CommandError, ConnectionLostError, SandboxError, TransportError
from k8s_sandbox_tui.provider.exec.outcome import exit_code_of
from k8s_sandbox_tui.provider.exec.protocol import Closed
from k8s_sandbox_tui.provider.jobs.frames import GarbledError, LogFrames, NoJob
from k8s_sandbox_tui.provider.jobs.models import LOG_START, JobState, LogChunk, LogOffset
from k8s_sandbox_tui.provider.jobs.plans import plan_follow

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from k8s_sandbox_tui.provider.exec.driver import ExecStream
    from k8s_sandbox_tui.provider.jobs.place import JobPlace
    from k8s_sandbox_tui.provider.jobs.records import RecordedState

TURN_SECONDS: Final = 600
"""After so long an exec ends and another one takes its place, long before the 4 h of a kubelet's idle timeout: so what
was left behind in the sandbox by a client that was killed ends too."""

GIVE_UP_SECONDS: Final = 120.0
"""Without a word from the sandbox for so long, and with all attempts failing, it is given up."""

_FIRST_DELAY: Final = 0.1
_LONGEST_DELAY: Final = 5.0
_GOODBYE_SECONDS: Final = 0.2
_MAX_SAID: Final = 4096


class JobFollow:
    """The log of a job as it arrives; `Job.follow` makes it. Iterating it ends with the job.

    A connection that is lost is made again, where the log was left: nothing is lost or given twice. Leaving it, by
    `aclose`, as a context manager or by cancelling, leaves the job running and nothing behind in the sandbox.
    """

    def __init__(
        self,
        place: JobPlace,
        job_id: str,
        *,
        offset: LogOffset = LOG_START,
        logs: bool = True,
        seconds: int | None = None,
        on_state: Callable[[RecordedState], None] | None = None,
    ) -> None:
        """Makes no request.

        Args:
            place: Where the job is.
            job_id: Which one.
            offset: From where in the log.
            logs: Whether its log is wanted; else only its end is waited for.
            seconds: How long to follow, from when the sandbox begins to answer; None: to the end of the job.
            on_state: Called with the job's state, at the end.
        """
        self._place = place
        self._job_id = job_id
        self._logs = logs
        self._seconds = seconds
        self._on_state = on_state
        self._frames = LogFrames(offset)
        self._offset = offset
        self._chunks: deque[LogChunk] = deque()
        self._stream: ExecStream | None = None
        self._said = b""
        self._heard: float | None = None
        self._failures = 0
        self._over = False
        self._failure: SandboxError | None = None
        self._trouble = ""

    @property
    def offset(self) -> LogOffset:
        """Where the log goes on after what was given out; `Job.follow` takes it."""
        return self._offset

    @property
    def trouble(self) -> str:
        """Why the connection is being made again, as a sentence; empty while there is one."""
        return self._trouble

    def __aiter__(self) -> Self:
        """Its log as it arrives; ends with the job.

        Raises:
            JobNotFoundError: There is no such job, or none any more.
            SandboxGoneError: The sandbox ended.
            SandboxError: It could not be reached for two minutes, or not at all.
        """
        return self

    async def __anext__(self) -> LogChunk:
        try:
            while not self._chunks and not self._over:
                await self._advance()
        finally:
            if not self._chunks:
                await self._leave()
        if not self._chunks:
            raise self._failure or StopAsyncIteration
        chunk = self._chunks.popleft()
        end = chunk.offset + len(chunk.data)
        stdout, stderr = self._offset.stdout, self._offset.stderr
        self._offset = LogOffset(end, stderr) if chunk.stream == "stdout" else LogOffset(stdout, end)
        return chunk

    async def aclose(self) -> None:
        """Leaves the job; takes a second at most."""
        self._over = True
        await self._leave()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _advance(self) -> None:
        """Takes the next piece of what the sandbox says, over a new connection where need be."""
        try:
            if self._stream is None:
                self._stream = await self._open()
            event = await self._stream.read()
            if not isinstance(event, Closed):
                await self._take(event.stream == "stdout", bytes(event.data))
                return
            await self._end_turn(event)
        except SandboxError as error:
            await self._leave()
            delay = self._delay_after(error)
            if delay is None:
                raise
            self._trouble = error.message
            await asyncio.sleep(delay)

    async def _open(self) -> ExecStream:
        from k8s_sandbox_tui.provider.exec.driver import ExecStream

        place = self._place
        self._frames = LogFrames(self._frames.offset)
        self._said = b""
        turn = TURN_SECONDS if self._seconds is None else min(self._seconds, TURN_SECONDS)
        plan = plan_follow(place.folder, self._job_id, self._frames.offset if self._logs else None, turn)
        stream = await ExecStream.open(await place.connection(), place.target, plan, place.patience)
        await stream.begin()
        return stream

    async def _take(self, log: bool, data: bytes) -> None:  # noqa: FBT001 - which of two channels
        self._heard, self._failures, self._trouble = time.monotonic(), 0, ""
        if not log:
            self._said = (self._said + data)[:_MAX_SAID]
            return
        try:
            for event in self._frames.feed(data):
                if isinstance(event, LogChunk):
                    self._chunks.append(event)
                elif isinstance(event, NoJob):
                    # Not at once: what came before it has yet to be given out.
                    self._over, self._failure = True, await self._place.not_found(self._job_id)
                else:
                    self._see(event)
        except GarbledError as error:
            msg = f"The log of job {self._job_id} cannot be read: {error} stands where its next piece should."
            raise CommandError(msg, hint=self._place.distrust) from None

    def _see(self, state: RecordedState) -> None:
        self._over = state.state is not JobState.RUNNING or self._seconds is not None
        if self._on_state is not None:
            self._on_state(state)

    async def _end_turn(self, closed: Closed) -> None:
        stream, self._stream = self._stream, None
        gone = ""
        if stream is not None:
            gone = stream.gone
            await stream.aclose()
        if self._over:
            return
        said = self._said.decode("utf-8", "replace").strip()
        connection = await self._place.connection()
        code = await exit_code_of(closed, connection=connection, target=self._place.target, gone=gone, stderr=said)
        if code != 0:
            msg = f"The log of job {self._job_id} cannot be followed: {said or f'exit code {code}'}"
            raise CommandError(msg, stderr=said, hint=self._place.needs)

    def _delay_after(self, error: SandboxError) -> float | None:
        """Seconds until the connection is made again; None: not at all."""
        if not isinstance(error, ConnectionLostError):
            if not (isinstance(error, TransportError | ApiError) and error.retryable):
                return None
            if self._heard is None:
                return None
        now = time.monotonic()
        self._heard = now if self._heard is None else self._heard
        if now - self._heard > GIVE_UP_SECONDS:
            return None
        delay = min(_FIRST_DELAY * 2**self._failures, _LONGEST_DELAY)
        self._failures = min(self._failures + 1, 10)
        return delay * (0.5 + random.random() / 2)  # noqa: S311 - keeps clients from coming back all at once

    async def _leave(self) -> None:
        """Ends the exec. What it runs ends itself with whatever comes on its input."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await stream.send(b"\n")
            await stream.aclose()
