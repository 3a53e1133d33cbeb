"""Runs the benchmarks and prints a table: `python -m tests.bench [NAME…]`.

A benchmark is a module `bench_NAME.py` in this folder with a function `measure()` that returns its
measurements. The exit code is 1 where a goal is missed.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from tests.bench.measurement import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.measurement import Measurement


class Benchmark(Protocol):
    """A module that measures something."""

    def measure(self) -> Sequence[Measurement]:
        """Does the work and returns what it took."""
        ...


def main(names: Sequence[str]) -> int:
    known = sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"error: no benchmark {unknown[0]}; there are: {', '.join(known) or 'none'}", file=sys.stderr)
        return 2
    measurements: list[Measurement] = []
    for name in names or known:
        print(f"{name} …", file=sys.stderr)
        measurements.extend(cast("Benchmark", importlib.import_module(f"tests.bench.bench_{name}")).measure())
    print(report(measurements))
    return 0 if all(one.reached for one in measurements) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
