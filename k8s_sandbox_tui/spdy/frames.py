"""Frames of SPDY/3 as Kubernetes needs them: bytes in, frames out, and back. Source: "SPDY Protocol - Draft 3"."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from k8s_sandbox_tui.spdy.error import SpdyError
from k8s_sandbox_tui.spdy.headers import HeaderReader, HeaderWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD = struct.Struct("!II")
_WORD = struct.Struct("!I")
_VERSION = 3
_CONTROL = 0x8000_0000
_ID = 0x7FFF_FFFF
_FIN = 0x01
_MAX_CONTROL = 64 * 1024
_SYN_HEAD = 10

REFUSED_STREAM = 3
"""The status of a stream that is reset before anything has come of it."""


class Type(IntEnum):
    """Control frames."""

    SYN_STREAM = 1
    SYN_REPLY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PING = 6
    GOAWAY = 7
    HEADERS = 8
    WINDOW_UPDATE = 9


@dataclass(frozen=True, slots=True)
class Opened:
    """The other side opens a stream."""

    stream: int
    headers: Mapping[str, str]
    ended: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side has taken a stream that this one opened."""

    stream: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of a stream."""

    stream: int
    data: bytes
    ended: bool


@dataclass(frozen=True, slots=True)
class Reset:
    """The other side gives a stream up."""

    stream: int


@dataclass(frozen=True, slots=True)
class Ping:
    """A question whether this side is there; it wants the same back."""

    ident: int


@dataclass(frozen=True, slots=True)
class GoAway:
    """The other side opens no more streams."""


Frame = Opened | Accepted | Data | Reset | Ping | GoAway


class SpdyReader:
    """Takes frames out of a byte stream, however it is cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._headers = HeaderReader()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete now; what does not matter to Kubernetes is left out.

        Raises:
            SpdyError: What came is no SPDY/3.
        """
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            first, second = _HEAD.unpack_from(self._buffer)
            flags, length = second >> 24, second & 0xFF_FFFF
            if first & _CONTROL and length > _MAX_CONTROL:
                raise SpdyError("a control frame that is too long")
            if not first & _CONTROL and flags & ~_FIN:
                # Text, most likely: it would be waited for as a frame of some megabytes.
                raise SpdyError("data with flags that there are not")
            end = _HEAD.size + length
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[_HEAD.size : end])
            del self._buffer[:end]
            if not first & _CONTROL:
                yield Data(first, payload, bool(flags & _FIN))
                continue
            if first >> 16 & 0x7FFF != _VERSION:
                raise SpdyError(f"version {first >> 16 & 0x7FFF} in place of {_VERSION}")
            frame = self._control(first & 0xFFFF, flags, payload)
            if frame is not None:
                yield frame

    def _control(self, kind: int, flags: int, payload: bytes) -> Frame | None:
        if kind == Type.GOAWAY:
            return GoAway()
        if kind not in {Type.SYN_STREAM, Type.SYN_REPLY, Type.HEADERS, Type.RST_STREAM, Type.PING}:
            return None
        if len(payload) < (_SYN_HEAD if kind == Type.SYN_STREAM else _WORD.size):
            raise SpdyError("a control frame that is cut off")
        (ident,) = _WORD.unpack_from(payload)
        if kind == Type.SYN_STREAM:
            return Opened(ident & _ID, self._headers.read(payload[_SYN_HEAD:]), bool(flags & _FIN))
        if kind in {Type.SYN_REPLY, Type.HEADERS}:
            # Of no interest, but all blocks are one compressed stream.
            self._headers.read(payload[_WORD.size :])
            return Accepted(ident & _ID, bool(flags & _FIN)) if kind == Type.SYN_REPLY else None
        return Reset(ident & _ID) if kind == Type.RST_STREAM else Ping(ident)


class SpdyWriter:
    """Makes frames of one direction."""

    def __init__(self) -> None:
        self._headers = HeaderWriter()

    def open(self, stream: int, headers: Mapping[str, str], *, ended: bool = False) -> bytes:
        """SYN_STREAM."""
        payload = struct.pack("!IIH", stream, 0, 0) + self._headers.write(headers)
        return _control(Type.SYN_STREAM, payload, _FIN * ended)

    def accept(self, stream: int) -> bytes:
        """SYN_REPLY without headers."""
        return _control(Type.SYN_REPLY, _WORD.pack(stream) + self._headers.write({}))


def data_head(stream: int, size: int) -> bytes:
    """What stands before `size` bytes of a stream that does not end with them."""
    return _HEAD.pack(stream, size)


def data(stream: int, payload: bytes, *, ended: bool = False) -> bytes:
    """A data frame."""
    return _HEAD.pack(stream, _FIN * ended << 24 | len(payload)) + payload


def reset(stream: int, status: int) -> bytes:
    """RST_STREAM."""
    return _control(Type.RST_STREAM, struct.pack("!II", stream, status))


def ping(ident: int) -> bytes:
    """PING, or the answer to one."""
    return _control(Type.PING, _WORD.pack(ident))


def go_away(last_stream: int) -> bytes:
    """GOAWAY: all is well, but there will be no more."""
    return _control(Type.GOAWAY, struct.pack("!II", last_stream, 0))


def _control(kind: Type, payload: bytes, flags: int = 0) -> bytes:
    return _HEAD.pack(_CONTROL | _VERSION << 16 | kind, flags << 24 | len(payload)) + payload
