"""One measured figure, and what it is to reach."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """What a piece of work took here; beside a peer in the same run where the goal is a ratio."""

    work: str
    value: float
    unit: str
    peer: str = ""
    """Who did the same work for comparison."""
    peer_value: float | None = None
    most: float | None = None
    """The goal: the most that the ratio to the peer, or without a peer the value, may be."""
    least: float | None = None
    """The goal where more is better: the least that it may be."""

    prototype: str = ""
    """What a throw-away prototype took on a like machine: beside ours for people to see, and no goal."""

    @property
    def ratio(self) -> float | None:
        """Our figure divided by the peer's."""
        return None if not self.peer_value else self.value / self.peer_value

    @property
    def reached(self) -> bool:
        """Whether the goal is reached; a measurement without a goal always is."""
        figure = self.value if self.peer_value is None else self.ratio
        if figure is None:
            return False
        return (self.most is None or figure <= self.most) and (self.least is None or figure >= self.least)


def median_seconds(work: Callable[[], object], *, times: int = 5) -> float:
    """Returns the median duration of some work in seconds, after one run that is not counted."""
    work()
    durations: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return statistics.median(durations)


def report(measurements: Sequence[Measurement]) -> str:
    """Lays out measurements as a table for people."""
    rows = [("work", "here", "prototype", "peer", "ratio", "goal", "")]
    for one in measurements:
        peer = f"{one.peer_value:.4g} {one.unit} {one.peer}" if one.peer_value is not None else ""
        bounds = (("<=", one.most), (">=", one.least))
        rows.append(
            (
                one.work,
                f"{one.value:.4g} {one.unit}",
                one.prototype,
                peer,
                "" if one.ratio is None else f"{one.ratio:.3g}",
                " ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None),
                "" if one.reached else "MISSED",
            )
        )
    if not any(one.prototype for one in measurements):
        rows = [row[:2] + row[3:] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
