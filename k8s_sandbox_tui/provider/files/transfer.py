"""What transfers say while they run and when they have ended."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class TransferProgress(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How far a transfer has come."""

    path: str
    """The file it is at; below the tree, where a tree is transferred."""
    bytes_done: int
    bytes_total: int | None
    """None: not known yet."""
    files_done: int
    files_total: int | None


OnProgress = Callable[[TransferProgress], None]


class SkippedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What was not transferred, and why."""

    path: str
    reason: str


class TransferResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a transfer has brought to the other side."""

    files: int
    """Files; directories and symbolic links do not count."""
    bytes: int
    """Their content."""
    skipped: tuple[SkippedEntry, ...] = ()
    """Devices, pipes and sockets; and, from a sandbox, symbolic links that lead out of the tree."""


class Meter:
    """Counts what has moved, and tells who wants to know."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._on_progress = on_progress
        self.path = ""
        self.bytes = 0
        self.files = 0
        self.bytes_total: int | None = None
        self.files_total: int | None = None

    def tell(self) -> None:
        """Calls back."""
        if self._on_progress is not None:
            self._on_progress(
                TransferProgress(
                    path=self.path,
                    bytes_done=self.bytes,
                    bytes_total=self.bytes_total,
                    files_done=self.files,
                    files_total=self.files_total,
                )
            )

    def result(self, skipped: list[SkippedEntry]) -> TransferResult:
        """What has been counted."""
        return TransferResult(files=self.files, bytes=self.bytes, skipped=tuple(skipped))
