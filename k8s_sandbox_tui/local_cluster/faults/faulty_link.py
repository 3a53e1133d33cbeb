"""A command's connection with a fault."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.faults.exec_fault import ExecFault
from k8s_sandbox_tui.local_cluster.remote_command.protocol import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.local_cluster.remote_command.link import Link, Message

# Of an output, so many bytes come one by one; the rest in pieces whose length is odd.
_SINGLE_BYTES = 256
_ODD = 4097
_STATUS_PARTS = 3
_SLOW_READ = 0.2


def faulty(fault: ExecFault) -> Callable[[Link], Link]:
    """What makes a connection one on which this happens."""
    return partial(_FaultyLink, fault)


def split_payload(fault: ExecFault, channel: Channel, payload: bytes) -> list[bytes]:
    """The payloads that one becomes: none, itself, or several on its channel."""
    is_status = channel is Channel.STATUS
    if is_status and fault is ExecFault.NO_STATUS:
        return []
    if is_status and fault is ExecFault.SPLIT_STATUS:
        size = -(-len(payload) // _STATUS_PARTS) or 1
        return [payload[start : start + size] for start in range(0, len(payload), size)]
    if not is_status and payload and fault is ExecFault.SPLIT_OUTPUT:
        head, rest = payload[:_SINGLE_BYTES], payload[_SINGLE_BYTES:]
        parts = [head[index : index + 1] for index in range(len(head))]
        return parts + [rest[start : start + _ODD] for start in range(0, len(rest), _ODD)]
    return [payload]


class _FaultyLink:
    """A `Link` before another one."""

    def __init__(self, fault: ExecFault, link: Link) -> None:
        self._fault = fault
        self._link = link

    def frame_header(self, channel: Channel) -> bytes:
        """As it is."""
        return self._link.frame_header(channel)

    def write(self, frames: bytes) -> None:
        """What comes in so many frames is not held up."""
        self._link.write(frames)

    async def send(self, channel: Channel, payload: bytes) -> None:
        """Sends what is left of it."""
        is_status = channel is Channel.STATUS
        if self._fault is ExecFault.FREEZE and is_status:
            # Nobody else reads any more.
            await self._until_gone()
        elif self._fault is ExecFault.FREEZE:
            # Whoever reads for the command ends this when the client leaves.
            await asyncio.Event().wait()
        if self._fault is ExecFault.DROP_BEFORE_STATUS and is_status:
            self._drop()
        for part in split_payload(self._fault, channel, payload):
            await self._link.send(channel, part)
        if self._fault is ExecFault.DROP_AFTER_STATUS and is_status:
            self._drop()

    async def receive(self) -> Message | None:
        """Takes its time where it is slow."""
        if self._fault is ExecFault.SLOW_READER:
            await asyncio.sleep(_SLOW_READ)
        return await self._link.receive()

    async def close(self) -> None:
        """As it is."""
        await self._link.close()

    def drop(self) -> None:
        """As it is."""
        self._link.drop()

    async def _until_gone(self) -> None:
        while await self._link.receive() is not None:
            continue
        raise ConnectionResetError

    def _drop(self) -> None:
        # What was sent goes out first; that is what a client is to cope with.
        self._link.drop()
        raise ConnectionResetError
