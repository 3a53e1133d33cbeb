"""Destroying sandboxes: what is to go, pinned by uid as it was when it was asked, and what became of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.age import age
from k8s_sandbox_tui.dashboard.looks import SHAPES, shape_of, shape_word, status_text, tone_of
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.provider.destroy_many import DestroyOutcome
from k8s_sandbox_tui.provider.errors import SandboxError, TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.ports import SandboxesPort
    from k8s_sandbox_tui.provider.destroy_many import DestroyResult
    from k8s_sandbox_tui.provider.models import SandboxInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A sandbox to destroy, as it was when the question was asked."""

    namespace: str
    name: str
    uid: str
    shape: str
    """The status whose sign it has, or `HELD_UP`."""
    tone: str
    """The status whose colour it has."""
    status: str
    """In words."""
    age: str
    hidden: bool = False
    """Marked, but left out by the filter."""

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return f"{self.namespace}/{self.name}"


def target_of(info: SandboxInfo, now: datetime, *, hidden: bool = False) -> Target:
    """Pin a sandbox down."""
    return Target(
        namespace=info.namespace,
        name=info.name,
        uid=info.uid,
        shape=shape_of(info),
        tone=tone_of(info),
        status=sanitize_line(status_text(info)),
        age=age(info.created_at, now),
        hidden=hidden,
    )


def summary(targets: Sequence[Target]) -> str:
    """How many of each sign, and how many of them cannot be seen in the table."""
    counts = Counter([target.shape for target in targets])
    parts = [f"{counts[shape]} {shape_word(shape)}" for shape in SHAPES if counts[shape]]
    hidden = sum([target.hidden for target in targets])
    return ", ".join([*parts, f"{hidden} hidden by the filter"] if hidden else parts)


class Outcome(Enum):
    """What became of one sandbox."""

    DESTROYED = "destroyed"
    GONE = "gone"
    REPLACED = "replaced"
    FORBIDDEN = "forbidden"
    UNMANAGED = "unmanaged"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    SKIPPED = "skipped"


_OUTCOMES = {
    DestroyOutcome.DESTROYED: Outcome.DESTROYED,
    DestroyOutcome.NOT_FOUND: Outcome.GONE,
    DestroyOutcome.REPLACED: Outcome.REPLACED,
    DestroyOutcome.NOT_MANAGED: Outcome.UNMANAGED,
    DestroyOutcome.FORBIDDEN: Outcome.FORBIDDEN,
    DestroyOutcome.SKIPPED: Outcome.SKIPPED,
}

_AGAIN = frozenset({Outcome.FORBIDDEN, Outcome.UNCERTAIN, Outcome.FAILED, Outcome.SKIPPED})
"""What may come out otherwise at another try."""


@dataclass(frozen=True, slots=True)
class Result:
    """A sandbox and what became of it."""

    target: Target
    outcome: Outcome
    detail: str = ""

    @property
    def words(self) -> str:
        """The truth in a line, without the name."""
        detail = sanitize_line(self.detail)
        return {
            Outcome.DESTROYED: "destroyed",
            Outcome.GONE: "was gone already",
            Outcome.REPLACED: "was left alone: another sandbox has taken its name",
            Outcome.FORBIDDEN: f"was not destroyed: {detail}",
            Outcome.UNMANAGED: f"was left alone: {detail}",
            Outcome.UNCERTAIN: f"may or may not be destroyed: {detail} The table will show it",
            Outcome.FAILED: f"was not destroyed: {detail}",
            Outcome.SKIPPED: "was left alone: it was stopped before",
        }[self.outcome]

    @property
    def sentence(self) -> str:
        """For the user: the truth, and the next step where there is one."""
        if self.outcome is Outcome.DESTROYED:
            return f"Destroyed {self.target.sandbox_id}."
        words = f"{self.target.sandbox_id} {self.words}"
        return words if words.endswith((".", "!", "?")) else f"{words}."

    @property
    def fine(self) -> bool:
        """Whether the sandbox is gone for sure."""
        return self.outcome in {Outcome.DESTROYED, Outcome.GONE}


def result_of(target: Target, result: DestroyResult) -> Result:
    """What the provider says of a target."""
    error = result.error
    if isinstance(error, TransportError):
        return Result(target, Outcome.UNCERTAIN if error.sent else Outcome.FAILED, str(error))
    return Result(target, _OUTCOMES.get(result.outcome, Outcome.FAILED), "" if error is None else str(error))


class Destruction:
    """Sandboxes that are being destroyed, and what has become of each so far."""

    def __init__(self, sandboxes: SandboxesPort, targets: Sequence[Target]) -> None:
        self._sandboxes = sandboxes
        self.targets = tuple(targets)
        self.results: dict[str, Result] = {}
        """By uid."""
        self.running = False
        self.stopped = False
        self.changed: Callable[[], None] | None = None
        """Told of each outcome, and of the end."""

    @property
    def left(self) -> list[Target]:
        """Those that are still there, as far as is known, and may be tried again."""
        results = self.results
        return [one for one in self.targets if one.uid not in results or results[one.uid].outcome in _AGAIN]

    @property
    def troubles(self) -> list[Result]:
        """The outcomes that somebody should know of."""
        return [result for result in self.results.values() if not result.fine]

    @property
    def gone(self) -> list[str]:
        """The uids of those that are gone for sure."""
        return [uid for uid, result in self.results.items() if result.fine]

    @property
    def sentence(self) -> str:
        """The end of it, once there is no trouble."""
        if len(self.targets) == 1:
            return "".join([result.sentence for result in self.results.values()])
        already = sum([result.outcome is Outcome.GONE for result in self.results.values()])
        destroyed = f"Destroyed {len(self.results) - already} sandboxes"
        gone = f"; {already} {'was' if already == 1 else 'were'} gone already" if already else ""
        return f"{destroyed}{gone}."

    def stop(self) -> None:
        """Begin no more of them."""
        self.stopped = True

    async def run(self) -> None:
        """Destroy what is left, several at once; a failure of one does not keep the others."""
        left = {target.uid: target for target in self.left}
        for uid in left:
            self.results.pop(uid, None)
        self.running, self.stopped = True, False
        self._tell()

        def note(result: DestroyResult) -> None:
            target = left.get(result.uid or "")
            if target is not None:
                self.results[target.uid] = result_of(target, result)
                self._tell()

        try:
            await self._sandboxes.destroy_many(list(left.values()), on_result=note, keep_going=lambda: not self.stopped)
        except SandboxError as error:
            for target in left.values():
                self.results.setdefault(target.uid, Result(target, Outcome.FAILED, str(error)))
        finally:
            self.running = False
        self._tell()

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()
