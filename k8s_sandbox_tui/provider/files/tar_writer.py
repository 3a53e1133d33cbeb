"""A tar stream as bytes, which GNU tar and busybox unpack alike: GNU's format, with long and non-UTF-8 names."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.files.local_tree import LocalEntry

BLOCK: Final = 512

END: Final = bytes(2 * BLOCK)
"""What ends a stream."""

_TYPES: Final = {"file": tarfile.REGTYPE, "directory": tarfile.DIRTYPE, "symlink": tarfile.SYMTYPE}


def header(entry: LocalEntry) -> bytes:
    """What stands before an entry's content. Owners are left out: whoever unpacks it owns it."""
    info = tarfile.TarInfo(f"./{entry.path}" if entry.path else "./")
    info.type = _TYPES[entry.type]
    info.mode = entry.mode
    info.mtime = max(entry.modified_ns // 1_000_000_000, 0)
    if entry.type == "file":
        info.size = entry.size
    elif entry.type == "symlink":
        info.linkname = entry.link
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def padding(size: int) -> bytes:
    """What follows content of this size, to a whole block."""
    return bytes(-size % BLOCK)
