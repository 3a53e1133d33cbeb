"""The files of this machine that go to a sandbox: what there is, without following links out of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.files.errors import LocalFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LocalPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]
"""A path on this machine."""


class LocalEntry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a tree on this machine."""

    path: str
    """Below the tree, with `/` between the parts; empty for the tree itself."""
    type: Literal["file", "directory", "symlink", "other"]
    size: int
    mode: int
    modified_ns: int
    link: str = ""


def scan(root: Path, *, excluded: Callable[[str, bool], bool] | None = None) -> Iterator[LocalEntry]:
    """All entries of a tree, each directory before what is in it, in the order of their names.

    The root itself may be a symbolic link to a directory; those below it are entries of their own and not followed.

    Args:
        root: The directory.
        excluded: Says of a path and whether it is a directory that it is left out, with all that is in it.

    Raises:
        LocalFileError: A directory cannot be read.
    """
    yield _entry("", root.stat())
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        below: list[str] = []
        for name, status, link in _listed(root / folder):
            path = f"{folder}/{name}" if folder else name
            entry = _entry(path, status, link)
            if excluded is not None and excluded(path, entry.type == "directory"):
                continue
            yield entry
            if entry.type == "directory":
                below.append(path)
        waiting.extend(reversed(below))


def local_path(path: LocalPath) -> Path:
    """The path as an object.

    Raises:
        InvalidArgumentError: It cannot name anything.
    """
    text = os.fsdecode(path)
    if not text or "\0" in text:
        msg = f"{text!r} is not a path on this machine."
        raise InvalidArgumentError(msg, hint="Give the path of a file or a directory.")
    return Path(text)


def local_error(error: OSError, path: LocalPath) -> LocalFileError:
    """The error for a failure on this machine, with its cause."""
    shown = os.fsdecode(path)
    what = (error.strerror or str(error)).lower()
    found = LocalFileError(f"{shown!r} on this machine: {what}.", path=shown)
    found.__cause__ = error
    return found


def _listed(folder: Path) -> list[tuple[str, os.stat_result, str]]:
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
        return sorted(
            (name, status, str((folder / name).readlink()) if stat.S_ISLNK(status.st_mode) else "")
            for name, status in found
        )
    except OSError as error:
        raise local_error(error, folder) from error


def _entry(path: str, status: os.stat_result, link: str = "") -> LocalEntry:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        kind = "file"
    elif stat.S_ISDIR(mode):
        kind = "directory"
    else:
        kind = "symlink" if stat.S_ISLNK(mode) else "other"
    return LocalEntry(path, kind, status.st_size, stat.S_IMODE(mode), status.st_mtime_ns, link)
