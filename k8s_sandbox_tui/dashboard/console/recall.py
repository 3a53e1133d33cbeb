"""The history in memory and on disk as one: read once, written as commands are run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console.history import CommandHistory, HistoryEntry, HistoryFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.dashboard.console.model import CommandCard


class Recall:
    """Remembers commands. What goes wrong with the file is a sentence for the user, never an error."""

    def __init__(self, file: HistoryFile) -> None:
        self._file = file
        self._history = CommandHistory()

    def commands(self, uid: str, prefix: str) -> Iterator[str]:
        """Commands that start with a text, newest first; those of one sandbox before all others."""
        return self._history.matching(uid, prefix)

    async def read(self) -> str:
        """Take up what earlier dashboards have left.

        Returns:
            What to tell the user; empty when all is well.
        """
        try:
            self._history.extend_back(await asyncio.to_thread(self._file.read))
        except OSError as error:
            return f"Earlier commands cannot be read: {error.strerror} ({self._file.path})."
        return ""

    async def keep(self, card: CommandCard) -> str:
        """Remember a command, at once in memory, then on disk.

        Returns:
            What to tell the user; empty when all is well.
        """
        entry = HistoryEntry(
            at=card.started_at, sandbox=card.sandbox_id, uid=card.uid, command=card.command, cwd=card.cwd
        )
        if self._history.add(entry):
            try:
                await asyncio.to_thread(self._file.append, entry)
            except OSError as error:
                return f"Commands will be forgotten at the end: {error.strerror} ({self._file.path})."
        return ""
