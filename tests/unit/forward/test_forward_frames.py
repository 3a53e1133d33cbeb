from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.forward.helper import in_pod
from k8s_sandbox_tui.provider.forward.helper.mux import PIECE, WINDOW, Frame, Kind, MuxError, MuxReader, credit, encode
from k8s_sandbox_tui.provider.forward.refusal import failure

FRAMES = st.builds(Frame, st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=300))


@given(st.lists(FRAMES, max_size=8), st.data())
def test_frames_are_the_same_however_they_are_cut(frames: list[Frame], source: st.DataObject) -> None:
    stream = b"".join(encode(*frame) for frame in frames)
    reader, found = MuxReader(), list[Frame]()
    while stream:
        cut = source.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert found == frames


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_credit_is_a_number(connection: int, count: int) -> None:
    (frame,) = MuxReader().feed(credit(connection, count))
    assert (frame.kind, frame.connection, frame.credit) == (Kind.CREDIT, connection, count)


@given(st.binary(max_size=300))
def test_nonsense_is_refused_or_waited_for(nonsense: bytes) -> None:
    try:
        list(MuxReader().feed(nonsense))
    except MuxError:
        return


@pytest.mark.parametrize("nonsense", [b"Traceback (most recent call last):", encode(Kind.DATA)[:5] + b"\xff" * 4])
def test_another_program_is_told_from_ours(nonsense: bytes) -> None:
    with pytest.raises(MuxError):
        list(MuxReader().feed(nonsense))


def test_the_program_in_the_sandbox_speaks_of_the_same() -> None:
    assert in_pod.WINDOW == WINDOW
    assert in_pod.PIECE == PIECE
    names = [kind.name for kind in Kind]
    assert [getattr(in_pod, name) for name in names] == list(Kind)


@pytest.mark.parametrize(
    ("said", "told", "refused"),
    [
        (
            b"error forwarding port 80 to pod 1: failed to connect to localhost:80: dial 127.0.0.1: connection refused",
            "Nothing listens on port 80 in a/b.",
            True,
        ),
        (
            b"nc: can't connect to remote host (127.0.0.1): Connection refused",
            "Nothing listens on port 80 in a/b.",
            True,
        ),
        (
            b'{"closeConnection":true,"message":"failed to connect to localhost:80 in namespace \\"1\\": i/o timeout"}',
            'Port 80 in a/b cannot be reached: failed to connect to localhost:80 in namespace "1": i/o timeout.',
            True,
        ),
        (
            b'{"closeConnection":false,"message":"read: connection reset by peer"}',
            "The server on port 80 in a/b broke the connection.",
            False,
        ),
        (b"network namespace is closed", "Port 80 in a/b cannot be reached: network namespace is closed.", False),
        (b"\xff\x1b[31m\n two  lines", "Port 80 in a/b cannot be reached: \ufffd\x1b[31m two lines.", False),
        (b"", "Port 80 in a/b cannot be reached: no reason given.", False),
    ],
)
def test_what_a_kubelet_says_becomes_a_sentence(said: bytes, told: str, refused: bool) -> None:
    error = failure(said, port=80, sandbox_id="a/b")
    assert (error.message, error.refused) == (told, refused)
