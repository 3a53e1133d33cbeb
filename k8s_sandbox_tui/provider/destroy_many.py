"""Destroys many sandboxes at once, and says of each what became of it."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from k8s_sandbox_tui.provider.destroy import destroy_sandbox
from k8s_sandbox_tui.provider.errors import ForbiddenError, NotManagedError, SandboxError, SandboxGoneError
from k8s_sandbox_tui.provider.ids import SandboxId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from k8s_sandbox_tui.provider.access import ClusterAccess

AT_ONCE = 20
"""Deletes under way at the same time: API Priority and Fairness turns a flood away."""


class DestroyOutcome(StrEnum):
    """What became of one sandbox that was to be destroyed."""

    DESTROYED = "destroyed"
    NOT_FOUND = "not found"
    """It was gone already."""
    REPLACED = "replaced"
    """Another Pod has its name now; that one is left alone."""
    NOT_MANAGED = "not managed"
    """The Pod is no sandbox; it is left alone."""
    FORBIDDEN = "forbidden"
    FAILED = "failed"
    """See `DestroyResult.error`."""
    SKIPPED = "skipped"
    """It was not begun: whoever asked for it had enough before."""


class DestroyResult(msgspec.Struct, frozen=True, kw_only=True):
    """One sandbox that was to be destroyed."""

    sandbox_id: str
    outcome: DestroyOutcome
    error: SandboxError | None = None
    """Why, for all outcomes but `DESTROYED`, `NOT_FOUND` and `SKIPPED`."""
    uid: str | None = None
    """Of the Pod that was meant; None where an id was given."""


class SandboxRef(Protocol):
    """What tells one sandbox from all others: a `Sandbox` or a `SandboxInfo`."""

    @property
    def namespace(self) -> str:
        """The Pod's namespace."""
        ...

    @property
    def name(self) -> str:
        """The Pod's name."""
        ...

    @property
    def uid(self) -> str:
        """The Pod's uid."""
        ...


class Target(msgspec.Struct, frozen=True):
    """A sandbox that is to be destroyed."""

    id: SandboxId
    uid: str | None = None
    """Only the Pod with this uid; None: whichever has the name."""


async def destroy_many(
    access: ClusterAccess,
    targets: Sequence[Target],
    *,
    wait: bool,
    timeout: int,
    on_result: Callable[[DestroyResult], None] | None = None,
    keep_going: Callable[[], bool] | None = None,
) -> list[DestroyResult]:
    """Destroys them, some at a time; one that fails does not keep the others. Results in the order of the targets."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(target: Target) -> DestroyResult:
        async with limit:
            if keep_going is None or keep_going():
                result = await _destroy(access, target, wait=wait, timeout=timeout)
            else:
                result = DestroyResult(sandbox_id=str(target.id), uid=target.uid, outcome=DestroyOutcome.SKIPPED)
        if on_result is not None:
            on_result(result)
        return result

    distinct = list(dict.fromkeys(targets))
    results = dict(zip(distinct, await asyncio.gather(*map(one, distinct)), strict=True))
    return [results[target] for target in targets]


async def _destroy(access: ClusterAccess, target: Target, *, wait: bool, timeout: int) -> DestroyResult:
    error: SandboxError | None = None
    try:
        there = await destroy_sandbox(access, target.id, uid=target.uid, wait=wait, timeout=timeout)
    except SandboxGoneError as caught:
        outcome, error = DestroyOutcome.REPLACED, caught
    except NotManagedError as caught:
        outcome, error = DestroyOutcome.NOT_MANAGED, caught
    except ForbiddenError as caught:
        outcome, error = DestroyOutcome.FORBIDDEN, caught
    except SandboxError as caught:
        outcome, error = DestroyOutcome.FAILED, caught
    else:
        outcome = DestroyOutcome.DESTROYED if there else DestroyOutcome.NOT_FOUND
    return DestroyResult(sandbox_id=str(target.id), uid=target.uid, outcome=outcome, error=error)
