"""Where a text stands in output, and how one steps through the places."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.console import search as search_module
from k8s_sandbox_tui.dashboard.console.line import OutputLine
from k8s_sandbox_tui.dashboard.console.search import Search


def searched(text: str, *lines: str, first: int = 0) -> Search:
    search = Search(text)
    search.add(first, [OutputLine(line) for line in lines])
    return search


@pytest.mark.parametrize(
    ("text", "line", "places"),
    [
        ("error", "Error: no error, ERROR", [(0, 5), (10, 15), (17, 22)]),
        ("Error", "Error: no error, ERROR", [(0, 5)]),
        ("aa", "aaaaa", [(0, 2), (2, 4)]),
        ("größe", "GRÖSSE Größe", [(7, 12)]),
        ("[x", "a [x] b", [(2, 4)]),
        ("i", "İi", [(1, 2)]),
        ("z", "", []),
    ],
)
def test_capital_letters_count_where_there_are_any(text: str, line: str, places: list[tuple[int, int]]) -> None:
    assert [(place.start, place.end) for place in searched(text, line).places] == places


@given(st.text("abA", min_size=1, max_size=3), st.lists(st.text("abA\u00e9", max_size=8), max_size=8))
def test_it_finds_what_a_regular_expression_finds(text: str, lines: list[str]) -> None:
    flags = re.IGNORECASE if text == text.lower() else 0
    expected = [
        (number, match.start(), match.end())
        for number, line in enumerate(lines)
        for match in re.finditer(re.escape(text), line, flags)
    ]
    assert searched(text, *lines).places == expected


def test_steps_go_round_in_both_directions_and_the_words_say_where_one_is() -> None:
    search = searched("a", "a-a", "b", "a", first=7)
    assert search.words == "3 found"
    seen: list[tuple[int, int]] = []
    for forwards in (True, True, True, True, False, False):
        place = search.step(forwards)
        assert place is not None
        seen.append((place.number, place.start))
    assert seen == [(7, 0), (7, 2), (9, 0), (7, 0), (9, 0), (7, 2)]
    assert search.words == "2 of 3"
    assert [mark.here for mark in search.marks(7)] == [False, True]
    assert search.marks(8) == []


def test_the_first_step_begins_where_one_looks() -> None:
    search = searched("a", "a", "a", "a")
    assert search.step(True, start=(1, -1)) == (1, 0, 1)


def test_nothing_found_says_so_and_has_nowhere_to_go() -> None:
    search = searched("a", "b")
    assert search.step(True) is None
    assert search.words == "not found"


def test_dropped_lines_are_forgotten_and_new_ones_searched() -> None:
    search = searched("a", "a", "a", "a")
    search.step(True)
    search.drop_before(2)
    search.add(3, [OutputLine("xa")])
    assert search.words == "2 found"
    assert search.step(True) == (2, 0, 1)
    assert search.step(True) == (3, 1, 2)


def test_the_places_are_bounded_and_the_words_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "MAX_PLACES", 5)
    search = searched("a", "aaaa", "aaaa")
    assert len(search.places) == 5
    assert search.words == "5+ found"
