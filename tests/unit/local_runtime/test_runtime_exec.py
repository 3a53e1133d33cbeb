"""Commands in a running Pod: streams, terminals, exit codes, what they see, and what is left of them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime.types import ExecError
from tests.interruptible import UNTIL_SIGNAL
from tests.unit.local_runtime.kit import PATIENCE, process_status, read_all, read_until, started

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod
    from tests.unit.local_runtime.kit import Kit

pytestmark = pytest.mark.asyncio(loop_scope="module")
_FAILED = "OCI runtime exec failed: exec failed: "


async def test_streams_are_told_apart_and_the_exit_code_is_the_commands(kit: Kit) -> None:
    finished = await kit.shell(await kit.start(), "echo out; echo err >&2; exit 7")
    assert (finished.stdout, finished.stderr, finished.code) == (b"out\n", b"err\n", 7)


@pytest.mark.parametrize(("script", "code"), [("kill -9 $$", 137), ("kill -SEGV $$", 139), ("exit 256", 0)])
async def test_exit_codes(kit: Kit, script: str, code: int) -> None:
    assert (await kit.shell(await kit.start(), script)).code == code


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "args must not be empty: unknown"),
        (
            ("/no/such",),
            'unable to start container process: exec: "/no/such": stat /no/such: no such file or directory: unknown',
        ),
        (("nope",), 'unable to start container process: exec: "nope": executable file not found in $PATH: unknown'),
        (
            ("/usr/lib/os-release",),
            'unable to start container process: exec: "/usr/lib/os-release": permission denied: unknown',
        ),
        (
            ("/etc/passwd/x",),
            'unable to start container process: exec: "/etc/passwd/x": stat /etc/passwd/x: not a directory: unknown',
        ),
        (("sh", "\0"), "unable to start container process: exec sh: invalid argument: unknown"),
        (("sh", "-c", "x" * 200_000), "unable to start container process: exec sh: argument list too long: unknown"),
    ],
)
async def test_a_command_that_cannot_start_is_worded_as_by_runc(kit: Kit, argv: tuple[str, ...], message: str) -> None:
    pod = await kit.start()
    with pytest.raises(ExecError) as caught:
        await pod.exec(argv, stdin=True, stdout=True, stderr=True, tty=False)
    assert caught.value.message == _FAILED + message


async def test_a_file_that_is_no_program_cannot_start(kit: Kit) -> None:
    pod = await kit.start(working_dir="/workspace")
    await kit.shell(pod, "printf '\\001\\002' >odd; chmod +x odd")
    with pytest.raises(ExecError, match=r"exec \./odd: exec format error: unknown"):
        await pod.exec(["./odd"], stdin=False, stdout=True, stderr=True, tty=False)


async def test_arguments_arrive_as_they_are(kit: Kit) -> None:
    argv = ("printf", "%s|", "", "a b", "Ünï☃", "\udcff\udcfe", "x" * 100_000, "-- --", "'\"$()`\n")
    finished = await kit.run(await kit.start(), *argv)
    assert finished.stdout.split(b"|")[:-1] == [word.encode("utf-8", "surrogateescape") for word in argv[2:]]


async def test_the_environment_is_the_containers_and_nothing_of_the_servers(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERS_SECRET", "x")
    pod = await kit.start(env={"API_KEY": "a=b\nc", "EMPTY": ""})
    finished = await kit.run(pod, "env", "-0")
    variables = dict(entry.split(b"=", 1) for entry in finished.stdout.split(b"\0")[:-1])
    assert variables.pop(b"PATH").endswith(b":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    assert variables.pop(b"HOME").endswith(b"/root")
    variables.pop(b"TMPDIR", None)
    assert variables == {b"API_KEY": b"a=b\nc", b"EMPTY": b"", b"HOSTNAME": pod.spec.hostname.encode()}


async def test_the_container_may_set_its_own_path_and_home(kit: Kit) -> None:
    pod = await kit.start("/bin/sh", "-c", "while :; do sleep 3600; done", env={"PATH": "/bin:/usr/bin", "HOME": "/"})
    assert (await kit.shell(pod, 'echo "$PATH $HOME"')).stdout == b"/bin:/usr/bin /\n"


async def test_a_command_has_its_three_descriptors_and_no_other(kit: Kit) -> None:
    pod = await kit.start()
    for tty in (False, True):
        script = "for fd in $(seq 0 60); do test -e /proc/self/fd/$fd && echo $fd; done"
        assert (await kit.shell(pod, script, tty=tty)).stdout.split() == [b"0", b"1", b"2"]


async def test_signals_are_as_a_fresh_process_has_them(kit: Kit, token: str) -> None:
    pod = await kit.start()
    of_the_c_library = 1 << 31 | 1 << 32
    for tty in (False, True):
        process = await pod.exec(["sleep", token], stdin=False, stdout=True, stderr=False, tty=tty)
        pid = await started(token)
        status = process_status(pid)
        assert int(status["SigBlk"], 16) == 0
        assert int(status["SigIgn"], 16) & ~of_the_c_library == 0
        os.kill(pid, signal.SIGKILL)
        assert await process.wait() == 137
        process.close()


async def test_streams_that_were_not_asked_for_lead_nowhere(kit: Kit) -> None:
    pod = await kit.start()
    process = await pod.exec(
        ["sh", "-c", "cat; echo lost >&2; echo got"], stdin=False, stdout=True, stderr=False, tty=False
    )
    assert (process.stdin_fd, process.stderr_fd) == (None, None)
    assert await read_all(process.stdout_fd) == b"got\n"
    process.close()


async def test_eight_mebibytes_of_input_arrive_whole(kit: Kit) -> None:
    data = random.Random(1).randbytes(8 << 20)
    finished = await kit.run(await kit.start(), "sha256sum", stdin=data)
    assert finished.stdout.split()[0].decode() == hashlib.sha256(data).hexdigest()


async def test_fifty_commands_at_once(kit: Kit) -> None:
    pod = await kit.start()
    runs = [kit.shell(pod, f"cat; echo {n} >&2; exit {n}", stdin=str(n).encode()) for n in range(50)]
    for n, finished in enumerate(await asyncio.gather(*runs)):
        assert (finished.stdout, finished.stderr, finished.code) == (str(n).encode(), f"{n}\n".encode(), n)


async def test_a_background_child_holds_the_output_open_unless_it_is_redirected(kit: Kit) -> None:
    pod = await kit.start()
    redirected = await kit.shell(pod, "sleep 3600 >/dev/null 2>&1 & echo started")
    assert redirected.stdout == b"started\n"
    held = await pod.exec(
        ["sh", "-c", "exec 3<&0; (read line <&3; echo late) & echo now"],
        stdin=True,
        stdout=True,
        stderr=False,
        tty=False,
    )
    assert held.stdout_fd is not None
    assert await read_until(held.stdout_fd, b"\n") == b"now\n"
    assert await held.wait() == 0
    held.close_stdin()
    assert await read_all(held.stdout_fd) == b"late\n"
    held.close()


async def test_a_terminal_has_a_size_a_name_and_an_environment(kit: Kit) -> None:
    pod = await kit.start()
    process = await pod.exec(
        ["sh", "-c", 'read go; stty size; tty; echo "$TERM"'], stdin=True, stdout=True, stderr=True, tty=True
    )
    assert process.stdout_fd is not None
    assert process.stdin_fd == process.stdout_fd
    process.resize(100, 30)
    os.write(process.stdout_fd, b"\n")
    lines = (await read_all(process.stdout_fd)).split(b"\r\n")
    assert lines[1] == b"30 100"
    assert lines[2].startswith(b"/dev/pts/")
    assert lines[3] == b"xterm"
    process.close()


async def test_a_change_of_size_is_told_to_the_command(kit: Kit) -> None:
    pod = await kit.start()
    script = "trap 'stty size; exit 0' WINCH; echo up; while :; do sleep 3600 & wait $!; done"
    process = await pod.exec(["sh", "-c", script], stdin=True, stdout=True, stderr=True, tty=True)
    assert process.stdout_fd is not None
    await read_until(process.stdout_fd, b"up\r\n")
    process.resize(132, 43)
    assert await read_all(process.stdout_fd) == b"43 132\r\n"
    assert await process.wait() == 0
    process.close()


@pytest.mark.parametrize(("key", "code"), [(b"\x03", 130), (b"\x1c", 131)])
async def test_keys_of_a_terminal_send_signals(kit: Kit, key: bytes, code: int) -> None:
    pod = await kit.start()
    process = await pod.exec(["python3", "-c", UNTIL_SIGNAL], stdin=True, stdout=True, stderr=True, tty=True)
    assert process.stdout_fd is not None
    await read_until(process.stdout_fd, b"up\r\n")
    os.write(process.stdout_fd, key)
    async with asyncio.timeout(PATIENCE):
        assert await process.wait() == code
    process.close()


async def test_a_shell_in_a_terminal_has_job_control(kit: Kit) -> None:
    pod = await kit.start()
    process = await pod.exec(["bash", "--norc", "-i"], stdin=True, stdout=True, stderr=True, tty=True)
    assert process.stdout_fd is not None
    os.write(process.stdout_fd, b"sleep 3600 & jobs; kill %1; exit 4\n")
    output = await read_all(process.stdout_fd)
    assert b"[1]+" in output
    assert b"no job control" not in output
    assert await process.wait() == 4
    process.close()


async def test_a_command_without_its_client_runs_on_to_its_end(kit: Kit) -> None:
    pod = await kit.start(working_dir="/workspace")
    await kit.run(pod, "mkfifo", "done")
    for tty in (False, True):
        process = await pod.exec(
            ["sh", "-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; echo $? >done"],
            stdin=True,
            stdout=True,
            stderr=not tty,
            tty=tty,
        )
        process.detach()
        assert (await kit.run(pod, "cat", "done")).stdout == b"0\n"
        assert await process.wait() == 0


async def test_a_command_that_waits_for_input_sees_its_end_when_the_client_leaves(kit: Kit) -> None:
    pod = await kit.start()
    process = await pod.exec(["sh", "-c", "cat; exit 6"], stdin=True, stdout=True, stderr=True, tty=False)
    process.detach()
    async with asyncio.timeout(PATIENCE):
        assert await process.wait() == 6


async def test_commands_leave_no_descriptors_behind(kit: Kit) -> None:
    pod = await kit.start()

    async def all_kinds() -> None:
        await asyncio.gather(
            kit.run(pod, "true"),
            kit.run(pod, "cat", stdin=b"x"),
            kit.run(pod, "tty", tty=True),
            _fails_to_start(pod, tty=False),
            _fails_to_start(pod, tty=True),
        )
        for tty in (False, True):
            left = await pod.exec(["true"], stdin=True, stdout=True, stderr=True, tty=tty)
            left.detach()
            await left.wait()
            given_up = asyncio.create_task(pod.exec(["true"], stdin=True, stdout=True, stderr=True, tty=tty))
            await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
        await kit.run(pod, "true")

    await all_kinds()
    before = _descriptors()
    for _ in range(5):
        await all_kinds()
    async with asyncio.timeout(PATIENCE):
        while _descriptors() > before:  # the discarded output of `true` ends a moment after it
            await kit.run(pod, "true")


async def _fails_to_start(pod: RunningPod, *, tty: bool) -> None:
    with pytest.raises(ExecError):
        await pod.exec(["nope"], stdin=True, stdout=True, stderr=True, tty=tty)


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_what_a_pod_writes_to_its_terminal_is_not_lost_at_its_end(kit: Kit) -> None:
    pod = await kit.start()
    for _ in range(20):
        finished = await kit.shell(pod, "seq 1 500", tty=True)
        assert finished.stdout.split() == [str(n).encode() for n in range(1, 501)]


async def test_python_and_node_are_there_where_the_machine_has_them(kit: Kit) -> None:
    pod = await kit.start()
    finished = await kit.run(pod, "python3", "-c", "import ssl, sqlite3, venv; print('ok')")
    assert finished.stdout == b"ok\n", finished.stderr
    assert (await kit.run(pod, "python", "--version")).stdout.startswith(b"Python 3.")
    assert kit.runtime.has_executable("python3")
    assert not kit.runtime.has_executable("no-such-program")
    if kit.runtime.has_executable("node"):
        assert (await kit.run(pod, "node", "-p", "1 + 1")).stdout == b"2\n"
