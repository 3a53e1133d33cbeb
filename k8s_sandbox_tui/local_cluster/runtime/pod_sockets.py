"""Sockets of a Pod's own network: its supervisor opens them, and the server, which is elsewhere, connects them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.podinit import wire

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.report_socket import Report, ReportSocket


class PodSockets:
    """Those that were asked for and have not come yet."""

    def __init__(self, supervisor: ReportSocket) -> None:
        self._supervisor = supervisor
        self._awaited: dict[int, asyncio.Future[socket.socket]] = {}
        self._over = False

    async def open(self, ident: int, family: socket.AddressFamily) -> socket.socket:
        """Asks for one, not connected.

        Args:
            ident: No other request's.
            family: IPv4 or IPv6.

        Raises:
            OSError: It cannot be opened, or the Pod has ended.
        """
        if self._over:
            raise _over()
        awaited = self._awaited[ident] = asyncio.get_running_loop().create_future()
        self._supervisor.send(wire.pack(wire.SOCKET, ident, [str(int(family)).encode()]))
        try:
            opened = await awaited
        finally:
            self._awaited.pop(ident, None)
        # It comes out of the sandbox, so it may be anything.
        if opened.family != family or opened.type != socket.SOCK_STREAM:
            opened.close()
            raise OSError(errno.EPROTO, os.strerror(errno.EPROTO))
        return opened

    def on_report(self, report: Report) -> None:
        """Takes what the supervisor says; nonsense is passed over."""
        if report.kind == wire.OPENED:
            descriptor = self._supervisor.take_descriptor()
            if descriptor is None:
                return
            try:
                opened = socket.socket(fileno=descriptor)
            except OSError as error:
                os.close(descriptor)
                self._fail(report.ident, error)
                return
            awaited = self._awaited.get(report.ident)
            if awaited is None or awaited.done():
                opened.close()
            else:
                awaited.set_result(opened)
        elif report.kind == wire.SPAWN_FAILED:
            self._fail(report.ident, OSError(report.value, os.strerror(report.value)))

    def on_end(self) -> None:
        """The Pod has ended: nothing comes any more."""
        self._over = True
        for ident in list(self._awaited):
            self._fail(ident, _over())

    def _fail(self, ident: int, error: OSError) -> None:
        awaited = self._awaited.get(ident)
        if awaited is not None and not awaited.done():
            awaited.set_exception(error)


def _over() -> OSError:
    return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
