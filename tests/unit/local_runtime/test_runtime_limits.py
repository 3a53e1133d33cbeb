"""What a Pod may use of the machine, however that is enforced here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime.limits import watchdog
from k8s_sandbox_tui.local_cluster.runtime.limits.hold import PROCESSES
from k8s_sandbox_tui.local_cluster.runtime.types import Ending
from tests.unit.local_runtime.kit import PATIENCE, Kit, started, until_all_ended

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod

pytestmark = pytest.mark.asyncio(loop_scope="module")
_MIB = 1024**2
# Takes 4 MiB more, again and again, slowly enough for the machine's sake.
_HOG = "import time; kept = []\nwhile True: kept.append(b'x' * (4 << 20)); time.sleep(0.002)"
_OUT_OF_MEMORY = Ending(reason="OOMKilled")


def _needs_limits(kit: Kit) -> None:
    if kit.runtime.limits == "none":
        pytest.skip("nothing holds Pods back on this machine")


def _needs_watchdog(kit: Kit) -> None:
    if not kit.runtime.limits.startswith("watchdog"):
        pytest.skip(f"limits here: {kit.runtime.limits}")


async def _ended(pod: RunningPod) -> int:
    async with asyncio.timeout(PATIENCE):
        return await pod.wait()


async def test_a_main_process_that_takes_too_much_memory_is_killed(kit: Kit) -> None:
    _needs_limits(kit)
    pod = await kit.start("python3", "-c", _HOG, memory_bytes=64 * _MIB)
    assert await _ended(pod) == 137
    assert pod.ending == _OUT_OF_MEMORY


async def test_so_is_the_whole_pod_of_a_command_that_does(kit: Kit, token: str) -> None:
    _needs_limits(kit)
    pod = await kit.start("sleep", token, memory_bytes=64 * _MIB)
    pids = [await started(token)]
    finished = await kit.shell(pod, f"setsid python3 -c '{_HOG.replace(chr(39), chr(34))}'; true")
    assert finished.code == 137
    assert await _ended(pod) == 137
    assert pod.ending == _OUT_OF_MEMORY
    await until_all_ended(pids)


async def test_files_in_memory_count(isolated: Kit) -> None:
    _needs_limits(isolated)
    pod = await isolated.start(memory_bytes=64 * _MIB)
    for folder in ("/data", "/dev/shm"):
        await isolated.shell(pod, f"mkdir -p {folder} && head -c {40 * _MIB} /dev/zero >{folder}/x")
    assert await _ended(pod) == 137
    assert pod.ending == _OUT_OF_MEMORY


async def test_within_its_limits_a_pod_is_left_alone(kit: Kit) -> None:
    pod = await kit.start("python3", "-c", "x = b'x' * (40 << 20); print(len(x))", memory_bytes=512 * _MIB)
    assert await _ended(pod) == 0
    assert pod.ending == Ending()


@pytest.mark.parametrize("program", [("node", "-e"), ("python3", "-c")])
async def test_runtimes_start_with_the_memory_they_get_by_default(kit: Kit, program: tuple[str, str]) -> None:
    if not kit.runtime.has_executable(program[0]):
        pytest.skip(f"this machine has no {program[0]}")
    script = "console.log(1 + 1)" if program[0] == "node" else "print(1 + 1)"
    for mebibytes in (128, 1024):
        pod = await kit.start(memory_bytes=mebibytes * _MIB)
        finished = await kit.run(pod, *program, script)
        assert (finished.code, finished.stdout) == (0, b"2\n"), finished.stderr


async def test_one_process_cannot_outrun_the_watchdog(kit: Kit) -> None:
    _needs_watchdog(kit)
    pod = await kit.start(memory_bytes=64 * _MIB)
    assert int((await kit.shell(pod, "ulimit -d; ulimit -Hd")).stdout.split()[1]) == (2 * 64 + 1024) * 1024
    grab = "import mmap; mmap.mmap(-1, 2 << 30, flags=mmap.MAP_PRIVATE)"
    assert b"Cannot allocate memory" in (await kit.run(pod, "python3", "-c", grab)).stderr


async def test_too_many_processes_end_the_pod(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    _needs_watchdog(kit)
    monkeypatch.setattr(watchdog, "PROCESSES", 30)
    pod = await kit.start("sh", "-c", "for i in $(seq 60); do sleep 100 & done; wait")
    code = await _ended(pod)
    if pod.ending == Ending():
        # A Pod with a user namespace of its own: the kernel itself starts no more, and the shell gives up.
        assert code not in (0, 137)
    else:
        message = f"the container had more than {PROCESSES} processes"
        assert (code, pod.ending) == (137, Ending(reason="Error", message=message))


async def test_a_pod_that_ends_by_itself_was_not_ended(kit: Kit) -> None:
    _needs_limits(kit)
    pod = await kit.start("sh", "-c", "kill -9 $$", memory_bytes=64 * _MIB)
    assert await _ended(pod) == 137
    assert pod.ending == Ending()
