"""What it means when a watch brings nothing, not even a bookmark."""

from __future__ import annotations

WATCH_SILENCE_SECONDS = 80.0
"""Without a byte for so long a watch is opened anew: API servers send a bookmark a minute (their `cacher`). A peer
that is gone, and not only silent, is noticed by the sockets' keepalive before that."""

MOST_SILENCES = 2


class Silence:
    """The watches in a row that brought not a byte.

    An API server of which no Pod has changed since its start may send no bookmarks. So silence alone proves nothing:
    the watch is opened anew, and after a second one in a row a list tells whether something was missed.
    """

    def __init__(self) -> None:
        self._watches = 0

    @property
    def suspicious(self) -> bool:
        """Whether the watch before was silent: the server may not be there any more."""
        return self._watches > 0

    def heard(self) -> None:
        """Something has come."""
        self._watches = 0

    def after_watch(self, version: str) -> str:
        """Where to go on after one more silent watch from this version; empty: with a list."""
        self._watches += 1
        return "" if self._watches >= MOST_SILENCES else version

    def after_list(self, *, changed: bool) -> bool:
        """Whether the watches were deaf: a proxy keeps back what they should have told, and the list has it.

        Args:
            changed: Whether the list has what nobody told.
        """
        deaf = changed and self._watches >= MOST_SILENCES
        self._watches = 0
        return deaf
