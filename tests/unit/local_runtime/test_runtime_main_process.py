"""The main process of a Pod: how it starts, ends and is stopped, and that nothing outlives it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from k8s_sandbox_tui.local_cluster.runtime.create import Isolation, create_runtime
from k8s_sandbox_tui.local_cluster.runtime.types import PodGoneError, StartError
from tests.unit.local_runtime.kit import PATIENCE, Kit, logged, names_in, read_some, until_all_ended, with_argument

pytestmark = pytest.mark.asyncio(loop_scope="module")
_CREATE = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
)
_START = f"{_CREATE}unable to start container process: "


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137), ("kill -TERM $$", 143), ("exit 255", 255)],
)
async def test_the_exit_code_is_that_of_the_main_process(kit: Kit, script: str, code: int) -> None:
    pod = await kit.start("/bin/sh", "-c", script)
    assert await pod.wait() == code
    assert await pod.wait() == code


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("/no/such/binary",), 'exec: "/no/such/binary": stat /no/such/binary: no such file or directory: unknown'),
        (("no-such-program", "x"), 'exec: "no-such-program": executable file not found in $PATH: unknown'),
        (("/usr",), 'exec: "/usr": is a directory: unknown'),
        (("/usr/lib/os-release",), 'exec: "/usr/lib/os-release": permission denied: unknown'),
        (("/bin/sh", "a\0b"), "exec /bin/sh: invalid argument: unknown"),
    ],
)
async def test_a_main_process_that_cannot_start_is_worded_as_by_containerd(
    kit: Kit, argv: tuple[str, ...], message: str
) -> None:
    with pytest.raises(StartError) as caught:
        await kit.start(*argv)
    assert (caught.value.reason, caught.value.exit_code) == ("StartError", 128)
    assert caught.value.message == _START + message


async def test_a_working_directory_is_made(kit: Kit) -> None:
    pod = await kit.start(working_dir="/workspace/deep")
    finished = await kit.shell(pod, "pwd; touch here")
    assert finished.stdout.endswith(b"/workspace/deep\n")
    assert finished.code == 0


async def test_a_working_directory_that_cannot_be_is_an_error(kit: Kit) -> None:
    with pytest.raises(StartError) as caught:
        await kit.start(working_dir="/root/.npmrc/below")
    assert caught.value.message.startswith(f'{_START}chdir to cwd ("')
    assert caught.value.message.endswith('/root/.npmrc/below") set in config.json failed: not a directory: unknown')


async def test_a_working_directory_stays_in_the_pod(kit: Kit) -> None:
    pod = await kit.start(working_dir="../../../../../../outside/./it")
    assert (await kit.shell(pod, "pwd")).stdout.endswith(b"/root/outside/it\n" if kit.plain else b"/outside/it\n")
    assert "outside" in names_in(pod.spec.state_dir / "root")


async def test_a_container_that_starts_again_finds_its_files_gone_and_may_have_another_log(kit: Kit) -> None:
    script = "ls -A $HOME/mine 2>&1 | grep -c mine$; touch $HOME/mine"
    first = await kit.start("sh", "-c", script)
    assert await first.wait() == 0
    second = await kit.start("sh", "-c", script, state_dir=first.spec.state_dir, log_name="second.log")
    assert await second.wait() == 0
    for pod in (first, second):
        assert [line[-1:] for line in pod.log_path.read_bytes().splitlines()] == [b"0"]
    first.discard_log()
    assert not first.log_path.exists()
    assert second.log_path.exists()


async def test_a_main_process_with_a_handler_ends_before_its_grace(kit: Kit) -> None:
    pod = await kit.start(
        "/bin/sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 3600 & wait $!; done"
    )
    await logged(pod, b"up\n")
    began = time.monotonic()
    await pod.stop(3600)
    assert time.monotonic() - began < PATIENCE
    assert await pod.wait() == 5
    assert b"stdout F bye\n" in pod.log_path.read_bytes()


async def test_a_main_process_without_a_handler_takes_the_full_grace_as_pid_1_does(kit: Kit, token: str) -> None:
    pod = await kit.start("sleep", token)
    began = time.monotonic()
    await pod.stop(0.3)
    assert time.monotonic() - began >= 0.29
    assert await pod.wait() == 137


async def test_a_second_stop_can_only_shorten_the_grace(kit: Kit, token: str) -> None:
    pod = await kit.start("sleep", token)
    first = asyncio.create_task(pod.stop(3600))
    await asyncio.sleep(0)
    second = asyncio.create_task(pod.stop(7200))
    await asyncio.sleep(0)
    assert not first.done()
    await pod.stop(0)
    await asyncio.gather(first, second)
    assert await pod.wait() == 137


_ESCAPEES = """
echo main $$
sh -c "$0" &
setsid sh -c "$0" &
(setsid sh -c "($0) & $0" &) &
env -i /usr/bin/setsid /bin/sh -c "$0" &
(trap '' TERM HUP INT; exec sh -c "$0") &
"""
_ESCAPED = 6


def _escape(token: str, last: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", _ESCAPEES + last, f"echo up; exec sleep {token}")


@pytest.mark.parametrize("way", ["stop", "main process ends"])
async def test_nothing_escapes_when_a_pod_ends(kit: Kit, token: str, way: str) -> None:
    pod = await kit.start(*_escape(token, "while :; do sleep 3600; done"))
    main = (await logged(pod, b"up\n", _ESCAPED)).partition(b"F main ")[2].split()[0].decode()
    process = await pod.exec(_escape(token, "wait"), stdin=False, stdout=True, stderr=True, tty=False)
    assert process.stdout_fd is not None
    got = b""
    while got.count(b"up\n") < _ESCAPED:
        got += await read_some(process.stdout_fd)
    if way == "stop":
        await pod.stop(0)
    else:
        await kit.shell(pod, f"kill -9 {main}")
    assert await pod.wait() == 137
    assert with_argument(token) == []
    assert await process.wait() == 137
    process.close()


@pytest.mark.parametrize("best", ["bubblewrap", "landlock", "process"])
async def test_nothing_escapes_when_the_runtime_closes(apart: Path, token: str, best: Isolation) -> None:
    kit = Kit(await create_runtime(apart / best / "runtime", best=best), apart / best)
    for pod in [await kit.start(*_escape(token, "while :; do sleep 3600; done")) for _ in range(3)]:
        await logged(pod, b"up\n", _ESCAPED)
    await kit.runtime.close()
    assert with_argument(token) == []


async def test_an_exec_into_a_pod_that_has_ended_says_so(kit: Kit) -> None:
    pod = await kit.start("/bin/sh", "-c", "exit 0")
    await pod.wait()
    with pytest.raises(PodGoneError):
        await pod.exec(["true"], stdin=False, stdout=True, stderr=True, tty=False)


async def test_a_killed_supervisor_takes_its_pod_along(kit: Kit, token: str) -> None:
    pod = await kit.start(*_escape(token, "wait"))
    await logged(pod, b"up\n", _ESCAPED)
    pids = with_argument(token)
    supervisor = _supervisor_of(min(pids))
    os.kill(supervisor, signal.SIGKILL)
    assert await pod.wait() == 137
    await until_all_ended(pids)
    assert with_argument(token) == []


async def test_a_supervisor_that_was_stopped_does_not_save_its_pod(kit: Kit, token: str) -> None:
    pod = await kit.start("sh", "-c", "echo up; sleep $0 & wait", token)
    await logged(pod, b"up\n")
    pids = with_argument(token)
    os.kill(_supervisor_of(pids[0]), signal.SIGSTOP)
    await pod.stop(0)
    assert await pod.wait() == 137
    await until_all_ended(pids)


def _supervisor_of(pid: int) -> int:
    """The nearest ancestor that runs podinit."""
    while True:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"podinit.supervisor" in line or b"zygote" in line:
            return pid
