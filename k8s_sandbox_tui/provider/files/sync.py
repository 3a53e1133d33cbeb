"""Brings one side of a tree to what the other one is: just what has changed goes over the connection.

What has changed is told by size, and for files of the same size by SHA-256; times do not count. A sync that was broken
off has replaced whole files or none, and can simply be done again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from typing import TYPE_CHECKING, Final

import msgspec

from k8s_sandbox_tui.provider.files import scripts, sync_scripts, transfer_scripts
from k8s_sandbox_tui.provider.files.arrival import Arrival
from k8s_sandbox_tui.provider.files.download import receive_tree
from k8s_sandbox_tui.provider.files.errors import FileMissingError, FileNotDirectoryError, UnsafeArchiveError
from k8s_sandbox_tui.provider.files.excludes import excluded_by
from k8s_sandbox_tui.provider.files.faults import PERMISSION, fault_error
from k8s_sandbox_tui.provider.files.local_place import TreePlace
from k8s_sandbox_tui.provider.files.local_tree import local_error, local_path, scan
from k8s_sandbox_tui.provider.files.output import open_output
from k8s_sandbox_tui.provider.files.paths import check_path
from k8s_sandbox_tui.provider.files.remote_tree import name_list, remote_digests, remote_tree, remove_some
from k8s_sandbox_tui.provider.files.runner import nonce
from k8s_sandbox_tui.provider.files.sync_plan import TreeEntry, parents, plan_sync, to_compare
from k8s_sandbox_tui.provider.files.transfer import Meter, SkippedEntry
from k8s_sandbox_tui.provider.files.upload import upload_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.excludes import Excluded
    from k8s_sandbox_tui.provider.files.local_tree import LocalEntry, LocalPath
    from k8s_sandbox_tui.provider.files.paths import RemotePath
    from k8s_sandbox_tui.provider.files.runner import Runner
    from k8s_sandbox_tui.provider.files.sync_plan import SyncPlan, Tree
    from k8s_sandbox_tui.provider.files.transfer import OnProgress, TransferResult

_FETCH: Final = scripts.PRELUDE + scripts.FRAMES + sync_scripts.FETCH_SOME
_CHUNK: Final = 1 << 20


class SyncResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync has done; of a dry run, what it would do."""

    sent: tuple[str, ...]
    """What is new on the other side, or another one than before: paths below the tree."""
    deleted: tuple[str, ...]
    """What was deleted; of a directory with all in it, the directory alone."""
    unchanged: int
    """Files and symbolic links that were the same."""
    bytes: int
    """Of the files that were sent."""
    skipped: tuple[SkippedEntry, ...] = ()
    """Devices, pipes and sockets; and, from a sandbox, symbolic links that lead out of the tree."""


async def sync_up(
    runner: Runner,
    local: LocalPath,
    remote: RemotePath,
    *,
    exclude: Iterable[str],
    delete: bool,
    dry_run: bool,
    on_progress: OnProgress | None,
    timeout: int | None,
) -> SyncResult:
    """From this machine to a sandbox; `FileSync.up` says how."""
    excluded, root, path = excluded_by(exclude), local_path(local), check_path(remote).rstrip("/") or "/"
    entries = await _scan(root, excluded)
    source = _tree_of(entries)
    try:
        everything = await remote_tree(runner, path, timeout=timeout)
    except FileMissingError:
        everything = {}
    target, kept = _without(everything, excluded)
    names = to_compare(source, target)
    plan = plan_sync(
        source,
        target,
        source_digests=await asyncio.to_thread(_local_digests, root, source, names),
        target_digests=await remote_digests(runner, path, target, names, timeout=timeout),
        kept=kept,
    )
    if dry_run:
        return _result(plan, source, delete=delete)
    if delete:
        await remove_some(runner, path, plan.in_the_way, timeout=timeout)
    wanted = set(plan.send)
    moved: TransferResult | None = None
    if wanted or not everything:
        meter = Meter(on_progress)
        # Directories that are new go along, for their modes.
        wanted |= {up for name in plan.send for up in parents(name) if up not in everything}
        chosen = [entry for entry in entries if entry.path in wanted or not entry.path]
        moved = await upload_tree(runner, root, chosen, path, meter, parents=True, timeout=timeout)
    if delete:
        late = [name for name in plan.delete if name not in plan.in_the_way]
        await remove_some(runner, path, late, timeout=timeout)
    return _result(plan, source, delete=delete, moved=moved)


async def sync_down(
    runner: Runner,
    remote: RemotePath,
    local: LocalPath,
    *,
    exclude: Iterable[str],
    delete: bool,
    dry_run: bool,
    max_bytes: int,
    max_files: int,
    on_progress: OnProgress | None,
    timeout: int | None,
) -> SyncResult:
    """From a sandbox to this machine; `FileSync.down` says how."""
    excluded, root, path = excluded_by(exclude), local_path(local), check_path(remote).rstrip("/") or "/"
    source, _ = _without(await remote_tree(runner, path, timeout=timeout), excluded)
    shut = next((name for name, entry in source.items() if entry.shut), None)
    if shut is not None:
        # Taken for an empty one it would cost this machine what it has of it.
        raise fault_error(PERMISSION, "", f"{path.rstrip('/')}/{shut}")
    everything = await _scan(root, None) if await asyncio.to_thread(root.exists) else []
    target, kept = _without(_tree_of(everything), excluded)
    names = to_compare(source, target)
    plan = plan_sync(
        source,
        target,
        source_digests=await remote_digests(runner, path, source, names, timeout=timeout),
        target_digests=await asyncio.to_thread(_local_digests, root, target, names),
        kept=kept,
    )
    if dry_run:
        return _result(plan, source, delete=delete)
    if delete:
        await asyncio.to_thread(_remove, root, plan.in_the_way)
    moved: TransferResult | None = None
    folders = [name for name in plan.send if source[name].type == "directory"]
    names = [name for name in plan.send if source[name].type != "directory"]
    if names:
        mark, size = nonce(), sum(source[name].size for name in names if source[name].type == "file")
        arguments = (path, mark, str(len(names)), str(size))
        send = name_list(names)
        async with await open_output(
            runner, _FETCH, *arguments, path=path, mark=mark, behind=transfer_scripts.BEHIND, send=send, timeout=timeout
        ) as output:
            arrival = Arrival(output, path, Meter(on_progress))
            await arrival.header()
            arrival.meter.files_total, arrival.meter.bytes_total = len(names), size
            place = TreePlace(root, mark)
            moved = await receive_tree(arrival, place, max_bytes=max_bytes, max_files=max_files)
    await asyncio.to_thread(_make_directories, root, folders)
    if delete:
        await asyncio.to_thread(_remove, root, [name for name in plan.delete if name not in plan.in_the_way])
    return _result(plan, source, delete=delete, moved=moved)


def _result(plan: SyncPlan, source: Tree, *, delete: bool, moved: TransferResult | None = None) -> SyncResult:
    special = [name for name, entry in source.items() if entry.type == "other"]
    skipped = dict.fromkeys(special, "a device, a pipe or a socket")
    skipped |= {entry.path: entry.reason for entry in (moved.skipped if moved is not None else ())}
    return SyncResult(
        sent=tuple(name for name in plan.send if name not in skipped),
        deleted=plan.delete if delete else (),
        unchanged=plan.unchanged,
        bytes=sum(source[name].size for name in plan.send if source[name].type == "file"),
        skipped=tuple(SkippedEntry(path=name, reason=reason) for name, reason in skipped.items()),
    )


async def _scan(root: Path, excluded: Excluded | None) -> list[LocalEntry]:
    def work() -> list[LocalEntry]:
        try:
            if not root.is_dir():
                if root.exists():
                    msg = f"{str(root)!r} on this machine is not a directory."
                    raise FileNotDirectoryError(msg, path=str(root), hint="Upload or download a single file.")
                root.stat()
            return list(scan(root, excluded=excluded))
        except OSError as error:
            raise local_error(error, root) from error

    return await asyncio.to_thread(work)


def _tree_of(entries: Sequence[LocalEntry]) -> Tree:
    return {
        entry.path: TreeEntry(
            entry.type, len(os.fsencode(entry.link)) if entry.type == "symlink" else entry.size, entry.mode
        )
        for entry in entries
        if entry.path
    }


def _without(tree: Tree, excluded: Excluded | None) -> tuple[Tree, list[str]]:
    """What is not excluded, and the paths of what is."""
    if excluded is None:
        return tree, []
    kept = {path for path, entry in tree.items() if excluded(path, entry.type == "directory")}
    return {path: entry for path, entry in tree.items() if path not in kept}, sorted(kept)


def _local_digests(root: Path, tree: Tree, names: Sequence[str]) -> dict[str, str]:
    digests: dict[str, str] = {}
    for name in names:
        path = root / name
        try:
            if tree[name].type == "symlink":
                digests[name] = hashlib.sha256(os.fsencode(path.readlink())).hexdigest()
            else:
                with path.open("rb") as file:
                    digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise local_error(error, path) from error
    return digests


def _make_directories(root: Path, names: Sequence[str]) -> None:
    for name in names:
        for part in (*parents(name), name):
            path = root / part
            if path.is_symlink():
                msg = f"{part!r} is a symbolic link on this machine; what is in it would land elsewhere."
                raise UnsafeArchiveError(msg, path=part, hint="Remove the link, or fetch into another directory.")
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise local_error(error, path) from error


def _remove(root: Path, names: Sequence[str]) -> None:
    """Symbolic links themselves; nothing is removed through one, as `scan` has not followed any."""
    for name in names:
        path = root / name
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise local_error(error, path) from error
