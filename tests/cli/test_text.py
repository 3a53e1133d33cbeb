"""Text from a cluster on a terminal: nothing in it acts, nothing of it is lost."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.cli.document import to_json
from k8s_sandbox_tui.cli.table import age, table
from k8s_sandbox_tui.cli.text import cut, pad, printable, width

_ACTS_ON_A_TERMINAL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("héllo 世界", "héllo 世界"),
        ("\x1b[2J\x1b]52;c;eA==\x07", r"\x1b[2J\x1b]52;c;eA==\x07"),
        ("a\nb\tc\r\nd", "a b c  d"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("a\u00a0b", "a b"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_controls_are_shown_as_text(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_printable_text_is_one_harmless_line(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_is_harmless_and_the_same_value(value: object) -> None:
    text = to_json(value)
    assert json.loads(text) == value
    assert text.endswith("\n")
    assert not _ACTS_ON_A_TERMINAL.search(text)


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("世界人", 5, "世界…"),
        ("世界", 4, "世界"),
        ("e\u0301x", 2, "e\u0301x"),
        ("abc", 0, ""),
    ],
)
def test_cutting_counts_columns(text: str, columns: int, shown: str) -> None:
    assert cut(text, columns) == shown
    assert width(shown) <= columns
    assert width(pad(shown, columns)) == columns


def test_a_table_aligns_its_columns_and_no_cell_can_break_a_row() -> None:
    text = table([("ID", "AGE"), ("世界", "1s"), ("a\nb\x1b[A", "2s")])
    assert text == "ID         AGE\n世界       1s\na b\\x1b[A  2s\n"


def test_rows_are_cut_to_the_terminal() -> None:
    assert table([("ID", "METADATA"), ("a", "b" * 30)], columns=12) == "ID  METADATA\na   bbbbbbb…\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0s"), (0, "0s"), (119.9, "119s"), (120, "2m"), (7199, "119m"), (7200, "2h"), (86400, "1d"), (1e7, "115d")],
)
def test_ages(seconds: float, text: str) -> None:
    assert age(seconds) == text
