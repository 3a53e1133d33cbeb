"""The path that a copy gets: its own name in a directory that is there, else the path that was given."""

from __future__ import annotations

import asyncio
import os
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.provider.files.errors import FileMissingError
from k8s_sandbox_tui.provider.files.local_tree import local_error

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.files.entries import FileEntry


class Looker(Protocol):
    """The files of a sandbox; `FileSystem` is one."""

    async def stat(self, path: str, /) -> FileEntry:
        """What there is at a path."""
        ...


async def remote_target(files: Looker, source: str, target: str) -> str:
    """The path in the sandbox that a file or directory of this machine gets.

    Args:
        files: The sandbox's.
        source: The path here.
        target: What was given; a slash at its end says that it is a directory.

    Raises:
        FileError: It cannot be looked at.
    """
    name = own_name(source.replace(os.sep, "/"))
    if not name or target.endswith("/"):
        return target + name
    try:
        there = await files.stat(target)
    except FileMissingError:
        return target
    return f"{target}/{name}" if there.type == "directory" else target


async def local_target(files: Looker, source: str, target: str) -> Path:
    """The path here that a file or directory of the sandbox gets; a directory that was named with a slash is made.

    Raises:
        FileError: There is no such thing in the sandbox, or it cannot be looked at.
        LocalFileError: The directory cannot be made.
    """
    name, here = own_name(source), Path(target)
    if target.endswith(("/", os.sep)):
        # Before anything is made here: it says so where there is no such thing.
        await files.stat(source)
        await asyncio.to_thread(_make_directory, here)
    return here / name if await asyncio.to_thread(here.is_dir) else here


def own_name(path: str) -> str:
    """The name under which it goes into a directory; empty for what stands for all that is in it (`.`, `a/.`)."""
    name = posixpath.basename(path.rstrip("/"))
    return "" if name in {".", ".."} else name


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise local_error(error, path) from error
