"""The checksum that `cksum` prints: POSIX has it, so every image does, and it costs a sandbox next to nothing.

TLS and pipes alter no byte; what gets lost, doubled or out of order on the way is found by this and the size. It is no
proof against a sandbox that lies, and nothing could be: what the sandbox says it sends is all that there is.
"""

from __future__ import annotations

import zlib
from typing import Final

_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_NOTHING: Final = 0xFFFFFFFF


class Checksum:
    """Of what it was fed, piece by piece.

    The polynomial is zlib's, and so is the work; but POSIX takes the highest bit of a byte first where zlib takes the
    lowest, begins with zeros, and appends the length.
    """

    def __init__(self) -> None:
        self._crc = _NOTHING
        self.size = 0

    def update(self, piece: bytes | bytearray) -> None:
        """Takes the next piece."""
        self._crc = zlib.crc32(piece.translate(_MIRRORED), self._crc)
        self.size += len(piece)

    @property
    def value(self) -> int:
        """The first number that `cksum` prints; the second is the size."""
        length = self.size.to_bytes((self.size.bit_length() + 7) // 8, "little").translate(_MIRRORED)
        return int(f"{zlib.crc32(length, self._crc):032b}"[::-1], 2)
