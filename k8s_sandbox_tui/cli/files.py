"""`files`: the small things one does to files of a sandbox."""

from __future__ import annotations

import os
from datetime import UTC
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.each import each
from k8s_sandbox_tui.cli.files_arguments import FilesLs, FilesMkdir, FilesMv, FilesRm, FilesStat
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.cli.text import printable, rfc3339
from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.files.errors import FileIsDirectoryError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from k8s_sandbox_tui.cli.files_arguments import Files
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.files.entries import FileEntry
    from k8s_sandbox_tui.provider.files.filesystem import FileSystem

_HEADER = ("MODE", "SIZE", "MODIFIED", "NAME")
_LETTERS = {"file": "-", "directory": "d", "symlink": "l", "other": "?"}


async def run_files(verb: Files, compute: Compute) -> int:
    """Does what `files` was asked for."""
    files = (await find(compute, verb.id)).filesystem
    match verb:
        case FilesLs():
            _list(await files.readdir(verb.path), verb)
        case FilesStat():
            _tell(await files.stat(verb.path, follow_symlinks=False), verb)
        case FilesMv():
            await files.move(verb.source, verb.target)
        case FilesMkdir():
            return await _for_each(verb.paths, files.mkdir)
        case FilesRm():
            return await _for_each(verb.paths, _removal(files, recursive=verb.recursive))
    return exit_codes.OK


def _list(entries: Sequence[FileEntry], verb: FilesLs) -> None:
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import to_json
        from k8s_sandbox_tui.cli.file_document import file_document

        output.emit(to_json([file_document(entry) for entry in entries]))
    elif verb.output == "name":
        output.emit("".join(f"{printable(entry.name)}\n" for entry in entries))
    elif entries:
        from k8s_sandbox_tui.cli.table import table

        columns = os.get_terminal_size(1).columns if output.is_terminal(1) else None
        output.emit(table([_HEADER, *map(_row, entries)], columns))


def _tell(entry: FileEntry, verb: FilesStat) -> None:
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import to_json
        from k8s_sandbox_tui.cli.file_document import file_document

        output.emit(to_json(file_document(entry)))
    else:
        mode, size, modified, name = _row(entry)
        output.emit(
            f"name:      {printable(name)}\ntype:      {entry.type}\nsize:      {size}\n"
            f"mode:      {entry.mode:04o} ({mode})\nmodified:  {modified}\n"
        )


def _row(entry: FileEntry) -> tuple[str, ...]:
    bits = "".join(letter if entry.mode >> (8 - place) & 1 else "-" for place, letter in enumerate("rwxrwxrwx"))
    return _LETTERS[entry.type] + bits, str(entry.size), rfc3339(entry.modified.astimezone(UTC)), entry.name


def _removal(files: FileSystem, *, recursive: bool) -> Callable[[str], Awaitable[None]]:
    async def remove(path: str) -> None:
        if not recursive and (await files.stat(path, follow_symlinks=False)).type == "directory":
            msg = f"{path!r} is a directory."
            raise FileIsDirectoryError(msg, path=path, hint="Add -r to remove it with all that is in it.")
        await files.remove(path)

    return remove


async def _for_each(paths: Sequence[str], work: Callable[[str], Awaitable[None]]) -> int:
    """One that fails does not keep the others; the first failure gives the exit code."""
    code = exit_codes.OK
    for result in await each(paths, work):
        if isinstance(result, SandboxError):
            output.note(f"error: {result}")
            code = code or exit_codes.of(result)
    return code
