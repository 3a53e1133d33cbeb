"""`kubectl exec` and `kubectl cp` against the local cluster."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pty
import random
import secrets
import select
import shutil
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus

    Kubectl = Callable[..., subprocess.CompletedProcess[bytes]]

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
_DEADLINE = 20.0
# Not a shell: one that is about to start a program can lose the key's signal.
_WAIT_FOR_KEYS = """
import os, time
while os.get_terminal_size() != (111, 33):
    time.sleep(0.01)
print("ready", flush=True)
time.sleep(3600)
"""
_IDLE = "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"


@pytest.fixture(scope="module")
def kubectl(local_cluster: LocalClusterStatus) -> Kubectl:
    """Runs kubectl against the local cluster."""

    def run(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = ["kubectl", "--kubeconfig", str(local_cluster.kubeconfig), *words]
        return subprocess.run(command, input=stdin, capture_output=True, timeout=_DEADLINE, check=False)

    return run


@pytest.fixture(scope="module")
def pod(kubectl: Kubectl) -> Iterator[str]:
    """A running Pod of this module's own."""
    name = f"kubectl-{secrets.token_hex(4)}"
    made = kubectl("run", name, "--image=python:3.11-slim", "--restart=Never", "--command", "--", "sh", "-c", _IDLE)
    assert made.returncode == 0, made.stderr
    assert kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=15s").returncode == 0
    yield name
    kubectl("delete", "pod", name, "--now")


def test_outputs_and_exit_code(kubectl: Kubectl, pod: str) -> None:
    finished = kubectl("exec", pod, "--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (finished.returncode, finished.stdout) == (7, b"out\n")
    assert finished.stderr == b"err\ncommand terminated with exit code 7\n"


def test_a_signal_is_an_exit_code(kubectl: Kubectl, pod: str) -> None:
    assert kubectl("exec", pod, "--", "sh", "-c", "kill -9 $$").returncode == 137


def test_a_missing_executable(kubectl: Kubectl, pod: str) -> None:
    finished = kubectl("exec", pod, "--", "no-such-program")
    assert finished.returncode == 1
    assert b'exec: "no-such-program": executable file not found in $PATH: unknown' in finished.stderr


def test_input_goes_through_whole(kubectl: Kubectl, pod: str) -> None:
    data = random.Random(3).randbytes(3 << 20)
    finished = kubectl("exec", "-i", pod, "--", "sha256sum", stdin=data)
    assert finished.stdout.split()[0].decode() == hashlib.sha256(data).hexdigest()


def test_output_goes_through_whole(kubectl: Kubectl, pod: str) -> None:
    finished = kubectl("exec", pod, "--", "head", "-c", "20000000", "/dev/zero")
    assert (len(finished.stdout), finished.returncode) == (20_000_000, 0)


def test_a_copy_there_and_back_is_the_same(kubectl: Kubectl, pod: str, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "large").write_bytes(random.Random(4).randbytes(1 << 20))
    (tmp_path / "there" / "small").write_text("x")
    folder = kubectl("exec", pod, "--", "sh", "-c", "mktemp -d").stdout.decode().strip()
    copied = kubectl("cp", str(tmp_path / "there"), f"{pod}:{folder}/copy")
    assert copied.returncode == 0, copied.stderr
    back = kubectl("cp", f"{pod}:{folder}/copy", str(tmp_path / "back"))
    assert back.returncode == 0, back.stderr
    for name in ("large", "small"):
        assert (tmp_path / "back" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_a_terminal_has_the_users_size_takes_keys_and_gives_the_exit_code(
    local_cluster: LocalClusterStatus, pod: str
) -> None:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
    words = ["exec", "-it", pod, "--", "python3", "-c", _WAIT_FOR_KEYS]
    process = subprocess.Popen(
        ["kubectl", "--kubeconfig", str(local_cluster.kubeconfig), *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        # kubectl sends the size when the command runs already.
        _read_until(master, b"ready")
        os.write(master, b"\x03")
        # kubectl waits for its terminal to take all that was written to it.
        _read_until(master, None)
        assert process.wait(_DEADLINE) == 130
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _read_until(descriptor: int, what: bytes | None) -> None:
    """Reads until this was seen; None: until the other side has closed."""
    seen, deadline = b"", time.monotonic() + _DEADLINE
    while what is None or what not in seen:
        assert select.select([descriptor], [], [], deadline - time.monotonic())[0], f"not seen: {what!r} in {seen!r}"
        try:
            seen += os.read(descriptor, 4096)
        except OSError:
            assert what is None, f"not seen: {what!r} in {seen!r}"
            return
