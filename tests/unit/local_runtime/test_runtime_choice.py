"""How a runtime is chosen, and what it says of itself."""

from __future__ import annotations

import asyncio
import resource
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime import create
from k8s_sandbox_tui.local_cluster.runtime.bubblewrap import BubblewrapLauncher
from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from k8s_sandbox_tui.local_cluster.runtime.landlock import allowed, ruleset, syscall_filter
from k8s_sandbox_tui.local_cluster.runtime.limits import choose, delegation, process_tree, watchdog
from k8s_sandbox_tui.local_cluster.runtime.limits.cgroup2 import CgroupLimiter
from tests.unit.local_runtime.kit import Kit, names_in

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.launcher import Launcher


@pytest.fixture
def no_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes this an older Linux."""
    monkeypatch.setattr(ruleset, "version", lambda: 0)


def _program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.usefixtures("no_landlock")
async def test_without_bubblewrap_pods_are_plain_processes_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    runtime = await create_runtime(tmp_path / "runtime")
    assert (runtime.isolation, runtime.network) == ("process", "host")
    assert runtime.warning.startswith(
        "Sandboxes are not isolated on this machine: their commands run as plain processes"
    )
    assert "bubblewrap is not installed" in runtime.warning
    kit = Kit(runtime, tmp_path)
    assert (await kit.run(await kit.start(), "echo", "x")).stdout == b"x\n"
    await runtime.close()


@pytest.mark.usefixtures("no_landlock")
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'bwrap: No permissions to create new namespace' >&2; exit 1", "No permissions to create new namespace"),
        ("exit 0", "ended before the command was started"),
        ("exec /no/such", "/no/such"),
    ],
)
async def test_a_bubblewrap_that_does_not_run_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    _program(tmp_path / "bin", "bwrap", script)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    runtime = await create_runtime(tmp_path / "runtime")
    assert runtime.isolation == "process"
    assert "bubblewrap does not work here" in runtime.warning
    assert reason in runtime.warning
    assert names_in(tmp_path / "runtime") == ["shared"]
    await runtime.close()


@pytest.mark.usefixtures("no_landlock")
async def test_a_bubblewrap_that_does_not_isolate_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Skips its own options up to the interpreter, then runs it as it is.
    _program(tmp_path / "bin", "bwrap", 'while [ "${1##*python}" = "$1" ]; do shift; done; exec "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    runtime = await create_runtime(tmp_path / "runtime")
    assert runtime.isolation == "process"
    await runtime.close()


@pytest.mark.parametrize(
    ("holds", "expected", "tried"),
    [
        ({"bubblewrap", "landlock"}, "bubblewrap", {"bubblewrap"}),
        ({"landlock"}, "landlock", {"bubblewrap", "landlock"}),
        (set[str](), "process", {"bubblewrap", "landlock"}),
    ],
)
async def test_the_best_that_was_seen_to_hold_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holds: set[str], expected: str, tried: set[str]
) -> None:
    """On a machine that has both, whatever this one has."""
    asked: set[str] = set()

    async def probe(launcher: Launcher, _folder: Path, _script: str) -> str:
        kind = "bubblewrap" if isinstance(launcher, BubblewrapLauncher) else "landlock"
        asked.add(kind)
        return "" if kind in holds else "it does not isolate"

    _program(tmp_path / "bin", "bwrap", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(create, "probe", probe)
    monkeypatch.setattr(ruleset, "version", lambda: ruleset.NEEDED)
    monkeypatch.setattr(syscall_filter, "is_known_machine", lambda: True)
    monkeypatch.setattr(allowed, "TEMPORARY", "/nowhere")
    runtime = await create_runtime(tmp_path / "runtime")
    assert (runtime.isolation, asked) == (expected, tried)
    assert ("it does not isolate" in runtime.warning) is (expected != "bubblewrap")
    assert bool(runtime.warning) is (expected != "bubblewrap")
    await runtime.close()


def _bubblewrap_works() -> bool:
    """Asks bubblewrap itself for all that a Pod needs of the system."""
    options = "--unshare-user --unshare-pid --unshare-uts --unshare-ipc --ro-bind / / --proc /proc --dev /dev"
    try:
        done = subprocess.run(["bwrap", *options.split(), "true"], check=False, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return False
    return done.returncode == 0


async def test_where_bubblewrap_works_it_is_chosen(tmp_path: Path) -> None:
    if not await asyncio.to_thread(_bubblewrap_works):
        pytest.skip("bubblewrap is not installed or not allowed here")
    runtime = await create_runtime(tmp_path / "runtime")
    assert (runtime.isolation, runtime.warning) == ("bubblewrap", "")
    await runtime.close()


@pytest.mark.parametrize(
    ("system", "has", "expected"),
    [
        ("linux", {"groups", "children"}, "cgroup2 (memory)"),
        ("linux", {"children"}, "watchdog (memory, processes)"),
        ("linux", set[str](), "none"),
        ("darwin", {"groups", "children"}, "none"),
    ],
)
async def test_limits_are_held_in_the_best_way_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, has: set[str], expected: str
) -> None:
    groups = CgroupLimiter(tmp_path, frozenset({"memory"}), ours=False) if "groups" in has else None

    def find_cgroup(*, may_move: bool) -> CgroupLimiter | None:
        assert may_move
        return groups

    monkeypatch.setattr(choose.sys, "platform", system)
    monkeypatch.setattr(delegation, "find_cgroup", find_cgroup)
    monkeypatch.setattr(process_tree, "can_follow", lambda: "children" in has)
    assert (await choose.choose_limiter(may_move=True)).description == expected


@pytest.mark.parametrize(
    ("release", "user", "counted"),
    [
        ("5.14.0-generic", 1000, True),
        ("6.1.0", 1000, True),
        ("5.13.19", 1000, False),
        ("4.18.0-el8", 1000, False),
        ("6.1.0", 0, False),
        ("odd", 1000, False),
    ],
)
def test_where_the_system_counts_processes_by_user_namespace(
    monkeypatch: pytest.MonkeyPatch, release: str, user: int, counted: bool
) -> None:
    monkeypatch.setattr(watchdog.platform, "release", lambda: release)
    monkeypatch.setattr(watchdog.os, "geteuid", lambda: user)
    assert watchdog.counts_processes_by_namespace() is counted


async def test_the_folder_is_the_users_alone(tmp_path: Path) -> None:
    runtime = await create_runtime(tmp_path / "runtime", best="process")
    assert stat.S_IMODE((tmp_path / "runtime").stat().st_mode) == 0o700
    await runtime.close()


async def test_there_is_room_for_the_descriptors_of_many_pods(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    runtime = await create_runtime(tmp_path / "runtime", best="process")
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(hard, 65536)
    await runtime.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_pods_folder_is_removed_whatever_it_left_there(tmp_path: Path) -> None:
    runtime = await create_runtime(tmp_path / "runtime")
    kit = Kit(runtime, tmp_path)
    pod = await kit.start()
    await kit.shell(
        pod, "cd /tmp 2>/dev/null; cd; mkdir -p deep/er; touch deep/er/x; ln -s / deep/root; chmod 0 deep/er deep"
    )
    await pod.stop(0)
    await runtime.remove(pod.spec.state_dir)
    await runtime.remove(pod.spec.state_dir)
    assert "pod-0" not in names_in(tmp_path)
    await runtime.close()


async def test_a_zygote_that_was_killed_is_replaced(tmp_path: Path) -> None:
    runtime = await create_runtime(tmp_path / "runtime", best="process")
    kit = Kit(runtime, tmp_path)
    pod = await kit.start()
    zygote = (await kit.shell(pod, "cat /proc/$PPID/stat")).stdout.split()[3].decode()
    await kit.run(pod, "kill", "-9", zygote)
    other = await kit.start()
    assert (await kit.run(other, "echo", "x")).stdout == b"x\n"
    assert (await kit.run(pod, "echo", "y")).stdout == b"y\n"
    await runtime.close()
    assert await pod.wait() == 0 or await pod.wait() == 137
