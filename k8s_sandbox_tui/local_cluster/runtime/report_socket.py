"""The server's end of the socket to a supervisor or to the zygote, on the event loop."""

from __future__ import annotations

import array
import asyncio
import contextlib
import os
import socket
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Protocol

from k8s_sandbox_tui.local_cluster.runtime.podinit import wire

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_DESCRIPTORS = 16


class Report(NamedTuple):
    """One report as it came: from inside a sandbox, so nothing about it is certain but its size."""

    kind: int
    ident: int
    value: int


class Listener(Protocol):
    """Who is told what comes."""

    def on_report(self, report: Report) -> None:
        """One report came."""
        ...

    def on_end(self) -> None:
        """The other side has closed or broken the rules; nothing more will come."""
        ...


class ReportSocket:
    """Sends requests with descriptors in order, without blocking; hands on reports of the one fixed size."""

    def __init__(self, sock: socket.socket, listener: Listener) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._listener = listener
        self._pending: deque[tuple[bytes, Sequence[int]]] = deque()
        self._received = b""
        self._descriptors: list[int] = []
        self._open = True
        sock.settimeout(0)
        self._loop.add_reader(sock, self._on_readable)

    def send(self, frame: bytes, descriptors: Sequence[int] = ()) -> None:
        """Sends a request, now or as soon as there is room. The descriptors are this object's from here on."""
        if not self._open:
            _close_all(descriptors)
            return
        self._pending.append((frame, descriptors))
        if len(self._pending) == 1:
            self._flush()

    def take_descriptor(self) -> int | None:
        """The oldest descriptor that came and was not yet taken."""
        return self._descriptors.pop(0) if self._descriptors else None

    def close(self) -> None:
        """Closes the socket; what is at the other end takes that as its end."""
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self._sock)
        self._loop.remove_writer(self._sock)
        self._sock.close()
        _close_all(self._descriptors)
        self._descriptors.clear()
        for _, descriptors in self._pending:
            _close_all(descriptors)
        self._pending.clear()

    def _flush(self) -> None:
        while self._pending:
            frame, descriptors = self._pending[0]
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
            try:
                sent = self._sock.sendmsg([frame], ancillary)
            except BlockingIOError:
                self._loop.add_writer(self._sock, self._flush)
                return
            except OSError:
                # A request lost is an answer awaited for ever: rather the reader sees the end, and tells the listener.
                with contextlib.suppress(OSError):
                    self._sock.shutdown(socket.SHUT_RDWR)
                self._pending.popleft()
                _close_all(descriptors)
                continue
            _close_all(descriptors)
            if sent < len(frame):
                self._pending[0] = (frame[sent:], ())
            else:
                self._pending.popleft()
        self._loop.remove_writer(self._sock)

    def _on_readable(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._sock, 8192, _MOST_DESCRIPTORS)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data, descriptors = b"", []
        for descriptor in descriptors:
            wire.keep_from_children(descriptor)
        self._descriptors += descriptors
        if not data or len(self._descriptors) > _MOST_DESCRIPTORS:
            self.close()
            self._listener.on_end()
            return
        self._received += data
        whole = len(self._received) // wire.REPORT.size * wire.REPORT.size
        frames, self._received = self._received[:whole], self._received[whole:]
        for fields in wire.REPORT.iter_unpack(frames):
            if self._open:
                self._listener.on_report(Report(*fields))


def _close_all(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
