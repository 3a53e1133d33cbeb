"""How the steps of a create become lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.create.stages import Stages, StageState, seconds
from k8s_sandbox_tui.provider.models import CreateProgress, CreateStage

ACCEPTED, SCHEDULED, PULLING, STARTING, RUNNING = CreateStage


def _steps(*steps: tuple[CreateStage, int, str]) -> Stages:
    stages = Stages()
    for stage, elapsed, detail in steps:
        stages = stages.advance(CreateProgress(stage=stage, sandbox_id="d/x", elapsed_ms=elapsed, detail=detail))
    return stages


def test_nothing_is_reached_at_first() -> None:
    assert {line.state for line in Stages().lines(100)} == {StageState.AHEAD}


def test_times_are_those_of_each_stage() -> None:
    stages = _steps((ACCEPTED, 40, ""), (SCHEDULED, 100, ""), (PULLING, 300, "Pulling image"))
    assert [(line.state.value, line.milliseconds, line.note) for line in stages.lines(1_300)] == [
        ("done", 60, ""),
        ("done", 200, ""),
        ("now", 1_000, "Pulling image"),
        ("ahead", None, ""),
        ("ahead", None, ""),
    ]


def test_a_skipped_stage_is_told_from_one_ahead() -> None:
    lines = _steps((ACCEPTED, 0, ""), (STARTING, 100, "")).lines(200)
    assert [line.state.value for line in lines] == ["done", "skipped", "skipped", "now", "ahead"]


def test_the_end_is_done() -> None:
    lines = _steps((ACCEPTED, 0, ""), (RUNNING, 900, "")).lines(5_000)
    assert lines[0].milliseconds == 900
    assert (lines[-1].state, lines[-1].milliseconds) == (StageState.DONE, None)


def test_a_further_word_on_a_stage_keeps_its_start() -> None:
    stages = _steps((PULLING, 100, "Pulling"), (PULLING, 900, "ErrImagePull"), (PULLING, 950, ""))
    assert stages.lines(1_000)[2] == (PULLING, StageState.NOW, 900, "ErrImagePull")


def test_a_failure_marks_where_it_happened() -> None:
    lines = _steps((ACCEPTED, 0, ""), (PULLING, 100, "ErrImagePull")).fail().lines(500)
    assert [line.state.value for line in lines] == ["done", "skipped", "failed", "ahead", "ahead"]


@given(
    st.lists(st.tuples(st.sampled_from(list(CreateStage)), st.integers(0, 10_000), st.text())), st.integers(0, 20_000)
)
def test_any_order_of_steps_makes_five_lines(steps: list[tuple[CreateStage, int, str]], elapsed: int) -> None:
    lines = _steps(*steps).lines(elapsed)
    assert [line.stage for line in lines] == list(CreateStage)
    assert all(line.milliseconds is None or line.milliseconds >= 0 for line in lines)
    assert sum(line.state is StageState.NOW for line in lines) <= 1


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0.0 s"),
        (99, "0.0 s"),
        (1_450, "1.4 s"),
        (59_999, "59.9 s"),
        (60_000, "1 min 00 s"),
        (125_900, "2 min 05 s"),
    ],
)
def test_durations(milliseconds: int, text: str) -> None:
    assert seconds(milliseconds) == text
