"""The forwards of this session: they go on whatever is on the screen, and end with the dashboard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import ForwardError
from k8s_sandbox_tui.provider.forward.model import ForwardState

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.dashboard.forwards.protocols import ForwardHandle, ForwardSource

FIRST_FREE_PORT = 1024
"""Below it, ports are the system's."""


class Forwards:
    """All of them, the latest last. Those whose sandbox has gone stay until they are taken away."""

    def __init__(self, changed: Callable[[], None], gone: Callable[[ForwardHandle], None]) -> None:
        """Begin with none.

        Args:
            changed: Called when one has come, gone or ended.
            gone: Called with one whose sandbox has gone.
        """
        self._changed = changed
        self._gone = gone
        self._handles: list[ForwardHandle] = []
        self._following: set[asyncio.Task[None]] = set()

    @property
    def all(self) -> tuple[ForwardHandle, ...]:
        """All that are to be shown."""
        return tuple(self._handles)

    @property
    def live(self) -> int:
        """How many take connections."""
        return sum([handle.state is ForwardState.LISTENING for handle in self._handles])

    async def start(self, source: ForwardSource, port: int, local_port: int | None = None) -> ForwardHandle:
        """Forward a port of a sandbox.

        Args:
            source: The sandbox.
            port: The port in it.
            local_port: The port here; None: the same one, or any free one where that is taken.

        Raises:
            SandboxError: It cannot be forwarded.
        """
        if local_port is None:
            handle = await self._start_at_same(source, port)
        else:
            handle = await source.forward_port(port, local_port=local_port)
        self._handles.append(handle)
        task = asyncio.create_task(self._follow(handle))
        self._following.add(task)
        task.add_done_callback(self._following.discard)
        self._changed()
        return handle

    async def stop(self, handle: ForwardHandle) -> None:
        """End one and take it away."""
        if handle in self._handles:
            self._handles.remove(handle)
        await handle.aclose()
        self._changed()

    async def _start_at_same(self, source: ForwardSource, port: int) -> ForwardHandle:
        if port >= FIRST_FREE_PORT:
            try:
                return await source.forward_port(port, local_port=port)
            except ForwardError:
                # Taken here; where the reason is another one, it is raised below.
                return await source.forward_port(port, local_port=0)
        return await source.forward_port(port, local_port=0)

    async def _follow(self, handle: ForwardHandle) -> None:
        if await handle.wait_closed() is ForwardState.GONE:
            self._gone(handle)
        elif handle in self._handles:
            # With the connection to its cluster.
            self._handles.remove(handle)
        self._changed()
