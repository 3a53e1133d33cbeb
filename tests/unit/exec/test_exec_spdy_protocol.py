"""The exec protocol over SPDY, without a socket."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.exec.protocol import MAX_STDIN_PAYLOAD, Output
from k8s_sandbox_tui.provider.exec.spdy_protocol import SpdyExecProtocol
from k8s_sandbox_tui.spdy import frames as spdy
from tests.unit.exec.exec_server import SUCCESS

ERROR, STDIN, STDOUT, STDERR = 1, 3, 5, 7


def accepted(protocol: SpdyExecProtocol, server: spdy.SpdyWriter | None = None) -> SpdyExecProtocol:
    server = server or spdy.SpdyWriter()
    for frame in spdy.SpdyReader().feed(protocol.opening()):
        assert isinstance(frame, spdy.Opened)
        protocol.feed(server.accept(frame.stream))
    assert protocol.opened
    protocol.next_event()
    return protocol


@pytest.mark.parametrize(
    ("stdin", "tty", "names"),
    [
        (False, False, ["error", "stdout", "stderr"]),
        (True, False, ["error", "stdin", "stdout", "stderr"]),
        (True, True, ["error", "stdin", "stdout", "resize"]),
    ],
)
def test_the_streams_are_those_that_were_asked_for(stdin: bool, tty: bool, names: list[str]) -> None:
    protocol = SpdyExecProtocol(stdin=stdin, tty=tty)
    frames = list(spdy.SpdyReader().feed(protocol.opening()))
    assert [(f.stream, f.headers["streamtype"]) for f in frames if isinstance(f, spdy.Opened)] == [
        (2 * index + 1, name) for index, name in enumerate(names)
    ]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([STDOUT, STDERR]), st.binary(max_size=50)), max_size=8), st.data())
def test_output_and_status_are_the_same_however_they_are_cut(
    outputs: list[tuple[int, bytes]], source: st.DataObject
) -> None:
    stream = b"".join(spdy.data(ident, data) + spdy.ping(2) for ident, data in outputs)
    stream += b"".join(spdy.data(ERROR, SUCCESS[at : at + 1]) for at in range(len(SUCCESS)))
    stream += b"".join(spdy.reset(ident, 5) for ident in (ERROR, STDIN, STDOUT, STDERR)) + spdy.go_away(7)
    protocol = accepted(SpdyExecProtocol(stdin=True, tty=False))
    while stream:
        cut = source.draw(st.integers(1, len(stream)))
        protocol.feed(stream[:cut])
        stream = stream[cut:]
    got: list[tuple[int, bytes]] = []
    while (event := protocol.next_event()) is not None:
        assert isinstance(event, Output)
        got.append((STDOUT if event.stream == "stdout" else STDERR, bytes(event.data)))
    assert got == [output for output in outputs if output[1]]
    assert protocol.ended
    status = protocol.closed().status
    assert status is not None
    assert status.exit_code == 0
    assert protocol.answers() == spdy.ping(2) * len(outputs)


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_nonsense_ends_it_or_is_waited_for(nonsense: bytes) -> None:
    protocol = accepted(SpdyExecProtocol(stdin=True, tty=False))
    protocol.feed(nonsense)
    assert protocol.closed().status is None or protocol.has_status


def test_input_is_cut_and_ends_once() -> None:
    protocol = accepted(SpdyExecProtocol(stdin=True, tty=False))
    messages = list(protocol.stdin(bytes(MAX_STDIN_PAYLOAD + 1)))
    frames = [frame for message in messages for frame in spdy.SpdyReader().feed(message)]
    assert [len(frame.data) for frame in frames if isinstance(frame, spdy.Data)] == [MAX_STDIN_PAYLOAD, 1]
    assert protocol.close_stdin() == spdy.data(STDIN, b"", ended=True)
    assert protocol.close_stdin() is None
    assert list(protocol.stdin(b"more")) == []


def test_input_that_the_server_gives_up_goes_nowhere() -> None:
    protocol = accepted(SpdyExecProtocol(stdin=True, tty=False))
    protocol.feed(spdy.reset(STDIN, 5))
    assert list(protocol.stdin(b"more")) == []
    assert protocol.close_stdin() is None
    assert not protocol.ended


def test_a_status_has_a_bound() -> None:
    protocol = accepted(SpdyExecProtocol(stdin=False, tty=False))
    frame = spdy.data(ERROR, b"x" * 1_000_000)
    for _ in range(5):
        protocol.feed(frame)
    status = protocol.closed().status
    assert status is not None
    assert status.exit_code is None


def test_streams_of_the_server_are_refused() -> None:
    server = spdy.SpdyWriter()
    protocol = accepted(SpdyExecProtocol(stdin=False, tty=False), server)
    protocol.feed(server.open(2, {"streamtype": "stdin"}))
    assert protocol.answers() == spdy.reset(2, spdy.REFUSED_STREAM)
    assert protocol.answers() == b""
