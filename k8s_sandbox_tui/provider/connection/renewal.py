"""Credentials that something else issues for a while: kept until they expire, renewed once for all who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable  # noqa: TC003 - a public signature
from datetime import UTC, datetime, timedelta

import msgspec

from k8s_sandbox_tui.provider.connection.credential import Credential

EARLY = timedelta(seconds=30)
"""How long before its end a credential is renewed, so that it does not expire on the way."""


class Issued(msgspec.Struct, frozen=True):
    """A credential and when it ends; None: it is good until a 401 says otherwise."""

    credential: Credential
    expires: datetime | None = None


class RenewedCredentials:
    """Asks `issue` for a credential when there is none, when it is about to end, and after a 401.

    However many requests wait, `issue` runs once, and its failure is the failure of all of them.
    """

    def __init__(
        self, issue: Callable[[], Awaitable[Issued]], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._issue = issue
        self._now = now
        self._issued: Issued | None = None
        self._good_until: datetime | None = None
        self._running: asyncio.Task[Credential] | None = None

    async def get(self) -> Credential:
        """The credential, renewed first when it is about to end."""
        if self._issued is None or (self._good_until is not None and self._now() >= self._good_until):
            return await self._renewed()
        return self._issued.credential

    async def renew(self, rejected: Credential) -> Credential | None:
        """Another credential, unless another request has fetched one already or the same comes back."""
        if self._issued is None or self._issued.credential == rejected:
            credential = await self._renewed()
        else:
            credential = self._issued.credential
        return credential if credential != rejected else None

    async def aclose(self) -> None:
        """Ends a renewal that still runs."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _renewed(self) -> Credential:
        if self._running is None:
            self._running = asyncio.create_task(self._run())
            self._running.add_done_callback(self._finished)
        # Shielded: one request that is cancelled must not end the renewal that others wait for.
        return await asyncio.shield(self._running)

    def _finished(self, task: asyncio.Task[Credential]) -> None:
        self._running = None
        if not task.cancelled():
            task.exception()  # marks it as seen where every waiting request has been cancelled

    async def _run(self) -> Credential:
        issued = await self._issue()
        now = self._now()
        if issued.expires is None:
            self._good_until = None
        else:
            # A credential that lives for less than twice EARLY is used for the first half of its life.
            self._good_until = issued.expires - min(EARLY, max(issued.expires - now, timedelta()) / 2)
        self._issued = issued
        return issued.credential
