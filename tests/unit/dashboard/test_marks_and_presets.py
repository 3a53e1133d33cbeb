"""Marks by uid, and the presets that mark many: what each of them comes to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.filter.parse import parse_filter
from k8s_sandbox_tui.dashboard.mark_presets import PRESET_BY_ID, PRESETS, choose
from k8s_sandbox_tui.dashboard.marks import Marks
from k8s_sandbox_tui.dashboard.store import SandboxStore
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import NOW, sandbox_info

INFOS = [
    sandbox_info(1, age=1, uid="a"),
    sandbox_info(2, age=2, uid="b", status=SandboxStatus.FAILED),
    sandbox_info(3, age=3, uid="c", status=SandboxStatus.STOPPED),
    sandbox_info(4, age=7200, uid="d", status=SandboxStatus.FAILED),
    sandbox_info(5, age=86_400 * 3, uid="e", image="busybox"),
]


def store_of(*marked: str, filtered: str = "") -> SandboxStore:
    store = SandboxStore()
    store.apply(INFOS, ())
    store.filter_by(parse_filter(filtered))
    store.arrange()
    store.marks.add(marked)
    return store


@pytest.mark.parametrize(
    ("preset", "text", "marks"),
    [
        ("all", "", "abcde"),
        ("none", "", ""),
        ("invert", "", "bcde"),
        ("failed", "", "abd"),
        ("finished", "", "abcd"),
        ("older", "2s", "abcde"[0] + "cde"),
        ("older", "1h", "ade"),
        ("older", "2d12h", "ae"),
        ("filter", "busy", "ae"),
    ],
)
def test_what_a_preset_marks(preset: str, text: str, marks: str) -> None:
    choice = choose(PRESET_BY_ID[preset], store_of("a"), NOW, text)
    assert not choice.problem
    assert sorted(choice.marks) == list(marks)


@pytest.mark.parametrize(("preset", "text"), [("older", ""), ("older", "2"), ("older", "h"), ("filter", " ")])
def test_what_is_missing_is_named(preset: str, text: str) -> None:
    choice = choose(PRESET_BY_ID[preset], store_of("a"), NOW, text)
    assert choice.problem
    assert not choice.marks


def test_nothing_that_the_filter_hides_is_marked_or_loses_its_mark() -> None:
    hidden = store_of("a", "e", filtered="busybox")
    assert sorted(choose(PRESET_BY_ID["all"], hidden, NOW).marks) == ["a", "e"]
    assert choose(PRESET_BY_ID["invert"], hidden, NOW).marks == ("a",)
    assert choose(PRESET_BY_ID["older"], store_of(filtered="busybox"), NOW + timedelta(days=9), "1s").marks == ("e",)


def test_every_preset_has_a_letter_of_its_own() -> None:
    assert len({preset.key for preset in PRESETS}) == len(PRESETS)


@given(st.lists(st.tuples(st.sampled_from(["toggle", "add", "discard", "clear"]), st.sampled_from("abcd"))))
def test_marks_are_a_set_that_keeps_its_order(steps: list[tuple[str, str]]) -> None:
    marks = Marks()
    expected: list[str] = []
    for step, uid in steps:
        before = (list(marks), marks.version)
        there = uid in expected
        match step:
            case "add":
                marks.add((uid,))
            case "clear":
                marks.clear()
                expected = []
            case _:
                marks.toggle(uid) if step == "toggle" else marks.discard(uid)
        if there and step in {"toggle", "discard"}:
            expected.remove(uid)
        elif not there and step in {"toggle", "add"}:
            expected.append(uid)
        assert list(marks) == expected
        assert len(marks) == len(expected)
        assert (uid in marks) is (uid in expected)
        assert before[0] == list(marks) or before[1] != marks.version


def test_a_sandbox_that_is_gone_loses_its_mark_and_what_is_hidden_is_counted() -> None:
    store = store_of("a", "e")
    assert store.hidden_marks == 0
    store.filter_by(parse_filter("busybox"))
    store.arrange()
    assert store.hidden_marks == 1
    store.apply((), ["a"])
    store.arrange()
    assert list(store.marks) == ["e"]
    assert store.hidden_marks == 0
