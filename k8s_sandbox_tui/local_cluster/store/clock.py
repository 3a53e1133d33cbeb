"""The cluster's resource versions: one counter for all objects, never reused.

Versions are handed out from blocks whose end is on disk before the first of the block
is used. So a watch that outlives a crash of the server is told that its version is
expired instead of missing changes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = 10_000
_FIRST = 1_000


class Clock:
    """Counts resource versions and wakes those who wait for the next."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._reserved = _read(file)
        self._changed = asyncio.Event()
        self.version = self._reserved
        """The latest version that exists."""

    def next(self) -> int:
        """A new version."""
        if self.version >= self._reserved:
            self._reserved = self.version + _BLOCK
            if self._file is not None:
                temporary = self._file.with_suffix(".new")
                temporary.write_text(str(self._reserved))
                temporary.replace(self._file)
        self.version += 1
        return self.version

    def announce(self) -> None:
        """Wakes all who wait."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Waits for the next announcement."""
        await self._changed.wait()

    async def reach(self, version: int, timeout: float) -> bool:
        """Waits until `version` exists; False when it does not come within `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while self.version < version:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True


def _read(file: Path | None) -> int:
    if file is None:
        return _FIRST
    try:
        return max(_FIRST, int(file.read_text()))
    except (FileNotFoundError, ValueError):
        return _FIRST
