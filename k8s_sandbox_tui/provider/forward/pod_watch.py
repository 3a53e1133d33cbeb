"""Whether the Pod of a forward is still the same one, and what runs it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from k8s_sandbox_tui.provider.errors import NotFoundError, SandboxError, SandboxGoneError, TransportError
from k8s_sandbox_tui.provider.exec.liveness import why_gone_as_seen
from k8s_sandbox_tui.provider.pods import readable_pod
from k8s_sandbox_tui.provider.sightings import Sighting, follow_pod
from k8s_sandbox_tui.provider.wire import Pod

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.connection.connection import Connection
    from k8s_sandbox_tui.provider.exec.target import ExecTarget
    from k8s_sandbox_tui.provider.forward.patience import ForwardPatience

_CREATE_HINT: Final = "Create another one."
_ENDS_WITH_EITHER_HALF: Final = ("containerd://", "cri-o://")
"""Runtimes whose port-forward tells the server nothing of the end of the client's half, and ends the connection one
second after either half has (containerd, `sandbox_portforward_linux.go`; CRI-O has the same)."""


class _Container(msgspec.Struct):
    container_id: str = msgspec.field(default="", name="containerID")


class _Status(msgspec.Struct, rename="camel"):
    container_statuses: list[_Container] | None = None


class _Pod(msgspec.Struct):
    status: _Status = msgspec.field(default_factory=_Status)


_DECODER: Final = msgspec.json.Decoder(_Pod)


class PodWatch:
    """Looks at one Pod, told from a later one of its name by its uid."""

    def __init__(
        self, connection: Connection, target: ExecTarget, watch_denied: set[str], patience: ForwardPatience
    ) -> None:
        """Asks nothing yet.

        Args:
            connection: To the Pod's cluster.
            target: The Pod.
            watch_denied: Namespaces where `watch` is known to be refused; one that is found out is added.
            patience: How long to wait.
        """
        self._connection = connection
        self._target = target
        self._watch_denied = watch_denied
        self._patience = patience
        self._pod = Pod()
        self._looking = asyncio.Lock()
        self._looks = 0
        self._confirmed = 0
        self.tells_end = True
        """Whether port-forward passes the end of the client's half on to the server."""

    async def start(self) -> None:
        """Looks for the first time.

        Raises:
            SandboxGoneError: The Pod has ended, or another one has its name.
            SandboxError: It cannot be looked at.
        """
        body = await self._get()
        statuses = _DECODER.decode(body).status.container_statuses or ()
        self.tells_end = not any(one.container_id.startswith(_ENDS_WITH_EITHER_HALF) for one in statuses)

    async def confirm(self) -> None:
        """Returns when a look that began after this call has found the same Pod; many calls share one.

        What was opened by the Pod's name before that is surely the Pod's own.

        Raises:
            SandboxGoneError: The Pod has ended, or another one has its name.
            SandboxError: It cannot be looked at.
        """
        before = self._looks
        async with self._looking:
            if self._confirmed > before:
                return
            self._looks += 1
            await self._get()
            self._confirmed = self._looks

    async def until_gone(self) -> str:
        """Waits until the Pod is gone, and returns why as a sentence."""
        while True:
            sightings: asyncio.Queue[Sighting] = asyncio.Queue()
            following = asyncio.create_task(
                follow_pod(self._connection, self._pod, self._watch_denied, sightings, longest_look=self._patience.look)
            )
            try:
                while not isinstance(seen := await sightings.get(), SandboxError):
                    if seen is None:
                        return f"Sandbox {self._target.sandbox_id} was deleted."
                    gone = why_gone_as_seen(seen, self._target)
                    if gone:
                        return gone
            finally:
                following.cancel()
            # What will not pass by itself may pass all the same: somebody logs in again.
            await asyncio.sleep(self._patience.look)

    async def _get(self) -> bytes:
        try:
            body = await self._connection.request("GET", self._target.pod_path, timeout=self._patience.connect)
        except NotFoundError as error:
            raise SandboxGoneError(f"Sandbox {self._target.sandbox_id} was deleted.", hint=_CREATE_HINT) from error
        self._pod = readable_pod(body)
        gone = why_gone_as_seen(self._pod, self._target)
        if gone:
            raise SandboxGoneError(gone, hint=_CREATE_HINT)
        if self._pod.metadata.uid != self._target.uid:
            raise TransportError("The API server shows a Pod without a uid.", sent=True)
        return body
