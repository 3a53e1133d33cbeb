"""The session of a connection: opened on first use, and closed also where nobody does that."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.connection.session import new_session

if TYPE_CHECKING:
    import aiohttp

_TURNS = 4
"""Of the loop, in which sockets that were shut down learn of it and are closed: the loop may end after that."""


class Pool:
    """Opens one session, in the event loop of the first call.

    A script that never closes anything drops it in the end: its sockets are closed then, without a word of aiohttp's.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> aiohttp.ClientSession:
        """The session."""
        if self._session is None:
            self._session, self._loop = new_session(), asyncio.get_running_loop()
        return self._session

    async def aclose(self) -> None:
        """Closes all connections of the session."""
        if self._session is not None:
            await self._session.close()
            for _ in range(_TURNS):
                await asyncio.sleep(0)

    def __del__(self) -> None:
        session, loop = self._session, self._loop
        if session is None or loop is None or session.closed:
            return
        if not loop.is_running() or loop is _running_loop():
            _drop(session)
        else:  # it runs in another thread, and only there may its sockets be touched
            loop.call_soon_threadsafe(_drop, session)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _drop(session: aiohttp.ClientSession) -> None:
    """Closes the sockets at once, and waits for nothing."""
    closing = session.close()
    try:
        closing.send(None)
    except StopIteration:
        return
    closing.close()
