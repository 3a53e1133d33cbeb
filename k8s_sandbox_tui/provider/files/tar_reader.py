"""Reads a tar stream as it arrives: bytes in, entries and their content out. Trusts nothing in it.

It understands what `tar` of GNU and of busybox write (ustar, GNU's long names, pax), and gives names as they are:
whether one may be used is for the reader of the entries to say (`archive_rules.py`).
"""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from k8s_sandbox_tui.provider.files.tar_writer import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NAME_RECORD: Final = 1 << 20
"""Bytes of a record that holds a long name."""

MemberType = Literal["file", "directory", "symlink", "hardlink", "other"]

_TYPES: Final[dict[bytes, MemberType]] = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
    tarfile.CHRTYPE: "other",
    tarfile.BLKTYPE: "other",
    tarfile.FIFOTYPE: "other",
}
_NAMES: Final = frozenset(
    {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}
)


class TarError(ValueError):
    """It is no tar stream, or one that cannot be read."""


class TarMember(msgspec.Struct, frozen=True, gc=False):
    """One entry; `size` bytes of content follow where it is a file."""

    name: str
    type: MemberType
    size: int
    mode: int
    modified: int
    link: str


class TarReader:
    """One stream. `feed` it in pieces of any size; `finish` at its end."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._content = 0
        self._skip = 0
        self._record: bytearray | None = None
        self._record_type = b""
        self._record_size = 0
        self._long: dict[str, str] = {}
        self._ended = False

    def feed(self, data: bytes) -> Iterator[TarMember | memoryview]:
        """Gives the entries in this piece, each followed by its content in pieces.

        Raises:
            TarError: It cannot be read.
        """
        view = memoryview(data)
        while view:
            if self._content:
                piece, view = view[: self._content], view[self._content :]
                self._content -= len(piece)
                yield piece
            elif self._record is not None:
                view = self._take_record(self._record, view)
            elif self._skip:
                passed = min(self._skip, len(view))
                self._skip -= passed
                view = view[passed:]
            else:
                room = BLOCK - len(self._block)
                self._block += view[:room]
                view = view[room:]
                if len(self._block) == BLOCK:
                    block, self._block = bytes(self._block), bytearray()
                    member = self._header(block)
                    if member is not None:
                        yield member

    def finish(self) -> None:
        """Checks that the stream has come to its end.

        Raises:
            TarError: It was cut short.
        """
        if not self._ended or self._block or self._content or self._record is not None:
            msg = "it was cut short"
            raise TarError(msg)

    def _take_record(self, record: bytearray, view: memoryview) -> memoryview:
        room = self._record_size - len(record)
        record += view[:room]
        if len(record) == self._record_size:
            self._record = None
            self._name_from(bytes(record))
        return view[room:]

    def _header(self, block: bytes) -> TarMember | None:
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            if any(block):
                msg = "there is something else where an entry should begin"
                raise TarError(msg) from None
            # Archives that follow each other each have an end.
            self._ended = True
            return None
        self._ended = False
        if info.size < 0:
            msg = "an entry has a size below 0"
            raise TarError(msg)
        if info.type in _NAMES:
            return self._begin_record(info)
        if info.type == tarfile.XGLTYPE:
            self._skip = info.size + -info.size % BLOCK
            return None
        return self._member(info)

    def _begin_record(self, info: tarfile.TarInfo) -> None:
        if info.size > MAX_NAME_RECORD:
            msg = f"a name has {info.size} bytes"
            raise TarError(msg)
        self._record_type, self._record_size = info.type, info.size
        self._skip = -info.size % BLOCK
        self._record = bytearray() if info.size else None

    def _name_from(self, record: bytes) -> None:
        if self._record_type == tarfile.GNUTYPE_LONGNAME:
            self._long["path"] = _text(record.partition(b"\0")[0])
        elif self._record_type == tarfile.GNUTYPE_LONGLINK:
            self._long["linkpath"] = _text(record.partition(b"\0")[0])
        else:
            self._long.update(_pax(record))

    def _member(self, info: tarfile.TarInfo) -> TarMember:
        kind = _TYPES.get(info.type)
        if kind is None:
            msg = f"it has an entry of the unknown type {info.type!r}"
            raise TarError(msg)
        long, self._long = self._long, {}
        size = _number(long["size"]) if "size" in long else info.size
        if kind == "file":
            self._content = size
            self._skip = -size % BLOCK
        elif kind in {"directory", "symlink"}:
            size = 0
        else:
            # Some writers give a hard link the size of its file, without the content.
            size = 0
        return TarMember(
            name=long.get("path", info.name),
            type=kind,
            size=size,
            mode=info.mode & 0o777,
            modified=_number(long["mtime"].partition(".")[0]) if "mtime" in long else int(info.mtime),
            link=long.get("linkpath", info.linkname),
        )


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _pax(record: bytes) -> Iterator[tuple[str, str]]:
    """The records of a pax header, each `LENGTH KEY=VALUE` and a line break; the length counts all of it."""
    while record:
        length, space, _ = record.partition(b" ")
        whole = _number(_text(length))
        key, equals, value = record[len(length) + 1 : whole - 1].partition(b"=")
        if not space or not equals or whole <= len(length) or record[whole - 1 : whole] != b"\n":
            msg = "a record with a name cannot be read"
            raise TarError(msg)
        if key in {b"path", b"linkpath", b"size", b"mtime"}:
            yield key.decode(), _text(value)
        record = record[whole:]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        msg = "a number in it cannot be read"
        raise TarError(msg)
    return int(text)
