"""The stages of a create as lines: what is behind, what is going on, what is ahead, and how long each took."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.provider.models import CreateStage

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import CreateProgress

STAGES = tuple(CreateStage)
"""In the order in which they come."""

_GOING_ON = {
    CreateStage.ACCEPTED: "waiting for a node",
    CreateStage.SCHEDULED: "waiting for the node to begin",
    CreateStage.PULLING: "the image is on its way",
    CreateStage.STARTING: "the container is being made",
    CreateStage.RUNNING: "ready for commands",
}


class StageState(StrEnum):
    """Where a stage stands."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    SKIPPED = "skipped"
    FAILED = "failed"
    """The one in which the create ended."""


class StageLine(NamedTuple):
    """One stage as it is shown."""

    stage: CreateStage
    state: StageState
    milliseconds: int | None
    """How long the stage lasted, or has lasted so far; None ahead of it and for the last."""
    note: str
    """What is going on in it; empty in any but the present one."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages reached so far."""

    reached: tuple[CreateProgress, ...] = ()
    failed: bool = False

    def advance(self, progress: CreateProgress) -> Stages:
        """The same with one step more; a further word on the present stage replaces the one before."""
        earlier = tuple(step for step in self.reached if STAGES.index(step.stage) < STAGES.index(progress.stage))
        same = next((step for step in self.reached if step.stage is progress.stage), None)
        if same is not None:
            merged = type(progress)(
                stage=same.stage,
                sandbox_id=progress.sandbox_id,
                elapsed_ms=same.elapsed_ms,
                detail=progress.detail or same.detail,
            )
            return replace(self, reached=(*earlier, merged))
        return replace(self, reached=(*earlier, progress))

    def fail(self) -> Stages:
        """The same, ended where it stands."""
        return replace(self, failed=True)

    @property
    def present(self) -> CreateProgress | None:
        """The last step; None before the first."""
        return self.reached[-1] if self.reached else None

    def lines(self, elapsed_ms: int) -> tuple[StageLine, ...]:
        """All stages, `elapsed_ms` after the start of the create."""
        return tuple(self._line(stage, elapsed_ms) for stage in STAGES)

    def _line(self, stage: CreateStage, elapsed_ms: int) -> StageLine:
        present = self.present
        if present is None or STAGES.index(stage) > STAGES.index(present.stage):
            return StageLine(stage, StageState.AHEAD, None, "")
        step = next((step for step in self.reached if step.stage is stage), None)
        if step is None:
            return StageLine(stage, StageState.SKIPPED, None, "")
        if step is not present:
            after = self.reached[self.reached.index(step) + 1]
            return StageLine(stage, StageState.DONE, max(after.elapsed_ms - step.elapsed_ms, 0), "")
        if stage is CreateStage.RUNNING:
            return StageLine(stage, StageState.DONE, None, _GOING_ON[stage])
        state = StageState.FAILED if self.failed else StageState.NOW
        return StageLine(stage, state, max(elapsed_ms - step.elapsed_ms, 0), step.detail or _GOING_ON[stage])


def seconds(milliseconds: int) -> str:
    """Milliseconds as seconds with one decimal, and as minutes from one on."""
    tenths = milliseconds // 100
    if tenths < 600:
        return f"{tenths // 10}.{tenths % 10} s"
    return f"{tenths // 600} min {tenths % 600 // 10:02} s"
