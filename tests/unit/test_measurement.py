"""A goal is reached or missed, and the table of a benchmark run says which."""

from __future__ import annotations

import pytest

from tests.bench.measurement import Measurement, report


@pytest.mark.parametrize(
    ("measurement", "reached"),
    [
        (Measurement(work="w", value=5, unit="ms"), True),
        (Measurement(work="w", value=5, unit="ms", most=5), True),
        (Measurement(work="w", value=5.1, unit="ms", most=5), False),
        (Measurement(work="w", value=5, unit="MB/s", least=6), False),
        (Measurement(work="w", value=5, unit="ms", peer="kubectl", peer_value=10, most=0.5), True),
        (Measurement(work="w", value=6, unit="ms", peer="kubectl", peer_value=10, most=0.5), False),
        (Measurement(work="w", value=6, unit="ms", peer="kubectl", peer_value=0, most=0.5), False),
    ],
)
def test_a_goal_is_reached_or_missed(measurement: Measurement, *, reached: bool) -> None:
    assert measurement.reached is reached


def test_the_table_names_what_was_missed() -> None:
    table = report(
        [
            Measurement(work="list", value=12.0, unit="ms", peer="kubectl", peer_value=10, most=1),
            Measurement(work="start", value=1, unit="s"),
        ]
    )
    assert table.splitlines() == [
        "work   here   peer           ratio  goal",
        "list   12 ms  10 ms kubectl  1.2    <= 1  MISSED",
        "start  1 s",
    ]


def test_a_prototypes_figures_are_shown_and_are_no_goal() -> None:
    measurements = [
        Measurement(work="ready", value=400, unit="ms", prototype="250 ms", most=500),
        Measurement(work="list", value=2, unit="ms"),
    ]
    assert all(one.reached for one in measurements)
    assert report(measurements).splitlines() == [
        "work   here    prototype  peer  ratio  goal",
        "ready  400 ms  250 ms                  <= 500",
        "list   2 ms",
    ]
