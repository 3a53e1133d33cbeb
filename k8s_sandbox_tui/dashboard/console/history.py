"""The commands that were run before, for the arrow keys: per sandbox and over all, kept on disk.

One JSON object per line. Values of variables are not part of it, and a command that
starts with a space is not kept at all, as in shells with `ignorespace`.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.dashboard.console.fuzzy import fit
from k8s_sandbox_tui.dashboard.private_file import locked, replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024
"""The file is cut to its newest half when it grows beyond this."""

MAX_COMMAND = 16 * 1024
"""Characters of a command that is kept."""


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was run."""

    at: datetime
    sandbox: str
    """`<namespace>/<pod>`."""
    uid: str
    command: str
    cwd: str = ""


class CommandHistory:
    """What was run, newest last."""

    def __init__(self, entries: Iterable[HistoryEntry] = ()) -> None:
        self._entries = list(entries)

    def extend_back(self, older: Iterable[HistoryEntry]) -> None:
        """Put entries before all others."""
        self._entries[:0] = older

    def add(self, entry: HistoryEntry) -> bool:
        """Take a command, unless it is not to be kept.

        Returns:
            Whether it was taken.
        """
        if entry.command.startswith(" ") or not entry.command.strip() or len(entry.command) > MAX_COMMAND:
            return False
        self._entries.append(entry)
        return True

    def matching(self, uid: str, prefix: str = "") -> Iterator[str]:
        """Commands that start with a text, each once, newest first; those of one sandbox before all others."""
        found: set[str] = set()
        for own in (True, False):
            for entry in reversed(self._entries):
                command = entry.command
                if command.startswith(prefix) and (entry.uid == uid) is own and command not in found:
                    found.add(command)
                    yield command

    def search(self, uid: str, query: str) -> list[str]:
        """Commands that fit a text, each once, the best first; of equal ones those of one sandbox, then the newest."""
        ranked = [(fit(query, command), command) for command in self.matching(uid)]
        # Sorting keeps the order of equals.
        return [command for score, command in sorted(ranked, key=lambda pair: -pair[0]) if score]


def default_path() -> Path:
    """`history.jsonl` in the user's state folder."""
    from platformdirs import user_state_path  # not needed before the first paint

    return user_state_path("k8s-sandbox-tui") / "history.jsonl"


class HistoryFile:
    """The file behind the history. Several processes may use it at once.

    Its methods block: they belong in a thread.
    """

    def __init__(self, path: Path | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        """A file that need not exist yet.

        Args:
            path: Where; by default `default_path()`.
            max_bytes: Size at which the older half goes.
        """
        self.path = default_path() if path is None else path
        self._max_bytes = max_bytes

    def read(self) -> list[HistoryEntry]:
        """All entries, oldest first; lines that are none are passed over.

        Raises:
            OSError: The file is there but cannot be read.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        decoder = msgspec.json.Decoder(HistoryEntry)
        entries: list[HistoryEntry] = []
        for line in data.splitlines():
            try:
                entries.append(decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
        return entries

    def append(self, entry: HistoryEntry) -> None:
        """Add an entry at the end.

        Raises:
            OSError: The file or its folder cannot be written.
        """
        line = msgspec.json.encode(entry) + b"\n"
        with locked(self.path):
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                self.path.chmod(0o600)
                size = os.fstat(descriptor).st_size
                # A line that another process could not finish must not swallow this one.
                os.write(descriptor, line if self._ends_whole(size) else b"\n" + line)
            finally:
                os.close(descriptor)
            if size + len(line) > self._max_bytes:
                self._cut()

    def _ends_whole(self, size: int) -> bool:
        if not size:
            return True
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def _cut(self) -> None:
        """Keep the newest half; readers see the old file or the new one, never a part."""
        data = self.path.read_bytes()
        start = data.find(b"\n", len(data) - self._max_bytes // 2) + 1
        replace_file(self.path, data[start:])
