"""Cursor and scroll hold on to rows through any change of them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.table.placement import clamped, kept_scroll, neighbour, scroll_to_see
from k8s_sandbox_tui.dashboard.table.position import Position, Window


@dataclass(eq=False)
class Thing:
    name: str
    alive: bool = True
    shown: bool = True


def things(names: str) -> list[Thing]:
    return [Thing(name) for name in names]


@pytest.mark.parametrize(
    ("hidden", "index", "name"),
    [("c", 2, "d"), ("cd", 2, "e"), ("cde", 2, "b"), ("e", 4, "d"), ("abcde", 2, None), ("a", 0, "b")],
)
def test_the_neighbour_is_the_next_one_or_else_the_one_before(hidden: str, index: int, name: str | None) -> None:
    rows = things("abcde")
    for row in rows:
        row.shown = row.name not in hidden
    found = neighbour(rows, index)
    assert (None if found is None else found.name) == name


@pytest.mark.parametrize(
    ("scroll", "before", "after", "total", "expected"),
    [
        (0, 2, 5, 50, 0),  # at the top what is new stays in view
        (0, 2, 15, 50, 13),  # unless the cursor would leave it
        (10, 12, 15, 50, 13),
        (10, 12, 3, 50, 1),
        (10, 12, 0, 50, 0),
        (38, 45, 20, 25, 13),
        (5, 6, 2, 3, 0),
    ],
)
def test_a_row_stays_at_its_height(scroll: int, before: int, after: int, total: int, expected: int) -> None:
    kept = kept_scroll(scroll=scroll, before=before, after=after, cursor=after, height=12, total=total)
    assert kept == expected


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 40), st.integers(1, 101))
def test_scrolling_to_a_row_shows_it(index: int, scroll: int, height: int, total: int) -> None:
    index = min(index, total - 1)
    top = scroll_to_see(index, scroll=clamped(scroll, height, total), height=height, total=total)
    assert top <= index < top + height
    assert 0 <= top <= max(0, total - height)


def test_a_hidden_row_has_the_cursor_back_when_it_is_shown_again() -> None:
    rows = things("abcde")
    position: Position[Thing] = Position()
    position.move_to(2, rows)
    window = Window(0, 10)
    rows[2].shown = False
    rest = [row for row in rows if row.shown]
    position.follow(rows, rest, window, settled=True)
    assert position.row is rows[3]
    rows[2].shown = True
    position.follow(rest, rows, window, settled=True)
    assert position.row is rows[2]


def test_a_row_that_is_gone_for_good_does_not_come_back() -> None:
    rows = things("abc")
    position: Position[Thing] = Position()
    position.move_to(1, rows)
    rows[1].alive = rows[1].shown = False
    rest = [rows[0], rows[2]]
    position.follow(rows, rest, Window(0, 10), settled=True)
    assert position.row is rows[2]
    position.follow(rest, rest, Window(0, 10), settled=True)
    assert position.row is rows[2]


@given(st.data())
def test_a_row_that_stays_keeps_the_cursor_and_its_line(data: st.DataObject) -> None:
    before = things("abcdefghijklmnopqrst")
    position: Position[Thing] = Position()
    index = data.draw(st.integers(0, 19))
    position.move_to(index, before)
    height = data.draw(st.integers(1, 25))
    top = data.draw(st.integers(max(0, index - height + 1), index).map(lambda top: clamped(top, height, 20)))
    gone = data.draw(st.sets(st.integers(0, 19)))
    for number in gone - {index}:
        before[number].shown = before[number].alive = False
    after = data.draw(st.permutations([row for row in before if row.shown] + things("ABC")))
    new_top = position.follow(before, after, Window(top, height), settled=True)
    assert position.row is before[index]
    assert after[position.index] is before[index]
    at_an_end = new_top in {0, max(0, len(after) - height)}
    assert at_an_end or position.index - new_top == index - top
    assert new_top <= position.index < new_top + height
