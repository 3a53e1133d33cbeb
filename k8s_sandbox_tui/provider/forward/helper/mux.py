"""The frames between here and the program in the sandbox: bytes in, frames out.

A frame is its kind (one byte), its connection (four), the length of what follows (four), and that. Each side may send
`WINDOW` bytes of a connection; CREDIT gives back what the other side has passed on. So a connection whose reader is
slow holds up no other one, and neither side has to keep more than that for it.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW: Final = 256 * 1024
PIECE: Final = 32 * 1024 - 9
"""Bytes of a DATA frame: with its head, one message of an exec's input."""

GREETING: Final = b"k8s-sandbox-tui forward 1"

_HEAD: Final = struct.Struct(">BII")
_COUNT: Final = struct.Struct(">I")
_MOST: Final = 1024 * 1024


class Kind(IntEnum):
    """What a frame is."""

    HELLO = 1
    """From the program, first: it runs."""
    OPEN = 2
    """To the program: connect; from it: connected."""
    DATA = 3
    END = 4
    """The sender's half has ended."""
    RESET = 5
    """The connection is over; from the program with the reason."""
    CREDIT = 6
    """So many bytes have been passed on."""
    PING = 7
    """To the program, which sends it back."""


class Frame(NamedTuple):
    """A frame."""

    kind: Kind
    connection: int = 0
    data: bytes = b""

    @property
    def credit(self) -> int:
        """The number in a CREDIT; 0 where it has none."""
        return _COUNT.unpack(self.data)[0] if len(self.data) == _COUNT.size else 0


class MuxError(Exception):
    """The bytes are none of these frames; something else runs there."""


def encode(kind: Kind, connection: int = 0, data: bytes | memoryview = b"") -> bytes:
    """The bytes of a frame."""
    return _HEAD.pack(kind, connection, len(data)) + data


def credit(connection: int, count: int) -> bytes:
    """The bytes of a CREDIT."""
    return encode(Kind.CREDIT, connection, _COUNT.pack(count))


class MuxReader:
    """Takes frames out of a byte stream, however it is cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes | memoryview) -> Iterator[Frame]:
        """The frames that are complete now.

        Raises:
            MuxError: What came is none.
        """
        buffer = self._buffer
        buffer += data
        position = 0
        try:
            while len(buffer) - position >= _HEAD.size:
                kind, connection, length = _HEAD.unpack_from(buffer, position)
                if length > _MOST or kind not in Kind.__members__.values():
                    raise MuxError("the program in the sandbox sent something else")
                end = position + _HEAD.size + length
                if end > len(buffer):
                    return
                yield Frame(Kind(kind), connection, bytes(memoryview(buffer)[position + _HEAD.size : end]))
                position = end
        finally:
            del buffer[:position]
