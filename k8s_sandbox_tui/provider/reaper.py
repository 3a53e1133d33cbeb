"""Destroys sandboxes that have outlived their expiry; see `expiry` for what is promised."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.destroy import delete_service_of
from k8s_sandbox_tui.provider.errors import ConflictError, ForbiddenError, NotFoundError, SandboxError
from k8s_sandbox_tui.provider.expiry import GRACE, expiry_of, is_due
from k8s_sandbox_tui.provider.ids import SandboxId
from k8s_sandbox_tui.provider.info import is_managed
from k8s_sandbox_tui.provider.pods import delete_pod, get_pod

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.models import SandboxInfo

RETRY_SECONDS = 15.0
"""How long one that could not be destroyed is left alone."""
LONGEST_WAIT = 300.0
"""A clock that is set, or a machine that slept, is noticed by then."""
_AT_ONCE = 4
_READS = 3


class Reaper:
    """Keeps the expiries of one list of sandboxes. `run` ends those that are due, until it is cancelled."""

    def __init__(self, access: ClusterAccess) -> None:
        """Nothing is asked before `run`."""
        self._access = access
        self._expiring: dict[str, SandboxInfo] = {}
        """By uid."""
        self._not_before: dict[str, float] = {}
        self._news = asyncio.Event()

    def see(self, infos: Iterable[SandboxInfo]) -> None:
        """Takes rows in, as they are now."""
        for info in infos:
            if info.expires_at is not None:
                self._expiring[info.uid] = info
                self._news.set()
            elif self._expiring:
                self._expiring.pop(info.uid, None)

    def forget(self, uids: Iterable[str]) -> None:
        """Drops rows that have gone."""
        for uid in uids:
            self._expiring.pop(uid, None)
            self._not_before.pop(uid, None)

    async def run(self) -> None:
        """Runs until cancelled, or until the connection is closed; a failure is tried again later."""
        with suppress(SandboxError):
            await self._run()

    async def _run(self) -> None:
        while True:
            self._news.clear()
            if not self._expiring:
                await self._news.wait()
                continue
            connection = await self._access.open()
            now = connection.clock.now()
            ready = [
                info
                for info in _due(self._access, self._expiring.values(), now)
                if self._not_before.get(info.uid, 0.0) <= time.monotonic()
            ]
            for start in range(0, len(ready), _AT_ONCE):
                await asyncio.gather(*map(self._end, ready[start : start + _AT_ONCE]))
            if not ready:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause(now)):
                        await self._news.wait()

    async def _end(self, info: SandboxInfo) -> None:
        try:
            await reap(self._access, info)
        except SandboxError:
            self._not_before[info.uid] = time.monotonic() + RETRY_SECONDS
        else:
            # Gone, going or put off: the list says what it is next.
            self._expiring.pop(info.uid, None)

    def _pause(self, now: datetime) -> float:
        """Seconds until the next one may be due."""
        soonest = LONGEST_WAIT
        for info in self._expiring.values():
            if info.expires_at is not None and info.namespace not in self._access.reap_denied:
                retry = self._not_before.get(info.uid, 0.0) - time.monotonic()
                soonest = min(soonest, max(retry, (info.expires_at - now + GRACE).total_seconds()))
        return max(soonest, 0.05)


async def reap(access: ClusterAccess, info: SandboxInfo) -> bool:
    """Destroys a sandbox if it is still there, still the same and still past its expiry; whether it did.

    Raises:
        ForbiddenError: Destroying Pods here is not allowed.
        SandboxError: The cluster does not answer.
    """
    connection = await access.open()
    reads = 0
    while True:
        reads += 1
        try:
            pod = await get_pod(connection, info.namespace, info.name)
            metadata = pod.metadata
            expires_at = expiry_of(metadata.annotations or {})
            same = metadata.uid == info.uid and is_managed(pod) and metadata.deletion_timestamp is None
            if not same or not is_due(expires_at, connection.clock.now()):
                return False
            await delete_pod(
                connection, info.namespace, info.name, uid=info.uid, resource_version=metadata.resource_version
            )
        except NotFoundError:
            return False
        except ForbiddenError:
            access.reap_denied.add(info.namespace)
            raise
        except ConflictError:
            if reads == _READS:
                raise
            continue  # it has changed since: perhaps its expiry was put off
        await delete_service_of(connection, SandboxId(info.namespace, info.name))
        return True


def end_expired(access: ClusterAccess, infos: Iterable[SandboxInfo], now: datetime) -> None:
    """Destroys those of a list that are past their expiry, behind the caller's back and before `aclose` ends.

    What fails is left to the next client that looks.
    """
    due = _due(access, infos, now)
    if due:
        access.keep(asyncio.create_task(_reap_all(access, due)))


async def _reap_all(access: ClusterAccess, due: Iterable[SandboxInfo]) -> None:
    for info in due:
        if info.namespace not in access.reap_denied:
            with suppress(SandboxError):
                await reap(access, info)


def _due(access: ClusterAccess, infos: Iterable[SandboxInfo], now: datetime) -> list[SandboxInfo]:
    return [info for info in infos if is_due(info.expires_at, now) and info.namespace not in access.reap_denied]
