"""Several creates at once as values: how far each has come, and what is to be said of them together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import CreateProgress


class CopyState(StrEnum):
    """Where one of them stands."""

    WAITING = "waiting"
    """For its turn."""
    CREATING = "creating"
    RUNNING = "running"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Copy:
    """One of several sandboxes on its way."""

    title: str
    state: CopyState = CopyState.WAITING
    note: str = ""
    """The stage it has reached, or why it failed."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in {CopyState.RUNNING, CopyState.FAILED, CopyState.CANCELLED}

    def advance(self, progress: CreateProgress) -> Copy:
        """The same one step further."""
        if self.ended:
            return self
        note = progress.stage.value.lower() + (f": {progress.detail}" if progress.detail else "")
        return replace(self, title=progress.sandbox_id, state=CopyState.CREATING, note=note)

    def end(self, state: CopyState, note: str = "") -> Copy:
        """The same at its end."""
        return replace(self, state=state, note=note)


def tally(copies: list[Copy]) -> str:
    """How many stand where."""
    counts = Counter(copy.state for copy in copies)
    return " · ".join(f"{counts[state]} {state.value}" for state in reversed(CopyState) if counts[state])


def failure_summary(copies: list[Copy]) -> str:
    """Why some failed: each reason once, with how often; empty where none did."""
    reasons = Counter(copy.note for copy in copies if copy.state is CopyState.FAILED)
    if not reasons:
        return ""
    failed = reasons.total()
    head = f"{failed} of {len(copies)} could not be created."
    if len(reasons) == 1:
        return f"{head}\n{next(iter(reasons))}"
    return "\n".join([head, *(f"{count} times: {reason}" for reason, count in reasons.most_common())])
