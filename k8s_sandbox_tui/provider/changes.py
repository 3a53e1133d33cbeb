"""Changes that wait to be handed out: many to one row become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.provider.models import SandboxInfo


class Changes:
    """Collects rows and removals; the last word on each uid counts."""

    def __init__(self) -> None:
        self._upserted: dict[str, SandboxInfo] = {}
        self._removed: dict[str, None] = {}

    def add(self, upserted: Iterable[SandboxInfo] = (), removed: Iterable[str] = ()) -> None:
        """Takes changes in, in the order in which they happened."""
        for info in upserted:
            self._upserted[info.uid] = info
            self._removed.pop(info.uid, None)
        for uid in removed:
            self._upserted.pop(uid, None)
            # Also for a row that was never handed out: whoever takes the changes may not know it either way.
            self._removed[uid] = None

    def take(self) -> tuple[tuple[SandboxInfo, ...], tuple[str, ...]]:
        """All of it; nothing is left behind."""
        taken = tuple(self._upserted.values()), tuple(self._removed)
        self._upserted.clear()
        self._removed.clear()
        return taken
