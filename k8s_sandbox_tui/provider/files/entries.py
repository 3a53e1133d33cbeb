"""What `stat` in a sandbox says of an entry, as a value."""

from __future__ import annotations

import posixpath
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

FileType = Literal["file", "directory", "symlink", "other"]
"""ComputeSDK's two, and two more; `other` is a device, a pipe or a socket."""

RECORD: Final = "%f %s %Y %n//"
"""The format for `stat -c` of GNU and busybox. No path that `find` prints has `//` in it, whatever else it has."""

END: Final = "end//\n"
"""What follows the last record: without it, the listing was cut short."""


class FileEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry of a directory."""

    name: str
    """Its name; what is not UTF-8 stands as surrogate escapes (`os.fsencode` gives the bytes)."""
    type: FileType
    size: int
    """Bytes; of a symbolic link the length of its target, of a directory what its file system says."""
    modified: datetime
    """When its content changed last, to the second."""
    mode: int
    """Permissions, as in `0o644`."""


def parse_entries(listing: bytes) -> Iterator[tuple[str, FileEntry]]:
    """Reads records; gives each path as it was printed, and the entry.

    Raises:
        ValueError: It is no listing, or it was cut short.
    """
    for record in whole_text(listing).split("//\n")[:-1]:
        mode, size, modified, path = record.split(" ", 3)
        yield path, entry_of(path, int(mode, 16), int(size), int(modified))


def whole_text(listing: bytes) -> str:
    """A listing as text, without its end mark.

    Raises:
        ValueError: It was cut short.
    """
    text = listing.decode("utf-8", "surrogateescape")
    if not text.endswith(END):
        msg = "the listing was cut short"
        raise ValueError(msg)
    return text.removesuffix(END)


def entry_of(path: str, mode: int, size: int, modified: int) -> FileEntry:
    """One entry from what `stat` says."""
    return FileEntry(
        name=posixpath.basename(path.rstrip("/")) or "/",
        type=_type_of(mode),
        size=size,
        modified=_moment(modified),
        mode=stat.S_IMODE(mode),
    )


def _type_of(mode: int) -> FileType:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    return "symlink" if stat.S_ISLNK(mode) else "other"


def _moment(seconds: int) -> datetime:
    """A time stamp of a file may be anything; what no datetime can say is said as the nearest that can."""
    lowest, highest = -62_135_596_800, 253_402_300_799
    return datetime.fromtimestamp(min(max(seconds, lowest), highest), UTC)
