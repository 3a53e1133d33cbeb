"""`cp` and `sync`: files and directories to a sandbox and back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

import msgspec

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.copying_arguments import Cp, Sync
from k8s_sandbox_tui.cli.document import to_json
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.cli.text import shown_path
from k8s_sandbox_tui.provider.files.local_tree import local_error
from k8s_sandbox_tui.provider.files.placing import local_target, remote_target
from k8s_sandbox_tui.provider.files.transfer import Meter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from k8s_sandbox_tui.provider.files.transfer import SkippedEntry, TransferProgress, TransferResult

_SHOW_EVERY = 0.1


class SkippedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was not copied, and why."""

    path: str
    reason: str


class CpDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was copied, in the form of `-o json`. Fields are added, never renamed or removed."""

    files: int
    bytes: int
    skipped: tuple[SkippedDocument, ...]


class SyncDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync has done, or would do; names that are not UTF-8 are shown with escapes."""

    sent: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: int
    bytes: int
    skipped: tuple[SkippedDocument, ...]
    dry_run: bool


async def run_copying(verb: Cp | Sync, compute: Compute) -> int:
    """Runs one of the two."""
    return await (cp(verb, compute) if isinstance(verb, Cp) else sync(verb, compute))


async def cp(verb: Cp, compute: Compute) -> int:
    """Copies; to a terminal it tells how far it is."""
    sandbox = await find(compute, verb.source.sandbox or verb.target.sandbox)
    files = sandbox.filesystem
    if verb.target.is_stream:
        return await _to_output(verb, files)
    with Progress() as progress:
        if verb.source.is_stream:
            done = await _from_input(verb, files, progress)
        elif verb.target.sandbox:
            target = await remote_target(files, verb.source.path, verb.target.path)
            done = await files.upload(
                verb.source.path, target, parents=True, on_progress=progress, timeout=verb.timeout
            )
        else:
            here = await local_target(files, verb.source.path, verb.target.path)
            done = await files.download(verb.source.path, here, on_progress=progress, timeout=verb.timeout)
    _tell_skipped(done.skipped)
    if verb.output == "json":
        output.emit(to_json(CpDocument(files=done.files, bytes=done.bytes, skipped=_documents(done.skipped))))
    return exit_codes.OK


async def sync(verb: Sync, compute: Compute) -> int:
    """Syncs, and names what it has sent and deleted."""
    sandbox = await find(compute, verb.source.sandbox or verb.target.sandbox)
    up = bool(verb.target.sandbox)
    run = sandbox.filesystem.sync.up if up else sandbox.filesystem.sync.down
    with Progress() as progress:
        done = await run(
            verb.source.path,
            verb.target.path,
            exclude=verb.exclude,
            delete=verb.delete,
            dry_run=verb.dry_run,
            on_progress=progress,
            timeout=verb.timeout,
        )
    _tell_skipped(done.skipped)
    if verb.output == "json":
        document = SyncDocument(
            sent=tuple(map(shown_path, done.sent)),
            deleted=tuple(map(shown_path, done.deleted)),
            unchanged=done.unchanged,
            bytes=done.bytes,
            skipped=_documents(done.skipped),
            dry_run=verb.dry_run,
        )
        output.emit(to_json(document))
        return exit_codes.OK
    for name in done.sent:
        output.emit(f"+ {shown_path(name)}\n")
    for name in done.deleted:
        output.emit(f"- {shown_path(name)}\n")
    would = "would be " if verb.dry_run else ""
    output.note(f"{len(done.sent)} {would}sent, {len(done.deleted)} {would}deleted, {done.unchanged} unchanged.")
    return exit_codes.OK


class Progress:
    """How far a transfer has come, on a terminal's last line."""

    def __init__(self) -> None:
        self._watched = output.is_terminal(2)
        self._shown_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._shown_at:
            output.progress("")

    def __call__(self, progress: TransferProgress) -> None:
        """Shows it, a few times a second."""
        now = time.monotonic()
        if self._watched and now - self._shown_at >= _SHOW_EVERY:
            self._shown_at = now
            output.progress(progress_text(progress))


def progress_text(progress: TransferProgress) -> str:
    """One short line, with the share where the whole is known."""
    text = _size(progress.bytes_done)
    if progress.bytes_total:
        share = min(100, progress.bytes_done * 100 // progress.bytes_total)
        text = f"{share}% {text} of {_size(progress.bytes_total)}"
    if progress.files_total and progress.files_total > 1:
        text += f", {progress.files_done} of {progress.files_total} files"
    return text


async def _from_input(verb: Cp, files: FileSystem, progress: Progress) -> TransferResult:
    from k8s_sandbox_tui.cli.standard_input import StandardInput

    meter = Meter(progress)

    async def counted() -> AsyncIterator[bytes]:
        try:
            async for chunk in StandardInput().chunks():
                meter.bytes += len(chunk)
                meter.tell()
                yield chunk
        except OSError as error:
            raise local_error(error, "standard input") from error

    await files.write_stream(verb.target.path, counted(), parents=True, timeout=verb.timeout)
    meter.files = 1
    return meter.result([])


async def _to_output(verb: Cp, files: FileSystem) -> int:
    from k8s_sandbox_tui.cli.standard_output import StandardOutput

    standard_output = StandardOutput()
    async with await files.read_stream(verb.source.path, timeout=verb.timeout) as pieces:
        async for piece in pieces:
            await standard_output.write(1, piece)
    await standard_output.flush()
    return exit_codes.OK


def _tell_skipped(skipped: Sequence[SkippedEntry]) -> None:
    for entry in skipped:
        output.note(f"skipped {shown_path(entry.path)}: {entry.reason}")


def _documents(skipped: Sequence[SkippedEntry]) -> tuple[SkippedDocument, ...]:
    return tuple(SkippedDocument(path=shown_path(entry.path), reason=entry.reason) for entry in skipped)


def _size(count: int) -> str:
    value = float(count)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"
