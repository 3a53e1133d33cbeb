from __future__ import annotations

import itertools
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.spdy import frames as spdy
from k8s_sandbox_tui.spdy.error import SpdyError
from k8s_sandbox_tui.spdy.headers import DICTIONARY, HeaderReader, HeaderWriter


def test_the_dictionary_is_that_of_the_protocol() -> None:
    # RFC 1950: a compressed stream names its dictionary by this sum.
    assert (len(DICTIONARY), zlib.adler32(DICTIONARY)) == (1423, 0xE3C6A7C2)


_HEADERS = st.dictionaries(st.from_regex(r"[a-z-]{1,20}", fullmatch=True), st.text(max_size=40), max_size=6)


@given(st.lists(_HEADERS, max_size=5))
def test_headers_go_there_and_come_back(blocks: list[dict[str, str]]) -> None:
    writer, reader = HeaderWriter(), HeaderReader()
    assert [reader.read(writer.write(block)) for block in blocks] == blocks


@given(
    st.lists(st.tuples(_HEADERS, st.binary(max_size=200), st.booleans()), max_size=5),
    st.lists(st.integers(1, 300), min_size=1, max_size=20),
)
def test_frames_are_the_same_however_they_are_cut(
    given_frames: list[tuple[dict[str, str], bytes, bool]], cuts: list[int]
) -> None:
    writer = spdy.SpdyWriter()
    stream, expected = b"", list[spdy.Frame]()
    for index, (headers, payload, ended) in enumerate(given_frames):
        ident = 2 * index + 1
        stream += writer.open(ident, headers, ended=ended) + spdy.data(ident, payload, ended=ended)
        stream += writer.accept(ident) + spdy.ping(ident) + spdy.reset(ident, 5) + spdy.go_away(ident)
        expected += [
            spdy.Opened(ident, headers, ended),
            spdy.Data(ident, payload, ended),
            spdy.Accepted(ident, ended=False),
            spdy.Ping(ident),
            spdy.Reset(ident),
            spdy.GoAway(),
        ]
    reader, frames = spdy.SpdyReader(), list[spdy.Frame]()
    for cut in itertools.cycle(cuts):
        if not stream:
            break
        frames += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert frames == expected


@given(st.binary(max_size=300))
def test_nonsense_is_refused_or_waited_for(nonsense: bytes) -> None:
    reader = spdy.SpdyReader()
    try:
        list(reader.feed(nonsense))
    except SpdyError:
        return


def test_settings_and_window_updates_are_passed_over() -> None:
    settings = struct.pack("!II", 0x8003_0004, 4) + bytes(4)
    window = struct.pack("!II", 0x8003_0009, 8) + bytes(8)
    assert list(spdy.SpdyReader().feed(settings + window + spdy.ping(7))) == [spdy.Ping(7)]


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (struct.pack("!II", 0x8002_0001, 0), "version 2"),
        (struct.pack("!II", 0x8003_0001, 1 << 20), "too long"),
        (struct.pack("!II", 0x8003_0006, 2) + b"xx", "cut off"),
        (struct.pack("!II", 0x8003_0001, 14) + bytes(10) + b"none", "cannot be unpacked"),
        (b"HTTP/1.1 502 Bad Gateway\r\n", "flags that there are not"),
    ],
)
def test_what_is_no_spdy_is_refused(frame: bytes, told: str) -> None:
    with pytest.raises(SpdyError, match=told):
        list(spdy.SpdyReader().feed(frame))


def test_headers_that_unpack_to_much_are_refused() -> None:
    bomb = HeaderWriter().write({"a": "x" * (1 << 20)})
    with pytest.raises(SpdyError, match="too long"):
        HeaderReader().read(bomb)
