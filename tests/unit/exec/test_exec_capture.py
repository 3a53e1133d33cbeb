from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.exec.capture import Capture, TextDecoder

outputs = st.one_of(st.binary(max_size=60), st.text(max_size=30).map(str.encode))


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    pieces: list[bytes] = []
    for cut in cuts:
        pieces.append(data[:cut])
        data = data[cut:]
    return [*pieces, data]


@given(data=outputs, cuts=st.lists(st.integers(min_value=0, max_value=7), max_size=20))
def test_f7_text_is_the_same_however_it_is_cut(data: bytes, cuts: list[int]) -> None:
    decoder = TextDecoder()
    text = "".join(decoder.decode(piece) for piece in pieces_of(data, cuts)) + decoder.flush()
    assert text == data.decode("utf-8", "replace")


@given(
    data=outputs,
    cuts=st.lists(st.integers(min_value=0, max_value=7), max_size=20),
    limit=st.one_of(st.none(), st.integers(min_value=0, max_value=80)),
)
def test_f9_callbacks_get_all_and_the_result_what_fits(data: bytes, cuts: list[int], limit: int | None) -> None:
    seen: list[str] = []
    capture = Capture(on_stdout=seen.append, limit=limit)
    for piece in pieces_of(data, cuts):
        capture.feed("stdout", memoryview(piece))
        capture.feed("stderr", memoryview(b""))
    capture.finish()
    whole = data.decode("utf-8", "replace")
    assert "".join(seen) == whole
    assert capture.truncated == (limit is not None and len(data) > limit)
    assert whole.startswith(capture.stdout)
    if not capture.truncated:
        assert capture.stdout == whole
    assert capture.stderr == ""


def test_the_bound_is_for_both_streams_together() -> None:
    capture = Capture(limit=5)
    capture.feed("stdout", memoryview(b"abc"))
    capture.feed("stderr", memoryview("dé".encode()))
    capture.feed("stdout", memoryview(b"more"))
    assert (capture.stdout, capture.stderr, capture.truncated) == ("abc", "d", True)
