"""What comes out of the sanitiser, for names and for streams of output."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.console.line import MAX_LINE, OutputLine, StyleRun
from k8s_sandbox_tui.dashboard.console.sgr import BOLD, TextStyle
from k8s_sandbox_tui.dashboard.sanitize import OutputSanitizer, sanitize_line

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")

HOSTILE = [
    *("\x1b", "\x9b", "\x90", "\x9d", "\x9c", "\x07", "[", "]", "P", "_", "^", "X", "\\", "m", "31", ";", ":", "0"),
    *("38;5;9", "\b", "\x18", "\x1a", "a", "bc", "é", "中", "\u202e", "\u200b", "🙂", "\u0301"),
    *("\x1b[31m", "\x1b[0m", "\x1b[2K", "\x1b[1K", "\x1b[K", "\x1b[3G", "\x1b[9C", "\x1b[2D"),
    *("\x1b]52;c;AAAA\x07", "\x1bPq", "\x1b(0", "\r", "\n", "\r\n", "\t", "\x0b", " ", "\u0301" * 9, "x" * 700),
    *(
        "\x0c",
        "\x85",
        "\u2028",
        "\x00\x01",
        "\x84",
        "\x98",
        "\x9b1m",
        "\x9bK",
        "\x1b[?1m",
        "\x1b[600C",
        "\x1b[" + "0" * 130 + "m",
    ),
]
hostile_text = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), max_size=40).map("".join)
hostile_bytes = hostile_text.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=200)


def sanitized(*chunks: bytes) -> list[OutputLine]:
    sanitizer = OutputSanitizer()
    return [line for chunk in chunks for line in sanitizer.feed(chunk)] + sanitizer.finish()


def texts(*chunks: bytes) -> list[str]:
    return [line.text for line in sanitized(*chunks)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("node-1", "node-1"),
        ("größer 中文 🙂", "größer 中文 🙂"),
        ("a\nb\tc\r\nd\x85e\u2028f", "a b c d e f"),
        ("a\x1b[31mb\x1b[0mc", "abc"),
        ("a\x9b31mb", "ab"),
        ("a\x1b]52;c;c2VjcmV0\x07b", "ab"),
        ("a\x1b]0;title\x1b\\b", "ab"),
        ("a\x9d0;title\x9cb", "ab"),
        ("a\x1b]52;c;never closed", "a"),
        ("a\x1bPq#0;2\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d\x1bXz\x1b\\e", "abcde"),
        ("a\x1bcb\x1b(0c\x1b7d", "abcd"),
        ("a\x1b", "a"),
        ("a\x1b[12;", "a"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\u200bb\u2066c\u2069d\ufeffe\u00adf", "abcdef"),
        ("\u2764\ufe0f", "\u2764"),
        ("a\ud800b", "a\ufffdb"),
        ("Z" + "\u0335" * 30 + "o", "Z" + "\u0335" * 4 + "o"),
        ("Vie\u0302\u0323t", "Vie\u0302\u0323t"),
        ("\x00\x07\x7f", ""),
        ("[/bold] [link=x]", "[/bold] [link=x]"),
    ],
)
def test_a_line_is_made_harmless(text: str, expected: str) -> None:
    assert sanitize_line(text) == expected


@given(hostile_text | st.text())
def test_a_line_is_always_harmless_and_stays_as_it_is_the_second_time(text: str) -> None:
    once = sanitize_line(text)
    assert UNSAFE.search(once) is None
    assert all(unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} for character in once)
    assert sanitize_line(once) == once


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"one\ntwo", ["one", "two"]),
        (b"one\n\n", ["one", ""]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"  5%\r 50%\r100%\n", ["100%"]),
        (b"done.\rX\n", ["Xone."]),
        (b"spinner\r\x1b[Kready\n", ["ready"]),
        (b"spinner\x1b[2K\rready\n", ["ready"]),
        (b"abcdef\x1b[3D\x1b[K\n", ["abc"]),
        (b"abc\x1b[6Gx\n", ["abc  x"]),
        (b"abc\x1b[1Gx\n", ["xbc"]),
        (b"abcd\x1b[2D\x1b[1K\n", ["   d"]),
        (b"[  \x1b[2D OK\n", ["[ OK"]),
        (b"ab\b\bxy\n", ["xy"]),
        (b"\b\b\bx\n", ["x"]),
        (b"a\tb\n1234567\t8\n", ["a       b", "1234567 8"]),
        ("é\tb\n中\tb\n".encode(), ["é       b", "中      b"]),
        (b"page\x0cnext\x0bmore\n", ["page", "next", "more"]),
        (b"a\x1b]0;title\nb\n", ["a", "b"]),
        (b"a\x1bPdevice control\x1b\\b\n", ["ab"]),
        (b"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b\n", ["alinkb"]),
        (b"a\x1b[?25l\x1b[2J\x1b[H\x1b[>4;2mb\n", ["ab"]),
        (b"a\xc2\x9b31mb\n", ["ab"]),
        (b"\xff\xfe ok \xe2\x82\n", ["\ufffd\ufffd ok \ufffd"]),
        (b"\x1b[" + b"1;" * 5000 + b"mred\n", ["red"]),
        (b"\x1b[31\nm\n", ["", "m"]),
        (b"\x1b\x00[31mx\x1b[3\x011my\n", ["[31mx1my"]),
        (b"abc\rd\x00e\rf\n\xc2\x9b1\x1b", ["fec"]),
        (b"abcdef\r\x1b[2Cx\x1b[1K\x1b[6G\x1b[K\n", ["    e"]),
        (
            "a\u0301\u0301\r\n".encode() + b"\xc2\x90x\ne\x1b[K" + "\u0301".encode() * 9 + b"\n",
            ["a\u0301\u0301", "", "e" + "\u0301" * 4],
        ),
        ("\u0301\x1b[3G".encode() + "\u0301".encode() * 9 + b"\n", ["\u0301 " + "\u0301" * 4]),
    ],
)
def test_output_becomes_lines_as_a_terminal_shows_them(data: bytes, expected: list[str]) -> None:
    assert texts(data) == expected


def test_colours_become_runs_and_last_over_lines() -> None:
    red = TextStyle(foreground=1)
    assert sanitized(b"\x1b[31mred\nstill\x1b[0m plain\n") == [
        OutputLine("red", (StyleRun(0, 3, red),)),
        OutputLine("still plain", (StyleRun(0, 5, red),)),
    ]


def test_an_overwritten_line_keeps_the_colours_of_what_is_left() -> None:
    assert sanitized(b"\x1b[1mabcd\x1b[0m\rX\n") == [OutputLine("Xbcd", (StyleRun(1, 4, TextStyle(attributes=BOLD)),))]


def test_lines_say_which_stream_they_come_from() -> None:
    sanitizer = OutputSanitizer(stderr=True)
    lines = [*sanitizer.feed(b"a\nb\x1b[1mc\n" + b"y" * (MAX_LINE + 1) + b"\nlast"), *sanitizer.finish()]
    assert all(line.stderr for line in lines)


def test_the_open_line_can_be_seen_before_it_ends() -> None:
    sanitizer = OutputSanitizer()
    assert sanitizer.open_line() is None
    sanitizer.feed(b"Password: ")
    assert sanitizer.open_line() == OutputLine("Password: ")


def test_a_line_without_end_is_broken_into_pieces_that_belong_together() -> None:
    lines = sanitized(*[b"z" * 1000] * 10)
    assert [len(line.text) for line in lines] == [4096, 4096, 1808]
    assert [line.continues for line in lines] == [True, True, False]


@given(hostile_bytes, st.lists(st.integers(0, 300), max_size=8))
def test_output_is_safe_and_the_same_however_it_is_cut(data: bytes, cuts: list[int]) -> None:
    whole = sanitized(data)
    places = [0, *sorted(cuts), len(data)]
    assert sanitized(*[data[start:end] for start, end in pairwise(places)]) == whole
    for line in whole:
        assert UNSAFE.search(line.text) is None
        assert len(line.text) <= MAX_LINE
        ends = [0, *(place for run in line.runs for place in (run.start, run.end)), len(line.text)]
        assert ends == sorted(ends)


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "plain text\n", "\x1b[32mok\x1b[0m\n"]), max_size=30).map("".join))
def test_byte_by_byte_gives_the_same_as_at_once(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    assert sanitized(*[bytes([byte]) for byte in data]) == sanitized(data)


@given(hostile_text)
def test_text_and_bytes_give_the_same(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    sanitizer = OutputSanitizer()
    assert [*sanitizer.feed_text(text), *sanitizer.finish()] == sanitized(text.encode())
