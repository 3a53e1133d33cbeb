"""The server's end of a supervisor's socket, against a supervisor that is not to be trusted."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.runtime.podinit import wire
from k8s_sandbox_tui.local_cluster.runtime.report_socket import Report, ReportSocket
from tests.unit.local_runtime.kit import PATIENCE, names_in


class _Listener:
    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.news = asyncio.Event()
        self.ended = asyncio.Event()

    def on_report(self, report: Report) -> None:
        self.reports.append(report)
        self.news.set()

    def on_end(self) -> None:
        self.ended.set()


def _pair() -> tuple[ReportSocket, socket.socket, _Listener]:
    ours, theirs = socket.socketpair()
    listener = _Listener()
    return ReportSocket(ours, listener), theirs, listener


async def test_reports_come_as_they_were_sent_however_they_are_cut() -> None:
    reports, theirs, listener = _pair()
    sent = [Report(kind, kind * 1000, -kind) for kind in range(1, 50)]
    data = b"".join(wire.REPORT.pack(*report) for report in sent)
    with theirs:
        for begin in range(0, len(data), 7):
            theirs.sendall(data[begin : begin + 7])
            await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await listener.ended.wait()
    assert listener.reports == sent
    reports.close()


@given(st.binary(max_size=200))
def test_garbage_is_reports_or_nothing(data: bytes) -> None:
    async def receive() -> list[Report]:
        _, theirs, listener = _pair()
        with theirs:
            theirs.sendall(data)
        await listener.ended.wait()
        return listener.reports

    assert len(asyncio.run(receive())) == len(data) // wire.REPORT.size


async def test_descriptors_nobody_asked_for_end_the_connection_and_are_closed() -> None:
    before = len(names_in("/proc/self/fd"))
    reports, theirs, listener = _pair()
    with theirs:
        for _ in range(20):
            socket.send_fds(theirs, [b"x"], [theirs.fileno()])
        async with asyncio.timeout(PATIENCE):
            await listener.ended.wait()
    assert len(names_in("/proc/self/fd")) == before
    assert reports.take_descriptor() is None


async def test_requests_wait_their_turn_and_keep_their_descriptors() -> None:
    reports, theirs, _ = _pair()
    reads: list[int] = []
    for n in range(200):
        read_end, write_end = os.pipe()
        reads.append(read_end)
        reports.send(wire.pack(wire.EXEC, n, [bytes(5000)[:0] + b"x" * 5000]), (write_end,))
    with theirs:
        got, descriptors = b"", list[int]()
        wanted = 200 * len(wire.pack(wire.EXEC, 0, [b"x" * 5000]))
        while len(got) < wanted:
            data, more, _, _ = await asyncio.to_thread(socket.recv_fds, theirs, 65536, 16)
            got += data
            descriptors += more
    assert len(descriptors) == 200
    for n, (read_end, write_end) in enumerate(zip(reads, descriptors, strict=True)):
        os.write(write_end, b"%d" % n)
        os.close(write_end)
        assert os.read(read_end, 10) == b"%d" % n
        os.close(read_end)
    reports.close()


@pytest.mark.parametrize("broken", [False, True])
async def test_what_cannot_be_sent_any_more_is_closed(broken: bool) -> None:
    before = len(names_in("/proc/self/fd"))
    reports, theirs, listener = _pair()
    if broken:
        theirs.close()
        async with asyncio.timeout(PATIENCE):
            await listener.ended.wait()
    else:
        reports.close()
    read_end, write_end = os.pipe()
    reports.send(wire.pack(wire.EXEC, 1, [b"x"]), (write_end,))
    os.close(read_end)
    theirs.close()
    assert len(names_in("/proc/self/fd")) == before
