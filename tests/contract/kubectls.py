"""The kubectl programs of this machine. Up to 1.29 their execs go over SPDY, up to 1.30 their port-forwards."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.api.discovery import VERSION

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from _pytest.mark.structures import ParameterSet

MORE = "K8S_SANDBOX_TUI_KUBECTLS"
"""Names further programs to test with, separated as in PATH."""
PATIENCE = 60.0


def _version(program: Path) -> tuple[int, ...]:
    """By its name where that says it, such as those that Google's kubectl chooses from; else by asking it."""
    named = re.search(r"(\d+)\.(\d+)$", program.name)
    if named is None:
        command = [str(program), "version", "--client", "--output=json"]
        asked = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        named = re.search(r'"gitVersion": "v(\d+)\.(\d+)', asked.stdout)
    return (0,) if named is None else tuple(map(int, named.groups()))


def _that_serves(program: str | None) -> str | None:
    """Google's kubectl asks the server for its version and starts the one beside it that fits: twice the work."""
    if program is None:
        return None
    fitting = Path(program).resolve().with_name("kubectl." + VERSION.removeprefix("v").rpartition(".")[0])
    return str(fitting) if fitting.exists() else program


def _named() -> list[Path]:
    return [Path(name) for name in os.environ.get(MORE, "").split(os.pathsep) if name]


def _oldest_beside(program: str | None) -> list[Path]:
    """Google's kubectl chooses one of those beside it that fits the server; the oldest of them never does."""
    if program is None:
        return []
    return sorted(Path(program).resolve().parent.glob("kubectl.[0-9]*"), key=_version)[:1]


def _parameters(installed: str | None, others: list[Path]) -> list[ParameterSet]:
    """The installed one, and the oldest and the newest of the others."""
    by_age = sorted((_version(program), program) for program in others)
    chosen = [pytest.param(Path(installed), id="installed")] if installed else []
    for version, program in dict.fromkeys((*by_age[:1], *by_age[-1:])):
        chosen.append(pytest.param(program, id=".".join(map(str, version))))
    skipped = pytest.param(None, marks=pytest.mark.skip(reason="kubectl is not installed on this machine"))
    return chosen or [skipped]


INSTALLED = shutil.which("kubectl")
_SERVING = _that_serves(INSTALLED)
PROGRAMS = _parameters(_SERVING, [*_named(), *_oldest_beside(INSTALLED)])
"""For what differs from one kubectl to the next."""
FEWER_PROGRAMS = _parameters(_SERVING, _named())
"""For what all do in the same way."""


class Kubectl:
    """Runs one kubectl against a local cluster, in a namespace of its own."""

    def __init__(self, program: Path, kubeconfig: Path, namespace: str) -> None:
        self.program = program
        self.namespace = namespace
        self._kubeconfig = kubeconfig

    def command(self, *words: str) -> list[str]:
        """The whole command line."""
        return [str(self.program), f"--kubeconfig={self._kubeconfig}", f"--namespace={self.namespace}", *words]

    def __call__(self, *words: str, code: int | None = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs it; fails the test when its exit code is not `code`, unless that is None."""
        done = self.raw(*words, stdin=stdin.encode())
        answer = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
        assert code is None or answer.returncode == code, answer.stdout + answer.stderr
        return answer

    def raw(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Runs it whatever comes of it; bytes in and out."""
        # One that ends at once need not tidy its memory up.
        environment = {**os.environ, "GOGC": "off"}
        while True:
            done = subprocess.run(
                self.command(*words), env=environment, input=stdin, capture_output=True, timeout=PATIENCE, check=False
            )
            # Up to 1.33 it drops what comes before it has made its streams, and exits with 0 (kubernetes#131189).
            if b"discarding message" not in done.stderr:
                return done

    def until(self, thing: str, path: str, value: str) -> None:
        """Asks for a field until it has this value; before 1.23, `wait` does not."""
        deadline = time.monotonic() + PATIENCE
        while (got := self("get", thing, "-o", f"jsonpath={{{path}}}").stdout) != value:
            assert time.monotonic() < deadline, f"{thing} {path} is {got}, not {value}"


@contextmanager
def kubectl_in_namespace(program: Path, kubeconfig: Path) -> Generator[Kubectl]:
    """One kubectl with a namespace that is there as long as it is."""
    kubectl = Kubectl(program, kubeconfig, f"kubectl-{secrets.token_hex(3)}")
    kubectl("create", "namespace", kubectl.namespace)
    yield kubectl
    kubectl("delete", "pods", "--all", "--force", "--grace-period=0", code=None)
    kubectl("delete", "namespace", kubectl.namespace, code=None)


def idle_pod(kubectl: Kubectl, name: str, *options: str) -> str:
    """A running Pod that ends at once when it is told to."""
    idle = "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"
    words: Sequence[str] = ("--image=python:3.11-slim", "--restart=Never", *options)
    kubectl("run", name, *words, "--command", "--", "sh", "-c", idle)
    kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
    return name
