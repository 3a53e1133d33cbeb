from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.kubelet.process_usage import (
    ProcessUsage,
    Usage,
    machine_usage,
    read_processes,
    tree_usage,
)
from k8s_sandbox_tui.local_cluster.kubelet.usage_sampler import MACHINE, UsageSampler

if TYPE_CHECKING:
    from pathlib import Path

_needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="this system has no /proc")


def _process(proc: Path, pid: int, parent: int, *, ticks: int, pages: int, name: str = "sh") -> None:
    (proc / str(pid)).mkdir()
    numbers = [0] * 50
    numbers[10:14] = [ticks, 0, 0, ticks]
    fields = " ".join(map(str, numbers))
    (proc / str(pid) / "stat").write_text(f"{pid} ({name}) S {parent} {fields[2:]}\n")
    (proc / str(pid) / "statm").write_text(f"9999 {pages + 7} 7 0 0 0 0\n")


def test_processes_are_read_whatever_their_names(tmp_path: Path) -> None:
    _process(tmp_path, 10, 1, ticks=50, pages=3, name="a ) S 99 (b")
    (tmp_path / "10" / "unrelated").touch()
    (tmp_path / "meminfo").touch()
    (tmp_path / "77").mkdir()
    assert read_processes(tmp_path) == {
        10: ProcessUsage(1, 100 / os.sysconf("SC_CLK_TCK"), 3 * os.sysconf("SC_PAGE_SIZE"))
    }


def test_without_proc_there_is_nothing(tmp_path: Path) -> None:
    assert read_processes(tmp_path / "none") == {}
    assert machine_usage(tmp_path / "none") is None


def test_a_tree_is_counted_whole() -> None:
    processes = {pid: ProcessUsage(parent, 1.0, 10) for pid, parent in ((1, 0), (2, 1), (3, 2), (4, 3), (5, 1), (6, 5))}
    assert tree_usage(processes, {2, 5, 99}) == {2: Usage(3.0, 30), 5: Usage(2.0, 20)}


@given(st.dictionaries(st.integers(1, 12), st.integers(0, 12), max_size=12), st.sets(st.integers(1, 12), max_size=3))
def test_any_parents_even_circles_are_counted_at_most_once(parents: dict[int, int], roots: set[int]) -> None:
    processes = {pid: ProcessUsage(parent, 1.0, 1) for pid, parent in parents.items()}
    totals = tree_usage(processes, roots)
    assert set(totals) == roots & set(processes)
    assert sum(total.memory_bytes for total in totals.values()) <= len(processes)
    assert all(total.memory_bytes >= 1 for total in totals.values())


@_needs_proc
async def test_loads_of_this_process_and_the_machine() -> None:
    loads = await UsageSampler().loads({os.getpid(), MACHINE, 2**30})
    assert set(loads) == {os.getpid(), MACHINE}
    assert loads[os.getpid()].memory_bytes > 10_000_000
    assert 0 <= loads[os.getpid()].cores <= (os.cpu_count() or 1) + 1
    assert loads[MACHINE].memory_bytes > loads[os.getpid()].memory_bytes
