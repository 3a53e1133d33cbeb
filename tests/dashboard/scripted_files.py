"""The files of a sandbox, as a test says they are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.files.entries import FileEntry
from k8s_sandbox_tui.provider.files.errors import FileMissingError
from k8s_sandbox_tui.provider.files.name_list import NameList
from k8s_sandbox_tui.provider.files.transfer import TransferProgress, TransferResult

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.errors import SandboxError
    from k8s_sandbox_tui.provider.files.transfer import OnProgress


@dataclass
class ScriptedFiles:
    folders: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """The names in its directories; directories among them end with a slash."""
    uploads: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    downloads: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    moved: list[TransferProgress] = field(default_factory=list[TransferProgress])
    """What a transfer says at its beginning."""
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    """Waited for before a transfer ends."""
    outcome: TransferResult | SandboxError = field(default_factory=lambda: TransferResult(files=1, bytes=4200))
    cancelled: bool = False

    async def names(self, path: str, begin: str = "", *, timeout: int | None = None) -> NameList:
        return NameList(names=tuple(name for name in self.folders.get(path, ()) if name.startswith(begin)))

    async def stat(self, path: str, /) -> FileEntry:
        if f"{path.rstrip('/')}/" not in self.folders:
            raise FileMissingError(f"There is no {path!r}.", path=path)
        now = datetime(2026, 1, 5, tzinfo=UTC)
        return FileEntry(name=path.rpartition("/")[2], type="directory", size=0, modified=now, mode=0o755)

    async def upload(
        self, local: Path, remote: str, /, *, parents: bool = False, on_progress: OnProgress | None = None
    ) -> TransferResult:
        self.uploads.append((str(local), remote))
        return await self._transfer(on_progress)

    async def download(self, remote: str, local: Path, /, *, on_progress: OnProgress | None = None) -> TransferResult:
        self.downloads.append((remote, str(local)))
        return await self._transfer(on_progress)

    async def _transfer(self, on_progress: OnProgress | None) -> TransferResult:
        for progress in self.moved:
            if on_progress is not None:
                on_progress(progress)
        try:
            await self.goes_on.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if isinstance(self.outcome, TransferResult):
            return self.outcome
        raise self.outcome
