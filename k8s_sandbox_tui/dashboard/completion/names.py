"""The names in the directories of sandboxes, asked for once and kept for a moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.files.name_list import NameList

KEPT_SECONDS = 5.0
"""How long an answer is believed: as long as one types a path."""

MOST_KEPT = 64
"""Answers that are kept."""


class NameSource(Protocol):
    """Lists names in one sandbox; the dashboard's `SandboxHost` does."""

    async def list_names(self, folder: str, begin: str, /) -> NameList:
        """The names in a directory that begin with a text; `~/` in front is the home directory.

        Raises:
            SandboxError: They could not be listed.
        """
        ...


class Whereabouts(NamedTuple):
    """Where a path counts from."""

    source: NameSource
    uid: str
    """Of the sandbox."""
    cwd: str = ""
    """Empty is the container's own directory."""

    def path(self, folder: str) -> str:
        """A directory as the sandbox is asked for it."""
        if folder.startswith(("/", "~/")) or not self.cwd:
            return folder or "."
        return f"{self.cwd.rstrip('/')}/{folder}"


class _Answer(NamedTuple):
    uid: str
    path: str
    begin: str
    names: NameList
    until: float


class NameCache:
    """Answers of a few seconds ago. One to all names of a directory answers for each of their beginnings too."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Empty.

        Args:
            clock: Monotonic seconds.
        """
        self._clock = clock
        self._answers: list[_Answer] = []

    async def names(self, where: Whereabouts, folder: str, begin: str) -> NameList:
        """The names that begin with a text, and perhaps others.

        Raises:
            SandboxError: They could not be listed.
        """
        path = where.path(folder)
        known = self.known(where, folder, begin)
        if known is not None:
            return known
        names = await where.source.list_names(path, begin)
        self._answers = self._answers[1 - MOST_KEPT :]
        self._answers.append(_Answer(where.uid, path, begin, names, self._clock() + KEPT_SECONDS))
        return names

    def known(self, where: Whereabouts, folder: str, begin: str) -> NameList | None:
        """The same where it need not be asked for."""
        now, path = self._clock(), where.path(folder)
        self._answers = [answer for answer in self._answers if answer.until > now]
        for answer in reversed(self._answers):
            if (answer.uid, answer.path) == (where.uid, path) and _answers(answer, begin):
                return answer.names
        return None

    def forget(self, uid: str) -> None:
        """Something has happened in a sandbox: nothing that is known of it need be so any more."""
        self._answers = [answer for answer in self._answers if answer.uid != uid]


def _answers(answer: _Answer, begin: str) -> bool:
    if answer.begin == begin:
        return True
    # Hidden names are in an answer only where they were asked for.
    hidden = begin.startswith(".") and not answer.begin
    return begin.startswith(answer.begin) and not answer.names.more and not hidden
