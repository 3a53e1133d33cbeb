"""The header blocks of SPDY/3: names and values, compressed by zlib with a dictionary that both sides know.

Source: "SPDY Protocol - Draft 3", section 2.6.10.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from k8s_sandbox_tui.spdy.error import SpdyError

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS = (
    "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow "
    "authorization cache-control connection content-base content-encoding content-language content-length "
    "content-location content-md5 content-range content-type date etag expect expires from host if-match "
    "if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma "
    "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade "
    "user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie "
    "keep-alive origin"
)
_TEXT = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized"
    "403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
    "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
    "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
    "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)
_LENGTH = struct.Struct("!I")
_MAX_BLOCK = 64 * 1024


def _string(text: str) -> bytes:
    data = text.encode()
    return _LENGTH.pack(len(data)) + data


DICTIONARY = b"".join(_string(word.replace("_", " ")) for word in _WORDS.split()) + _TEXT.encode()


class HeaderReader:
    """Reads the blocks of one direction, in their order: they are one compressed stream."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zdict=DICTIONARY)

    def read(self, block: bytes) -> dict[str, str]:
        """The headers of the next block.

        Raises:
            SpdyError: It is malformed, or unpacks to more than headers need.
        """
        try:
            data = self._stream.decompress(block, _MAX_BLOCK)
        except zlib.error as error:
            raise SpdyError(f"headers that cannot be unpacked: {error}") from error
        if self._stream.unconsumed_tail:
            raise SpdyError("headers that are too long")
        try:
            return _parse(data)
        except (struct.error, UnicodeDecodeError) as error:
            raise SpdyError("headers that are cut off, or no text") from error


class HeaderWriter:
    """Writes the blocks of one direction."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(zdict=DICTIONARY)

    def write(self, headers: Mapping[str, str]) -> bytes:
        """The next block."""
        fields = b"".join(_string(name) + _string(value) for name, value in headers.items())
        packed = self._stream.compress(_LENGTH.pack(len(headers)) + fields)
        return packed + self._stream.flush(zlib.Z_SYNC_FLUSH)


def _parse(data: bytes) -> dict[str, str]:
    (count,) = _LENGTH.unpack_from(data)
    position = _LENGTH.size
    headers: dict[str, str] = {}
    for _ in range(count):
        words: list[str] = []
        for _ in range(2):
            (length,) = _LENGTH.unpack_from(data, position)
            position += _LENGTH.size
            # A length beyond the end shows at the next one.
            words.append(data[position : position + length].decode())
            position += length
        headers[words[0].lower()] = words[1]
    if position > len(data):
        raise SpdyError("headers that are cut off, or no text")
    return headers
