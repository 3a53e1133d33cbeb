"""Which sandboxes are marked for the next action: by uid, in the order in which they were marked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Marks:
    """A set of uids that keeps its order."""

    __slots__ = ("_uids", "version")

    def __init__(self) -> None:
        self._uids: dict[str, None] = {}
        self.version = 0
        """Grows with each change."""

    def __contains__(self, uid: str) -> bool:
        return uid in self._uids

    def __iter__(self) -> Iterator[str]:
        return iter(self._uids)

    def __len__(self) -> int:
        return len(self._uids)

    def toggle(self, uid: str) -> None:
        """Mark a sandbox, or take its mark away."""
        if uid in self._uids:
            self.discard(uid)
        else:
            self.add((uid,))

    def add(self, uids: Iterable[str]) -> None:
        """Mark these too."""
        self._uids.update(dict.fromkeys(uids))
        self.version += 1

    def discard(self, uid: str) -> None:
        """Take a mark away, if it is there."""
        if uid in self._uids:
            del self._uids[uid]
            self.version += 1

    def replace(self, uids: Iterable[str]) -> None:
        """Mark these and no others."""
        self._uids = dict.fromkeys(uids)
        self.version += 1

    def clear(self) -> None:
        """Take all marks away."""
        self.replace(())
