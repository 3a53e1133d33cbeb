"""From a sandbox to this machine: a file, or a tree. What the sandbox sends is taken for hostile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.files import scripts, transfer_scripts
from k8s_sandbox_tui.provider.files.arrival import Arrival, FileHeader
from k8s_sandbox_tui.provider.files.errors import UnsafeArchiveError
from k8s_sandbox_tui.provider.files.extract import Extractor
from k8s_sandbox_tui.provider.files.local_place import FilePlace, TreePlace
from k8s_sandbox_tui.provider.files.local_tree import local_path
from k8s_sandbox_tui.provider.files.output import open_output
from k8s_sandbox_tui.provider.files.paths import check_path, shown
from k8s_sandbox_tui.provider.files.runner import nonce
from k8s_sandbox_tui.provider.files.transfer import Meter

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.local_tree import LocalPath
    from k8s_sandbox_tui.provider.files.paths import RemotePath
    from k8s_sandbox_tui.provider.files.runner import Runner
    from k8s_sandbox_tui.provider.files.transfer import OnProgress, TransferResult

_SCRIPT: Final = scripts.PRELUDE + transfer_scripts.FETCH


async def download(
    runner: Runner,
    remote: RemotePath,
    local: LocalPath,
    *,
    max_bytes: int,
    max_files: int,
    on_progress: OnProgress | None,
    timeout: int | None,
) -> TransferResult:
    """Brings a file or a tree to this machine; `FileSystem.download` says how."""
    path, target, mark = check_path(remote), local_path(local), nonce()
    meter = Meter(on_progress)
    async with await open_output(
        runner, _SCRIPT, path, mark, path=path, mark=mark, behind=transfer_scripts.BEHIND, timeout=timeout
    ) as output:
        arrival = Arrival(output, path, meter)
        header = await arrival.header()
        if isinstance(header, FileHeader):
            return await _file(arrival, header, target, max_bytes)
        meter.files_total, meter.bytes_total = header.files, header.size
        place = TreePlace(target, mark)
        return await receive_tree(arrival, place, max_bytes=max_bytes, max_files=max_files)


async def receive_tree(arrival: Arrival, place: TreePlace, *, max_bytes: int, max_files: int) -> TransferResult:
    """Unpacks a tar archive and puts it in its place.

    Raises:
        UnsafeArchiveError: It would land elsewhere, or is more than is allowed.
        FileError: It did not arrive whole, or this machine refuses.
        SandboxError: As for any command.
    """
    extractor: Extractor | None = None
    try:
        extractor = Extractor(place.staging, arrival.meter, max_bytes=max_bytes, max_entries=max_files)
        await arrival.receive(extractor.feed)
        arrival.check_tar()
        await asyncio.to_thread(extractor.finish)
        await asyncio.to_thread(place.put)
        return arrival.meter.result(extractor.skipped)
    finally:
        if extractor is not None:
            extractor.close()
        await asyncio.to_thread(place.discard)


async def _file(arrival: Arrival, header: FileHeader, target: Path, max_bytes: int) -> TransferResult:
    meter = arrival.meter
    if header.size > max_bytes:
        raise _too_large(arrival.path)
    meter.path, meter.files_total, meter.bytes_total = arrival.path, 1, header.size or None
    place = FilePlace(target, nonce(), header.mode)

    def take(batch: bytes) -> None:
        meter.bytes += len(batch)
        if meter.bytes > (header.size or max_bytes):
            raise _too_large(arrival.path)
        place.write(batch)

    try:
        await arrival.receive(take)
        if header.size and meter.bytes != header.size:
            raise arrival.broken(f"{meter.bytes} of {header.size} bytes came")
        await asyncio.to_thread(place.put, header.modified)
    finally:
        await asyncio.to_thread(place.discard)
    meter.files = 1
    meter.tell()
    return meter.result([])


def _too_large(path: str) -> UnsafeArchiveError:
    msg = f"{shown(path)} is larger than what may be brought here."
    return UnsafeArchiveError(msg, path=path, hint="max_bytes allows more.")
