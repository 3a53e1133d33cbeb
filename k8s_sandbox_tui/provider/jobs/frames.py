"""What `scripts.FOLLOW` prints, as values: bytes in, events out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.jobs.models import LogChunk, LogOffset
from k8s_sandbox_tui.provider.jobs.records import RecordedState, parse_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.provider.exec.protocol import Stream

MAX_HEAD: Final = 256
"""Bytes of a line between the pieces of a log; a real one has less than 100."""

_PIECE: Final = re.compile(rb"(out|err) (\d{1,18}) (\d{1,18})")
_STREAMS: Final[dict[bytes, Stream]] = {b"out": "stdout", b"err": "stderr"}
_NONE: Final = b"none"
_BEGUN: Final = b"begun"
_STATE: Final = b"state "


class NoJob:
    """There is no such job, or none any more."""


NO_JOB: Final = NoJob()

Event = LogChunk | RecordedState | NoJob


class GarbledError(ValueError):
    """The output is not that of the script: something else in the sandbox wrote to it, or to the log's files."""


class LogFrames:
    """One run of the script. `offset` is where the log goes on after what was given out."""

    def __init__(self, offset: LogOffset) -> None:
        self._next: dict[Stream, int] = {"stdout": offset.stdout, "stderr": offset.stderr}
        self._head = b""
        self._stream: Stream = "stdout"
        self._left = 0
        self._missed = 0

    @property
    def offset(self) -> LogOffset:
        """Where the log goes on."""
        return LogOffset(self._next["stdout"], self._next["stderr"])

    def feed(self, data: bytes) -> Iterator[Event]:
        """Takes some output.

        Raises:
            GarbledError: It is none of the script's.
        """
        while data:
            if self._left:
                piece, data = data[: self._left], data[self._left :]
                yield self._chunk(piece)
                continue
            line, newline, data = data.partition(b"\n")
            self._head += line
            if len(self._head) > MAX_HEAD:
                raise GarbledError(repr(self._head[:MAX_HEAD]))
            if newline:
                head, self._head = self._head, b""
                event = self._read_head(head)
                if event is not None:
                    yield event

    def _chunk(self, piece: bytes) -> LogChunk:
        offset, missed = self._next[self._stream], self._missed
        self._next[self._stream] += len(piece)
        self._left -= len(piece)
        self._missed = 0
        return LogChunk(self._stream, piece, offset, missed)

    def _read_head(self, head: bytes) -> RecordedState | NoJob | None:
        piece = _PIECE.fullmatch(head)
        if piece is not None:
            self._stream, offset, self._left = _STREAMS[piece[1]], int(piece[2]), int(piece[3])
            self._missed = offset - self._next[self._stream]
            if self._missed < 0 or self._left == 0:
                raise GarbledError(repr(head))
            self._next[self._stream] = offset
            return None
        if head == _BEGUN:
            return None
        if head == _NONE:
            return NO_JOB
        state = parse_state(head.removeprefix(_STATE).decode("ascii", "replace")) if head.startswith(_STATE) else None
        if state is None:
            raise GarbledError(repr(head))
        return state
