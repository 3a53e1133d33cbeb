"""The history in memory and on disk as one: read once, written as commands are run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console.history import CommandHistory, HistoryEntry, HistoryFile
from k8s_sandbox_tui.dashboard.console.variables import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.dashboard.console.sessions import Session
    from k8s_sandbox_tui.provider.models import SandboxInfo


class Recall:
    """Remembers commands. What goes wrong with the file is a sentence for the user, never an error."""

    def __init__(self, file: HistoryFile) -> None:
        self._file = file
        self._history = CommandHistory()

    def commands(self, uid: str, prefix: str) -> Iterator[str]:
        """Commands that start with a text, newest first; those of one sandbox before all others."""
        return self._history.matching(uid, prefix)

    def search(self, uid: str, query: str) -> list[str]:
        """Commands that fit a text, the best first."""
        return self._history.search(uid, query)

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

    async def keep(self, command: str, info: SandboxInfo, session: Session) -> str:
        """Remember a command without secrets, at once in memory, then on disk.

        Args:
            command: As it was typed.
            info: Where it was run.
            session: What was set there.

        Returns:
            What to tell the user; empty when all is well.
        """
        entry = HistoryEntry(
            at=datetime.now(UTC),
            sandbox=info.id,
            uid=info.uid,
            command=redacted(command.strip("\n"), session.env),
            cwd=session.place.cwd,
        )
        if self._history.add(entry):
            try:
                await asyncio.to_thread(self._file.append, entry)
            except OSError as error:
                return f"Commands will be forgotten at the end: {error.strerror} ({self._file.path})."
        return ""
