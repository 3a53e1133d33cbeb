"""Destroying sandboxes: what is to go, pinned by uid as it was when it was asked, and what became of each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.age import age
from k8s_sandbox_tui.dashboard.looks import status_text
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.provider.errors import (
    ForbiddenError,
    NotManagedError,
    SandboxError,
    SandboxGoneError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.ports import SandboxesPort
    from k8s_sandbox_tui.provider.models import SandboxInfo

AT_ONCE = 8
"""Sandboxes that are destroyed side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A sandbox to destroy, as it was when the question was asked."""

    sandbox_id: str
    uid: str
    status: str
    """In words."""
    age: str


def target_of(info: SandboxInfo, now: datetime) -> Target:
    """Pin a sandbox down."""
    return Target(
        sandbox_id=info.id, uid=info.uid, status=sanitize_line(status_text(info)), age=age(info.created_at, now)
    )


class Outcome(Enum):
    """What became of one sandbox."""

    DESTROYED = "destroyed"
    GONE = "gone"
    REPLACED = "replaced"
    FORBIDDEN = "forbidden"
    UNMANAGED = "unmanaged"
    UNCERTAIN = "uncertain"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """A sandbox and what became of it."""

    target: Target
    outcome: Outcome
    detail: str = ""

    @property
    def sentence(self) -> str:
        """For the user: the truth, and the next step where there is one."""
        name = self.target.sandbox_id
        detail = sanitize_line(self.detail)
        return {
            Outcome.DESTROYED: f"Destroyed {name}.",
            Outcome.GONE: f"{name} was gone already.",
            Outcome.REPLACED: f"{name} was left alone: another sandbox has taken its name.",
            Outcome.FORBIDDEN: f"{name} was not destroyed: {detail}",
            Outcome.UNMANAGED: f"{name} was left alone: {detail}",
            Outcome.UNCERTAIN: f"{name} may or may not be destroyed: {detail} The table will show it.",
            Outcome.FAILED: f"{name} was not destroyed: {detail}",
        }[self.outcome]

    @property
    def fine(self) -> bool:
        """Whether the sandbox is gone for sure."""
        return self.outcome in {Outcome.DESTROYED, Outcome.GONE}


async def destroy_all(sandboxes: SandboxesPort, targets: Sequence[Target]) -> list[Result]:
    """Destroy all of them, several at once; a failure of one does not keep the others."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(target: Target) -> Result:
        async with slots:
            return await _destroy(sandboxes, target)

    return list(await asyncio.gather(*map(one, targets)))


async def _destroy(sandboxes: SandboxesPort, target: Target) -> Result:
    try:
        there = await sandboxes.destroy(target.sandbox_id, uid=target.uid)
    except SandboxGoneError:
        return Result(target, Outcome.REPLACED)
    except ForbiddenError as error:
        return Result(target, Outcome.FORBIDDEN, str(error))
    except NotManagedError as error:
        return Result(target, Outcome.UNMANAGED, str(error))
    except TransportError as error:
        return Result(target, Outcome.UNCERTAIN if error.sent else Outcome.FAILED, str(error))
    except SandboxError as error:
        return Result(target, Outcome.FAILED, str(error))
    return Result(target, Outcome.DESTROYED if there else Outcome.GONE)
