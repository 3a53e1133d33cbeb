"""From this machine to a sandbox: a file, or a tree."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.files import scripts, transfer_scripts
from k8s_sandbox_tui.provider.files.content import send_content
from k8s_sandbox_tui.provider.files.local_source import FileSource, TreeSource, read_ahead
from k8s_sandbox_tui.provider.files.local_tree import local_error, local_path, scan
from k8s_sandbox_tui.provider.files.paths import check_file_path, check_path
from k8s_sandbox_tui.provider.files.runner import nonce
from k8s_sandbox_tui.provider.files.transfer import Meter
from k8s_sandbox_tui.provider.files.writing import write

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.content import FrameWriter
    from k8s_sandbox_tui.provider.files.local_source import Source
    from k8s_sandbox_tui.provider.files.local_tree import LocalEntry, LocalPath
    from k8s_sandbox_tui.provider.files.paths import RemotePath
    from k8s_sandbox_tui.provider.files.runner import Runner
    from k8s_sandbox_tui.provider.files.transfer import OnProgress, TransferResult

_TREE: Final = scripts.PRELUDE + scripts.FRAMES + transfer_scripts.UNPACK + transfer_scripts.PLACE


async def upload(
    runner: Runner,
    local: LocalPath,
    remote: RemotePath,
    *,
    parents: bool,
    on_progress: OnProgress | None,
    timeout: int | None,
) -> TransferResult:
    """Brings a file or a tree to a sandbox; `FileSystem.upload` says how."""
    path = local_path(local)
    meter = Meter(on_progress)
    try:
        status = await asyncio.to_thread(path.stat)
    except OSError as error:
        raise local_error(error, path) from error
    if stat.S_ISDIR(status.st_mode):
        entries = await asyncio.to_thread(lambda: list(scan(path)))
        return await upload_tree(runner, path, entries, remote, meter, parents=parents, timeout=timeout)
    return await _upload_file(runner, path, check_file_path(remote), meter, parents=parents, timeout=timeout)


async def upload_tree(
    runner: Runner,
    root: Path,
    entries: Sequence[LocalEntry],
    remote: RemotePath,
    meter: Meter,
    *,
    parents: bool = False,
    timeout: int | None = None,
) -> TransferResult:
    """Brings these entries of a tree to a directory of a sandbox.

    Raises:
        FileError: As `FileSystem.upload`.
        SandboxError: As for any command.
    """
    target = check_path(remote).rstrip("/") or "/"
    files = [entry for entry in entries if entry.type == "file"]
    meter.files_total, meter.bytes_total = len(files), sum(entry.size for entry in files)
    source = TreeSource(root, entries, meter)

    async def fill(writer: FrameWriter) -> None:
        async with contextlib.aclosing(_told(source, meter)) as pieces:
            async for piece in pieces:
                await writer.write(piece)

    arguments = (target, nonce(), "1" if parents else "")
    async with runner.start(_TREE, *arguments, path=target, stdin=True, timeout=timeout) as running:
        await send_content(running, target, fill, summed=True, parents=not parents)
    return meter.result(source.skipped)


async def _upload_file(
    runner: Runner, path: Path, target: str, meter: Meter, *, parents: bool, timeout: int | None
) -> TransferResult:
    source = FileSource(path, meter, os.fspath(path))
    status = source.status
    meter.files_total, meter.bytes_total = 1, status.st_size
    async with contextlib.aclosing(_told(source, meter)) as pieces:
        await write(
            runner,
            target,
            pieces,
            size=status.st_size,
            summed=True,
            mode=stat.S_IMODE(status.st_mode) & 0o777,
            modified=int(status.st_mtime),
            parents=parents,
            timeout=timeout,
        )
    meter.files = 1
    meter.tell()
    return meter.result([])


async def _told(source: Source, meter: Meter) -> AsyncGenerator[bytes]:
    async with contextlib.aclosing(read_ahead(source)) as pieces:
        async for piece in pieces:
            yield piece
            meter.tell()
    meter.tell()
