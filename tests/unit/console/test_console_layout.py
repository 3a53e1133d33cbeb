"""Which row of the console shows what, when lines are folded, dropped and still being written."""

from __future__ import annotations

import gc
import sys
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from k8s_sandbox_tui.dashboard.console.headline import footer_rows
from k8s_sandbox_tui.dashboard.console.layout import CardRows, OutputLayout, RowKind
from k8s_sandbox_tui.dashboard.console.line import OutputLine
from k8s_sandbox_tui.dashboard.console.model import CommandCard, CommandState, Ending
from k8s_sandbox_tui.dashboard.console.paint import row_text
from k8s_sandbox_tui.dashboard.console.scrollback import LINE_COST, Scrollback
from k8s_sandbox_tui.dashboard.console.wrap import NO_WRAP, WrapIndex, fold


def card(*, max_lines: int = 1000) -> CommandCard:
    return CommandCard(
        command="x",
        sandbox_id="default/sbx",
        uid="u",
        started_at=datetime(2026, 1, 5, tzinfo=UTC),
        scrollback=Scrollback(max_lines=max_lines),
        clock=lambda: 0.0,
    )


def shown(layout: OutputLayout) -> list[str]:
    """All rows as short texts."""
    texts: list[str] = []
    for number in range(layout.height):
        row = layout.row(number)
        assert row is not None
        line = "" if row.line is None else row.line.text[row.start : row.end]
        dropped = str(row.number) if row.kind is RowKind.DROPPED else ""
        texts.append(f"{row.kind.value[0]}{line}{dropped}")
    return texts


def test_what_became_of_a_command_is_read_to_its_end() -> None:
    lost = card()
    lost.feed("stdout", b"one\n")
    layout = OutputLayout(40)
    layout.add(lost)
    layout.cards[0].sync(lost.commit())
    layout.measure()
    assert shown(layout) == ["h", "lone", "f"]
    lost.end(
        Ending(
            CommandState.LOST, detail="The connection ended before the command did. Whether it goes on is not known."
        )
    )
    layout.cards[0].sync(lost.commit())
    layout.measure()
    feet = ["0 ms  The connection", "ended before the command did. Whether it", "goes on is not known."]
    assert shown(layout) == ["h", "lone", "f", "f", "f"]
    assert footer_rows(lost, 0, 40, "…") == feet
    assert footer_rows(lost, 0, 40, "…", most=1) == ["0 ms  The connection e…"]
    assert [layout.row_of(place) for row in range(5) if (place := layout.anchor(row))] == [*range(5)]
    rows = [layout.row(number) for number in range(5)]
    assert [row_text(row) for row in rows if row] == [
        "x",
        "one",
        f"connection lost: {lost.ending and lost.ending.detail}",
        "",
        "",
    ]
    layout.resize(NO_WRAP)
    assert shown(layout) == ["h", "lone", "f"]
    layout.resize(12)
    assert shown(layout) == ["h", "lone", *"ffff"]
    assert footer_rows(lost, 0, 12, "…")[-1].endswith("…")


@pytest.mark.parametrize(
    ("text", "width", "starts"),
    [
        ("", 10, [0]),
        ("0123456789", 10, [0]),
        ("0123456789x", 10, [0, 10]),
        ("0123456789" * 3, 10, [0, 10, 20]),
        ("中文字符", 5, [0, 2]),
        ("a中文字符", 4, [0, 2, 4]),
        ("中文", 1, [0, 1]),
        ("0123456789" * 3, NO_WRAP, [0]),
    ],
)
def test_long_lines_are_folded_at_the_width(text: str, width: int, starts: list[int]) -> None:
    assert fold(text, width) == starts


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "M", "Z"]), max_size=60), st.integers(2, 20))
def test_folded_rows_fit_and_lose_nothing(text: str, width: int) -> None:
    starts = fold(text, width)
    rows = [text[start:end] for start, end in pairwise([*starts, len(text)])]
    assert "".join(rows) == text
    assert all(cell_len(row) <= width for row in rows)


lengths = st.lists(st.integers(0, 35), max_size=40)


@given(lengths, st.integers(0, 40), st.integers(1, 12))
def test_the_index_knows_each_row_and_forgets_dropped_lines(lines: list[int], dropped: int, width: int) -> None:
    index = WrapIndex(width, first=100)
    index.add(["x" * length for length in lines])
    dropped = min(dropped, len(lines))
    index.drop_before(100 + dropped)
    expected = [
        (100 + number, part)
        for number, length in enumerate(lines)
        if number >= dropped
        for part in range(max(1, -(-length // width)))
    ]
    assert index.rows == len(expected)
    assert [index.line_at(row) for row in range(index.rows)] == expected


def test_the_index_stays_small_while_lines_come_and_go() -> None:
    index = WrapIndex(10)
    for _ in range(200):
        index.add(["x" * 25] * 100)
        index.drop_before(max(0, index.last - 500))
    assert index.rows == 1500
    assert index.line_at(1499) == (19_999, 2)
    assert sum(map(sys.getsizeof, gc.get_referents(index))) < 100_000


def test_the_scrollback_keeps_the_last_lines_and_counts_the_others() -> None:
    scrollback = Scrollback(max_lines=3)
    scrollback.append([OutputLine(str(number)) for number in range(10)])
    scrollback.append([OutputLine("10")])
    assert [line.text for line in scrollback] == ["8", "9", "10"]
    assert (scrollback.first, scrollback.end) == (8, 11)
    assert scrollback[9].text == "9"
    for number in (7, 11):
        with pytest.raises(IndexError):
            scrollback[number]


def test_the_scrollback_is_bounded_in_characters_too() -> None:
    scrollback = Scrollback(max_characters=1000)
    scrollback.append([OutputLine("x" * 200) for _ in range(20)])
    assert len(scrollback) == 1000 // (200 + LINE_COST)
    assert scrollback.first == 17
    assert scrollback.cost == 3 * (200 + LINE_COST)


def test_a_card_is_a_header_its_lines_and_a_footer() -> None:
    layout = OutputLayout(10)
    first, second = card(), card()
    layout.add(first)
    layout.add(second)
    first.feed("stdout", b"one\n0123456789abc\npart")
    second.feed("stderr", b"two\n")
    for rows in layout.cards:
        rows.sync(rows.card.commit())
    layout.measure()
    assert shown(layout) == ["h", "lone", "l0123456789", "labc", "lpart", "f", "g", "h", "ltwo", "f"]
    assert layout.top_of(second) == 7
    assert layout.row(-1) is None
    assert layout.row(layout.height) is None


def test_dropped_lines_are_owned_up_to() -> None:
    layout = OutputLayout(10)
    only = card(max_lines=2)
    layout.add(only)
    only.feed("stdout", b"1\n2\n3\n4\n5\n")
    layout.cards[0].sync(only.commit())
    layout.measure()
    assert shown(layout) == ["h", "d3", "l4", "l5", "f"]


def test_lines_still_being_written_stand_behind_all_others_in_the_order_they_began() -> None:
    only = card()
    only.feed("stderr", b"err")
    only.feed("stdout", b"done\nout")
    only.commit()
    assert [(line.text, line.stderr) for line in only.lines()] == [("done", False), ("err", True), ("out", False)]
    only.feed("stderr", b"or\n")
    only.commit()
    assert [line.text for line in only.lines()] == ["done", "error", "out"]
    only.end(Ending(CommandState.EXITED, 0))
    only.commit()
    assert only.text() == "done\nerror\nout\n"


def test_text_is_whole_again_where_a_line_was_broken_for_its_length() -> None:
    only = card()
    only.feed("stdout", b"x" * 10_000 + b"\nnext\n")
    only.commit()
    assert only.text() == "x" * 10_000 + "\nnext\n"


@given(
    st.lists(st.integers(0, 25), min_size=1, max_size=30), st.integers(1, 15), st.lists(st.integers(0, 25), max_size=20)
)
def test_a_place_stays_the_same_while_lines_come_and_are_dropped(
    before: list[int], max_lines: int, after: list[int]
) -> None:
    layout = OutputLayout(10)
    old, new = card(), card(max_lines=max_lines)
    old.feed("stdout", b"old\n")
    for one in (old, new):
        layout.add(one)
        layout.cards[-1].sync(one.commit())
    new.feed("stdout", b"".join(b"x" * length + b"\n" for length in before))
    layout.cards[1].sync(new.commit())
    layout.measure()
    anchors = [(layout.row(row), layout.anchor(row)) for row in range(layout.height)]
    new.feed("stdout", b"".join(b"y" * length + b"\n" for length in after))
    layout.cards[1].sync(new.commit())
    layout.measure()
    for row, anchor in anchors:
        assert row is not None
        assert anchor is not None
        now = layout.row(layout.row_of(anchor))
        assert now is not None
        if row.kind is RowKind.LINE and row.number < row.card.scrollback.first:
            assert now.kind is RowKind.DROPPED
        elif row.kind is not RowKind.DROPPED:
            assert (now.card, now.kind, now.number, now.start) == (row.card, row.kind, row.number, row.start)


def test_a_place_of_a_card_that_was_cleared_is_the_next_card() -> None:
    layout = OutputLayout(10)
    cards = [card(), card(), card()]
    for one in cards:
        layout.add(one)
    anchor = layout.anchor(3)
    assert anchor is not None
    assert anchor.card_number == cards[1].number
    layout.remove({cards[1].number})
    assert layout.row_of(anchor) == layout.top_of(cards[2])


def test_another_width_folds_the_lines_anew() -> None:
    layout = OutputLayout(10)
    only = card()
    layout.add(only)
    only.feed("stdout", b"0123456789abcdef\nopen 0123456789")
    layout.cards[0].sync(only.commit())
    layout.measure()
    tall = layout.height
    layout.resize(40)
    assert (tall, layout.height) == (6, 4)
    assert shown(layout) == ["h", "l0123456789abcdef", "lopen 0123456789", "f"]


def test_rows_of_a_card_match_its_height() -> None:
    only = card()
    rows = CardRows(only, 10)
    only.feed("stdout", b"one\n")
    rows.sync(only.commit())
    assert rows.row(rows.height - 1).kind is RowKind.GAP
