"""What a Pod under Landlock can reach of the machine: by itself, and through the user's other programs."""

from __future__ import annotations

import errno
import os
import socket
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime import plain_process
from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from k8s_sandbox_tui.local_cluster.runtime.landlock import allowed, ruleset, syscall_filter
from k8s_sandbox_tui.local_cluster.runtime.landlock.ruleset import Kind, Rule, Ruleset
from tests.unit.local_runtime.kit import names_in, process_status, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.host_tools import HostTools
    from tests.unit.local_runtime.kit import Kit

_aio = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def neighbour() -> Iterator[int]:
    """Another program of the user, with a secret in its environment."""
    with subprocess.Popen(["sleep", "1000"], env={"SECRET": "x"}) as process:
        yield process.pid
        assert process.poll() is None, "it was killed"
        process.kill()


@_aio
async def test_files_of_the_machine_can_be_neither_read_nor_changed(landlocked: Kit, apart: Path) -> None:
    secret = apart / "secret"
    secret.write_text("x")
    pod = await landlocked.start()
    attempts = f"""
        cat {secret}; echo y >{secret}; echo y >>{secret}; rm {secret}; mv {secret} $HOME; ln {secret} $HOME/l
        python3 -c 'import os; os.truncate("{secret}", 0)'; touch {apart}/new; mkdir {apart}/new; ls {apart}
        cat /etc/shadow; ls /home /root /var; touch /usr/new /etc/new; cp /bin/true /usr/local/bin/new; exit 0
    """
    assert (await landlocked.shell(pod, attempts)).stdout == b""
    assert secret.read_text() == "x"
    assert "new" not in names_in(apart)


@_aio
async def test_its_own_folder_and_tmp_are_the_pods_to_write(landlocked: Kit) -> None:
    pod = await landlocked.start()
    script = (
        'echo x >"$HOME/a"; mkdir -p "$TMPDIR/b"; mv "$HOME/a" "$TMPDIR/b/c"; cat "$TMPDIR/b/c"; mktemp /tmp/sbx-XXXXXX'
    )
    finished = await landlocked.shell(pod, script)
    mine, shared = finished.stdout.decode().split()
    assert mine == "x"
    assert (await landlocked.shell(await landlocked.start(), f"rm {shared} && echo gone")).stdout == b"gone\n"


@_aio
async def test_other_processes_are_out_of_reach(landlocked: Kit, neighbour: int) -> None:
    pod = await landlocked.start()
    secrets = ("environ", "task/$p/environ", "auxv", "maps", "mem", "cwd/.", "root/.", "exe", "fd/0")
    names = " ".join(f"/proc/$p/{name}" for name in secrets)
    for process in (f"{neighbour}", f"{os.getpid()}", "$PPID"):
        script = f"p={process}; for name in {names}; do head -c 100 $name; readlink $name; ls $name/; done; exit 0"
        assert (await landlocked.shell(pod, script)).stdout == b"", process
    if ruleset.version() >= 6:
        for victim in (neighbour, os.getpid()):
            assert (await landlocked.run(pod, "kill", "-0", str(victim))).code != 0


@_aio
async def test_the_processes_of_a_pod_reach_each_other(landlocked: Kit, token: str) -> None:
    pod = await landlocked.start("sleep", token)
    main = await started(token)
    assert (await landlocked.run(pod, "kill", "-0", str(main))).code == 0
    assert (await landlocked.run(pod, "kill", "-0", str(main), tty=True)).code == 0


@_aio
async def test_a_pod_finds_its_own_processes_and_files_in_proc(landlocked: Kit) -> None:
    pod = await landlocked.start()
    script = (
        "tr '\\0' ' ' </proc/$$/environ | grep -c HOME=; echo x | tee /proc/self/fd/9 9>&1 >/dev/null; ls /proc/$$/cwd/"
    )
    assert (await landlocked.shell(pod, f"touch $HOME/own; cd; {script}")).stdout == b"1\nx\nown\n"


@_aio
async def test_programs_behind_sockets_are_out_of_reach(landlocked: Kit, token: str) -> None:
    pod = await landlocked.start()
    in_tmp = f"/tmp/{token}.sock"
    for address in (in_tmp, "\0" + token):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(address)
            server.listen()
            connect = f"import socket; socket.socket(socket.AF_UNIX).connect({address!r})"
            finished = await landlocked.run(pod, "python3", "-c", connect)
            assert b"Address family not supported" in finished.stderr
    os.unlink(in_tmp)  # noqa: PTH108
    pair = "import socket; a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1), socket.socket().fileno() > 0)"
    assert (await landlocked.run(pod, "python3", "-c", pair)).stdout == b"b'x' True\n"


@_aio
async def test_other_ways_to_the_users_programs_are_not_there(landlocked: Kit) -> None:
    numbers = syscall_filter.MACHINES[os.uname().machine].forbidden
    call = "import ctypes, sys; libc = ctypes.CDLL(None, use_errno=True)\n"
    call += "for number in sys.argv[1:]: libc.syscall(int(number), 0, 0, 0, 0, 0); print(ctypes.get_errno())"
    finished = await landlocked.run(await landlocked.start(), "python3", "-c", call, *map(str, numbers))
    assert finished.stdout.split() == [str(errno.ENOSYS).encode()] * len(numbers), finished.stderr


@_aio
async def test_no_rights_can_be_gained(landlocked: Kit, token: str) -> None:
    pod = await landlocked.start("sleep", token)
    status = process_status(await started(token))
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    for kind in ("CapEff", "CapPrm", "CapBnd") if os.geteuid() == 0 else ("CapEff", "CapPrm"):
        assert int(status[kind], 16) & ~0b1111_1011 == 0
    for attempt in ("mount -t tmpfs none $HOME", "chroot / true", "unshare -m true", "mknod $HOME/sda b 8 0"):
        assert (await landlocked.shell(pod, attempt)).code != 0, attempt


async def test_a_state_folder_that_pods_could_reach_will_not_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowed, "TEMPORARY", str(tmp_path))
    runtime = await create_runtime(tmp_path / "runtime", best="landlock")
    assert runtime.isolation == "process"
    await runtime.close()


def _everything(_shared: Path, _tools: HostTools) -> list[Rule]:
    return [Rule(Kind.WRITE, b"/")]


@pytest.mark.skipif(
    ruleset.version() < ruleset.NEEDED or not syscall_filter.is_known_machine(),
    reason="this system has no Landlock that does",
)
@pytest.mark.parametrize(("holds", "expected"), [(True, "landlock"), (False, "process")])
async def test_without_bubblewrap_landlock_is_chosen_where_it_is_seen_to_hold(
    apart: Path, monkeypatch: pytest.MonkeyPatch, holds: bool, expected: str
) -> None:
    monkeypatch.setenv("PATH", str(apart))
    if not holds:
        monkeypatch.setattr(plain_process, "for_all", _everything)
    runtime = await create_runtime(apart / f"chosen-{holds}")
    assert runtime.isolation == expected
    assert "bubblewrap is not installed" in runtime.warning
    assert ("Landlock does not work here: it does not isolate" in runtime.warning) is not holds
    await runtime.close()


@pytest.mark.parametrize(("found", "reason"), [(0, "this Linux has no Landlock"), (2, "Landlock needs Linux 6.2")])
async def test_an_old_landlock_will_not_do(
    apart: Path, monkeypatch: pytest.MonkeyPatch, found: int, reason: str
) -> None:
    monkeypatch.setattr(ruleset, "version", lambda: found)
    runtime = await create_runtime(apart / "old", best="landlock")
    assert runtime.isolation == "process"
    assert reason in runtime.warning
    await runtime.close()


def test_of_a_folder_that_is_not_public_the_public_parts_are(tmp_path: Path) -> None:
    for name, mode in {"a/x": 0o644, "a/y": 0o600, "b/c/x": 0o644, "b/x": 0o644, "d/x": 0o640}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    (tmp_path / "e").mkdir(0o700)
    (tmp_path / "b" / "link").symlink_to("/nowhere")
    assert sorted(allowed.public_parts(tmp_path)) == [tmp_path / "a" / "x", tmp_path / "b"]
    assert allowed.public_parts(tmp_path / "b") == [tmp_path / "b"]
    assert allowed.public_parts(tmp_path / "missing") == []


_CONFINED = """
import os, sys
from k8s_sandbox_tui.local_cluster.runtime.landlock import ruleset
from k8s_sandbox_tui.local_cluster.runtime.landlock.confinement import Confinement
ruleset.version = lambda: int(sys.argv[1])
readable = [ruleset.Rule(ruleset.Kind.READ, path.encode()) for path in ("/usr", "/bin", "/lib", "/lib64", "/proc")]
writable = [ruleset.Rule(ruleset.Kind.WRITE, sys.argv[2].encode())]
confined = Confinement(readable + writable)
script = "cd $0 && echo x >own && cat own && ! cat $1 && ! echo y >$1 && ! cat /proc/$PPID/environ && ! echo z >../new"
argv = ["sh", "-c", script, sys.argv[2], sys.argv[3]]
os._exit(os.waitstatus_to_exitcode(os.waitpid(confined.run(lambda: os.posix_spawn("/bin/sh", argv, os.environ)), 0)[1]))
"""


@pytest.mark.parametrize("version", range(ruleset.NEEDED, max(ruleset.version(), ruleset.NEEDED) + 1))
def test_with_each_version_from_the_first_that_does_files_are_held_back(tmp_path: Path, version: int) -> None:
    if ruleset.version() < ruleset.NEEDED or not syscall_filter.is_known_machine():
        pytest.skip("this system has no Landlock that does")
    (tmp_path / "own").mkdir()
    (tmp_path / "secret").write_text("secret")
    program = [sys.executable, "-c", _CONFINED, str(version), str(tmp_path / "own"), str(tmp_path / "secret")]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "x\n"), done.stderr
    assert (tmp_path / "secret").read_text() == "secret"
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(ruleset.version() < ruleset.NEEDED, reason="this system has no Landlock that does")
def test_a_path_that_does_not_exist_is_passed_over(tmp_path: Path) -> None:
    before = len(names_in("/proc/self/fd"))
    Ruleset([Rule(Kind.READ, os.fsencode(tmp_path / "missing"))])
    assert len(names_in("/proc/self/fd")) == before + 1


def _verdict(machine: syscall_filter.Machine, number: int, first: int = 0, architecture: int | None = None) -> int:
    """Runs the filter as the kernel does: 0 where the call is allowed, else the errno."""
    lines = list(struct.iter_unpack("HBBI", syscall_filter.program(machine)))
    data = struct.pack("<iI6QQ", number, architecture or machine.architecture, 0, first, 0, 0, 0, 0, 0)
    accumulator = position = 0
    while True:
        code, if_true, if_false, value = lines[position]
        position += 1
        if code == 0x20:
            accumulator = int.from_bytes(data[value : value + 4], "little")
        elif code == 0x06:
            return 0 if value == 0x7FFF0000 else value & 0xFFFF
        else:
            position += if_true if (accumulator == value if code == 0x15 else accumulator >= value) else if_false


@pytest.mark.parametrize("name", list(syscall_filter.MACHINES))
def test_the_filter_lets_through_what_it_should(name: str) -> None:
    machine = syscall_filter.MACHINES[name]
    for number in range(600):
        expected = errno.ENOSYS if number in machine.forbidden else 0
        assert _verdict(machine, number) == expected, number
    assert _verdict(machine, machine.socket, socket.AF_UNIX) == errno.EAFNOSUPPORT
    assert _verdict(machine, machine.socket, socket.AF_INET) == 0
    assert _verdict(machine, 1, architecture=0x40000003) == errno.ENOSYS
    assert _verdict(machine, 0x40000000 | machine.socket) == (errno.ENOSYS if name == "x86_64" else 0)
