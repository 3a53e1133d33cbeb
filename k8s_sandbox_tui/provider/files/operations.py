"""The operations that one short script does: list, look, make, remove, move, copy."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.exec.arguments import check_text
from k8s_sandbox_tui.provider.files import scripts
from k8s_sandbox_tui.provider.files.entries import parse_entries
from k8s_sandbox_tui.provider.files.errors import (
    FileMissingError,
    FileNotDirectoryError,
    FilePermissionError,
    FileTransferError,
)
from k8s_sandbox_tui.provider.files.name_list import parse_names
from k8s_sandbox_tui.provider.files.paths import check_entry_path, check_path, shown
from k8s_sandbox_tui.provider.files.runner import nonce

if TYPE_CHECKING:
    from collections.abc import Generator

    from k8s_sandbox_tui.provider.files.entries import FileEntry
    from k8s_sandbox_tui.provider.files.name_list import NameList
    from k8s_sandbox_tui.provider.files.paths import RemotePath
    from k8s_sandbox_tui.provider.files.runner import Runner

_UNREACHABLE: Final = (FileMissingError, FileNotDirectoryError, FilePermissionError)


async def readdir(runner: Runner, path: RemotePath, timeout: int | None) -> list[FileEntry]:
    """The entries of a directory, by name."""
    entries = await _listed(runner, scripts.READDIR, check_path(path), timeout=timeout)
    return sorted(entries, key=lambda entry: entry.name)


async def names(runner: Runner, path: RemotePath, begin: str, most: int, timeout: int | None) -> NameList:
    """The names in a directory that begin with a text."""
    text = os.fsdecode(path)
    home = text == "~" or text.startswith("~/")
    checked = check_path(text[2:].lstrip("/") or "." if home else text)
    prefix = check_text(begin, "The beginning of a name")
    script = scripts.PRELUDE + scripts.NAMES
    listing = await runner.run(script, checked, prefix, str(most), "~" if home else "", path=text, timeout=timeout)
    with _readable(checked):
        return parse_names(listing)


async def stat(runner: Runner, path: RemotePath, timeout: int | None, *, follow_symlinks: bool) -> FileEntry:
    """One entry."""
    checked = check_path(path)
    (entry,) = await _listed(runner, scripts.STAT, checked, "-L" if follow_symlinks else "", timeout=timeout)
    return entry


async def exists(runner: Runner, path: RemotePath, timeout: int | None) -> bool:
    """Whether there is something that can be reached."""
    checked = check_path(path)
    try:
        await runner.run(scripts.PRELUDE + scripts.EXISTS, checked, path=checked, timeout=timeout)
    except _UNREACHABLE:
        return False
    return True


async def mkdir(runner: Runner, path: RemotePath, timeout: int | None) -> None:
    """Makes a directory and those on the way."""
    checked = check_path(path)
    await runner.run(scripts.PRELUDE + scripts.MKDIR, checked, path=checked, timeout=timeout)


async def remove(runner: Runner, path: RemotePath, timeout: int | None) -> None:
    """Removes an entry with all that is in it."""
    checked = check_entry_path(path)
    await runner.run(scripts.PRELUDE + scripts.REMOVE, checked, path=checked, timeout=timeout)


async def move(runner: Runner, source: RemotePath, target: RemotePath, timeout: int | None) -> None:
    """Gives an entry another path."""
    await _to(runner, scripts.MOVE, check_entry_path(source), check_entry_path(target), timeout)


async def copy(runner: Runner, source: RemotePath, target: RemotePath, timeout: int | None) -> None:
    """Copies an entry with all that is in it."""
    await _to(runner, scripts.COPY, check_entry_path(source), check_entry_path(target), timeout)


async def _to(runner: Runner, script: str, source: str, target: str, timeout: int | None) -> None:
    if target == source or target.startswith(f"{source}/"):
        msg = f"{shown(target)} is {shown(source)} itself, or in it."
        raise InvalidArgumentError(msg, hint="Choose a path outside of it.")
    await runner.run(
        scripts.PRELUDE + script, source, target, nonce(), path=source, other=target, timeout=timeout, parents=True
    )


async def _listed(runner: Runner, script: str, path: str, *arguments: str, timeout: int | None) -> list[FileEntry]:
    listing = await runner.run(scripts.PRELUDE + script, path, *arguments, path=path, timeout=timeout)
    with _readable(path):
        return [entry for _, entry in parse_entries(listing)]


@contextlib.contextmanager
def _readable(path: str) -> Generator[None]:
    """Puts an answer that cannot be read into words."""
    try:
        yield
    except ValueError as error:
        msg = f"The sandbox's answer about {shown(path)} cannot be read: {error}."
        raise FileTransferError(msg, path=path, hint="Try again.") from None
