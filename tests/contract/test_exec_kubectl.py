"""`kubectl exec`, `cp`, `attach` and `run -i` against the local cluster, with each kubectl that this machine has."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pty
import random
import select
import struct
import subprocess
import termios
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.contract.kubectls import PROGRAMS, Kubectl, idle_pod, kubectl_in_namespace
from tests.interruptible import UNTIL_SIGNAL

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus

_DEADLINE = 60.0
_UNTIL_SIZE = "import os, time\nwhile os.get_terminal_size() != (111, 33): time.sleep(0.01)\n"


@pytest.fixture(scope="module", params=PROGRAMS)
def kubectl(request: pytest.FixtureRequest, local_cluster: LocalClusterStatus) -> Iterator[Kubectl]:
    """Each kubectl, in a namespace of its own."""
    with kubectl_in_namespace(request.param, local_cluster.kubeconfig) as kubectl:
        yield kubectl


@pytest.fixture(scope="module")
def pod(kubectl: Kubectl) -> str:
    """A running Pod of this module's own."""
    return idle_pod(kubectl, "box")


def test_outputs_and_exit_code(kubectl: Kubectl, pod: str) -> None:
    finished = kubectl.raw("exec", pod, "--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (finished.returncode, finished.stdout) == (7, b"out\n")
    assert finished.stderr == b"err\ncommand terminated with exit code 7\n"


def test_a_signal_is_an_exit_code(kubectl: Kubectl, pod: str) -> None:
    assert kubectl.raw("exec", pod, "--", "sh", "-c", "kill -9 $$").returncode == 137


def test_a_missing_executable(kubectl: Kubectl, pod: str) -> None:
    finished = kubectl.raw("exec", pod, "--", "no-such-program")
    assert finished.returncode == 1
    assert b'exec: "no-such-program": executable file not found in $PATH: unknown' in finished.stderr


def test_input_goes_through_whole(kubectl: Kubectl, pod: str) -> None:
    data = random.Random(3).randbytes(3 << 20)
    finished = kubectl.raw("exec", "-i", pod, "--", "sha256sum", stdin=data)
    assert finished.stdout.split()[0].decode() == hashlib.sha256(data).hexdigest()


def test_output_goes_through_whole(kubectl: Kubectl, pod: str) -> None:
    finished = kubectl.raw("exec", pod, "--", "head", "-c", "20000000", "/dev/zero")
    assert (len(finished.stdout), finished.returncode, finished.stderr) == (20_000_000, 0, b"")


def test_a_copy_there_and_back_is_the_same(kubectl: Kubectl, pod: str, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "large").write_bytes(random.Random(4).randbytes(1 << 20))
    (tmp_path / "there" / "small").write_text("x")
    folder = kubectl.raw("exec", pod, "--", "sh", "-c", "mktemp -d").stdout.decode().strip()
    copied = kubectl.raw("cp", str(tmp_path / "there"), f"{pod}:{folder}/copy")
    assert copied.returncode == 0, copied.stderr
    back = kubectl.raw("cp", f"{pod}:{folder}/copy", str(tmp_path / "back"))
    assert back.returncode == 0, back.stderr
    for name in ("large", "small"):
        assert (tmp_path / "back" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_a_terminal_has_the_users_size_takes_keys_and_gives_the_exit_code(kubectl: Kubectl, pod: str) -> None:
    command = kubectl.command("exec", "-it", pod, "--", "python3", "-c", _UNTIL_SIZE + UNTIL_SIGNAL)
    with _terminal(command) as (process, master):
        # kubectl sends the size when the command runs already.
        _read_until(master, b"up\r\n")
        os.write(master, b"\x03")
        # kubectl waits for its terminal to take all that was written to it.
        _read_until(master, None)
        assert process.wait(_DEADLINE) == 130


def test_run_gives_the_main_process_its_input_and_returns_its_exit_code(kubectl: Kubectl) -> None:
    words = ["run", "piped", "-i", "--rm", "--image=busybox", "--restart=Never", "--"]
    script = 'while read line; do echo "got $line"; done; echo over; echo err >&2; exit 3'
    finished = kubectl.raw(*words, "sh", "-c", script, stdin=b"one\ntwo\n")
    assert finished.returncode == 3, finished.stderr
    assert finished.stdout.startswith(b"got one\ngot two\nover\n")
    assert b"err\n" in finished.stderr
    assert kubectl.raw("get", "pod", "piped").returncode == 1


def test_run_gives_the_main_process_a_terminal(kubectl: Kubectl) -> None:
    command = kubectl.command("run", "typed", "-it", "--rm", "--image=busybox", "--restart=Never", "--", "sh")
    with _terminal(command) as (process, master):
        # What was written before kubectl came is not shown to it.
        _read_until(master, b"try pressing enter.")
        os.write(master, b"\n")
        _read_until(master, b"# ")
        os.write(master, b"tty; echo m$((1+1)); exit 5\n")
        assert b"/dev/pts/" in _read_until(master, b"m2")
        _read_until(master, None)
        assert process.wait(_DEADLINE) == 5


def test_attach_shows_what_comes_from_then_on_and_leaves_the_process_alone(kubectl: Kubectl) -> None:
    script = "while :; do echo out; echo err >&2; sleep 0.1; done"
    kubectl("run", "ticking", "--image=busybox", "--restart=Never", "--", "sh", "-c", script)
    kubectl("wait", "--for=condition=Ready", "pod/ticking", "--timeout=60s")
    process = subprocess.Popen(kubectl.command("attach", "ticking"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        assert {process.stdout.readline() for _ in range(3)} == {b"out\n"}
        while process.stderr.readline() != b"err\n":
            assert process.poll() is None
    finally:
        process.kill()
        process.communicate()
    assert kubectl("get", "pod", "ticking", "-o", "jsonpath={.status.phase}").stdout == "Running"
    kubectl("delete", "pod", "ticking", "--force", "--grace-period=0")


def test_attach_to_a_container_that_has_ended_is_refused(kubectl: Kubectl) -> None:
    kubectl("run", "done", "--image=busybox", "--restart=Never", "--", "true")
    kubectl.until("pod/done", ".status.phase", "Succeeded")
    refused = kubectl("attach", "done", code=1)
    assert "cannot attach a container in a completed pod; current phase is Succeeded" in refused.stderr


@contextmanager
def _terminal(command: list[str]) -> Generator[tuple[subprocess.Popen[bytes], int]]:
    """A program in a terminal of 33 lines and 111 columns, and the terminal's master."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    try:
        yield process, master
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _read_until(descriptor: int, what: bytes | None) -> bytes:
    """Reads until this was seen; None: until the other side has closed."""
    seen, deadline = b"", time.monotonic() + _DEADLINE
    while what is None or what not in seen:
        assert select.select([descriptor], [], [], deadline - time.monotonic())[0], f"not seen: {what!r} in {seen!r}"
        try:
            seen += os.read(descriptor, 4096)
        except OSError:
            assert what is None, f"not seen: {what!r} in {seen!r}"
            return seen
    return seen
