"""Chooses how limits are enforced on this machine: the best way that works."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.limits import process_tree
from k8s_sandbox_tui.local_cluster.runtime.limits.hold import NoLimiter
from k8s_sandbox_tui.local_cluster.runtime.limits.watchdog import Watchdog

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.limits.hold import Limiter


async def choose_limiter(*, may_move: bool) -> Limiter:
    """Control groups, else a watchdog, else nothing.

    Args:
        may_move: Whether this process may be moved to another control group.
    """
    if sys.platform != "linux":
        return NoLimiter()
    from k8s_sandbox_tui.local_cluster.runtime.limits.delegation import find_cgroup

    groups = await asyncio.to_thread(find_cgroup, may_move=may_move)
    if groups is not None:
        return groups
    return Watchdog() if process_tree.can_follow() else NoLimiter()
