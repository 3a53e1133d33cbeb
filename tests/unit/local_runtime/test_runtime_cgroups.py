"""Control groups of version 2: what is written to them, and how one is found. A folder stands in for the kernel's."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from k8s_sandbox_tui.local_cluster.runtime.limits import cgroup2, delegation, systemd_scope
from k8s_sandbox_tui.local_cluster.runtime.limits.cgroup2 import CgroupLimiter, kill_all, remove_empty
from k8s_sandbox_tui.local_cluster.runtime.types import Ending, PodProcessSpec
from tests.unit.local_runtime.kit import PATIENCE

_ALL = frozenset({"memory", "pids", "cpu"})
_UNIFIED = delegation.own_group()


def _spec(memory: int | None = 1024**3, cpu: float | None = 0.5) -> PodProcessSpec:
    return PodProcessSpec(
        uid="u", name="n", namespace="ns", hostname="h", argv=("x",), state_dir=Path(), memory_bytes=memory, cpu=cpu
    )


def _values(group: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in group.iterdir()}


def test_a_container_gets_what_a_kubelet_would_write(tmp_path: Path) -> None:
    (tmp_path / "memory.swap.max").write_text("max")
    limiter = CgroupLimiter(tmp_path, _ALL, ours=False)
    assert limiter.description == "cgroup2 (memory, processes, cpu)"
    limiter.hold(_spec())
    assert _values(tmp_path / "pod-1") == {
        "memory.max": "1073741824",
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "4096",
        "cpu.max": "50000 100000",
    }


@pytest.mark.parametrize(
    ("controllers", "spec", "expected"),
    [
        ({"memory"}, _spec(), {"memory.max", "memory.oom.group"}),
        (_ALL, _spec(memory=None, cpu=None), {"pids.max"}),
        ({"memory", "cpu"}, _spec(memory=None, cpu=0.001), {"cpu.max"}),
    ],
)
def test_what_is_not_limited_is_not_written(
    tmp_path: Path, controllers: set[str], spec: PodProcessSpec, expected: set[str]
) -> None:
    CgroupLimiter(tmp_path, frozenset(controllers), ours=False).hold(spec)
    assert _values(tmp_path / "pod-1").keys() == expected
    assert _values(tmp_path / "pod-1").get("cpu.max", "1000 100000") == "1000 100000"


def test_a_limit_that_cannot_be_set_leaves_no_group_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(PermissionError):
        CgroupLimiter(tmp_path, _ALL, ours=False).hold(_spec())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("events", "ending"), [("oom 1\noom_kill 2\n", "OOMKilled"), ("oom 1\noom_kill 0\n", "")])
async def test_the_kernel_tells_that_it_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: str, ending: str
) -> None:
    hold = CgroupLimiter(tmp_path, _ALL, ours=False).hold(_spec())
    monkeypatch.setattr(cgroup2, "_PAUSES", (0.0,))
    (tmp_path / "pod-1" / "memory.events").write_text(events)
    assert await hold.release() == Ending(reason=ending)
    assert await hold.release() == Ending(reason=ending)


@pytest.mark.parametrize(
    ("groups", "mounts", "expected"),
    [
        ("0::/user.slice/app.scope", "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw",
         "/sys/fs/cgroup/user.slice/app.scope"),
        ("4:memory:/x\n0::/", "31 23 0:28 / /g rw - tmpfs tmpfs rw\n41 31 0:38 / /g/unified rw - cgroup2 none rw",
         "/g/unified"),
        ("0::/docker/abc/own", "9 1 0:2 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw", "/sys/fs/cgroup/own"),
        ("0::/elsewhere", "9 1 0:2 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw", None),
        ("0::/", r"9 1 0:2 / /my\040groups rw - cgroup2 cgroup rw", "/my groups"),
        ("4:memory:/x", "9 1 0:2 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_the_own_group_is_found(tmp_path: Path, groups: str, mounts: str, expected: str | None) -> None:
    (tmp_path / "cgroup").write_text(groups)
    (tmp_path / "mountinfo").write_text(mounts)
    assert delegation.own_group(tmp_path) == (None if expected is None else Path(expected))


def test_a_machine_that_tells_nothing_has_no_group(tmp_path: Path) -> None:
    assert delegation.own_group(tmp_path) is None


def test_systemd_is_asked_for_a_scope_that_is_ours() -> None:
    words = systemd_scope.request("busctl", as_root=False, pid=4711)
    assert words[1] == "--user"
    signature = words.index("ssa(sv)a(sa(sv))")
    assert words[signature + 1 :] == [
        *("k8s-sandbox-tui-4711.scope", "fail", "4"),
        *("Description", "s", "Local cluster of k8s-sandbox-tui", "PIDs", "au", "1", "4711"),
        *("Delegate", "b", "true", "CollectMode", "s", "inactive-or-failed", "0"),
    ]


@pytest.mark.skipif(
    _UNIFIED is None or not os.access(_UNIFIED, os.W_OK) or os.geteuid() != 0 or (_UNIFIED / "cgroup.type").exists(),
    reason="needs root in the root group of a machine",
)
def test_real_groups_are_left_empty_and_removed() -> None:
    assert _UNIFIED is not None
    base = _UNIFIED / f"test-{os.getpid()}"
    base.mkdir()
    try:
        hold = CgroupLimiter(base, frozenset(), ours=True).hold(_spec())
        procs = hold.entry().procs
        assert procs is not None
        with os.fdopen(procs, "wb") as file:
            subprocess.run(["sh", "-c", "echo 0; (setsid sleep 100 >/dev/null &)"], stdout=file, check=True)
        left = (base / "pod-1" / "cgroup.procs").read_text().split()
        assert len(left) == 1
        kill_all(base / "pod-1")
        deadline = time.monotonic() + PATIENCE
        while not hold.is_removed():
            assert time.monotonic() < deadline
        assert not (base / "pod-1").exists()
        assert not Path(f"/proc/{left[0]}").exists() or "Z" in Path(f"/proc/{left[0]}/stat").read_text().split()[2]
        (base / "pod-2").mkdir()
    finally:
        remove_empty(base)
    assert not base.exists()
