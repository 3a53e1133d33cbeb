"""On macOS nothing that only Linux has is needed, and Windows is told what to use in its place."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime import zygote
from tests.unit.local_runtime.kit import until_all_ended

if TYPE_CHECKING:
    from pathlib import Path

# What Python has on Linux alone.
_MACOS = """
import os, select, socket, sys, ctypes
import asyncio, subprocess, aiohttp.web, cryptography.x509, msgspec, platformdirs  # others' modules are as they are
sys.platform = "darwin"
os.process_cpu_count = os.cpu_count  # from 3.13 on it would ask for one of these
for module, names in {
    os: ("memfd_create", "pidfd_open", "sched_getaffinity", "sched_setaffinity", "setresuid", "setresgid", "eventfd",
         "splice", "copy_file_range", "O_PATH", "O_TMPFILE"),
    select: ("epoll",),
    socket: ("MSG_CMSG_CLOEXEC", "SO_PEERCRED", "SO_PASSCRED"),
}.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
"""
_IMPORTS_ALL = """
import importlib, pkgutil
import k8s_sandbox_tui.local_cluster as package
names = [module.name for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
assert len(names) > 80, names
import k8s_sandbox_tui.local_cluster.__main__
"""
_RUNS_A_POD = """
from pathlib import Path
from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

async def main():
    runtime = await create_runtime(Path(sys.argv[1]) / "runtime")
    print(runtime.isolation, "|", runtime.limits, "|", runtime.warning)
    argv = ("sh", "-c", "trap 'exit 3' TERM; echo up; while :; do sleep 3600 & wait; done")
    spec = PodProcessSpec(uid="p", name="p", namespace="n", hostname="p", argv=argv, state_dir=Path(sys.argv[1]) / "p")
    pod = await runtime.start(spec)
    while b"up" not in pod.log_path.read_bytes():
        await pod.log_grown()
    process = await pod.exec(["sh", "-c", "exit 5"], stdin=False, stdout=False, stderr=False, tty=False)
    print(await process.wait())
    await pod.stop(10)
    print(await pod.wait())
    await runtime.close()

asyncio.run(main())
"""
# What Python does not have on Windows.
_WINDOWS = """
import sys
import asyncio, subprocess, msgspec, platformdirs  # others' modules are as they are
missing = {"fcntl", "termios", "tty", "pty", "resource", "pwd", "grp", "readline", "syslog"}
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in missing:
            raise ModuleNotFoundError(name)
for name in missing:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Missing())
sys.platform = "win32"
from k8s_sandbox_tui.launcher.main import launch
sys.exit(launch(sys.argv[1:]))
"""


def _python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_on_macos_every_module_can_be_imported() -> None:
    done = _python(_MACOS + _IMPORTS_ALL)
    assert done.returncode == 0, done.stderr


def test_on_macos_pods_are_plain_processes(tmp_path: Path) -> None:
    done = _python(_MACOS + _RUNS_A_POD, str(tmp_path))
    assert done.returncode == 0, done.stderr
    head, *codes = done.stdout.splitlines()
    assert head.startswith("process | none | Sandboxes are not isolated on this machine")
    assert "bubblewrap needs Linux; Landlock needs Linux" in head
    assert codes == ["5", "3"]


def test_where_there_are_no_subreapers_sessions_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote.sys, "platform", "darwin")
    script = "sleep 3600 & sleep 3600"
    with subprocess.Popen(["sh", "-c", f"{script} & echo $!; wait"], start_new_session=True, stdout=-1) as session:
        assert session.stdout is not None
        inner = int(session.stdout.readline())
        # The second has ended long ago, and its number is nobody's.
        zygote.kill_tree({session.pid, 2**22 - 7})
        assert session.wait() == -9
        monkeypatch.undo()
        asyncio.run(until_all_ended([inner]))


@pytest.mark.parametrize(
    ("command", "before"),
    [
        (("local", "up"), []),
        (("local", "status"), []),
        (("local", "down"), []),
        # Without any kubeconfig.
        (("ls",), ["Using the local cluster (no kubeconfig found)."]),
    ],
)
def test_windows_is_told_to_use_wsl_or_a_cluster(command: tuple[str, ...], before: list[str]) -> None:
    done = _python(_WINDOWS, *command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        *before,
        "error: The local cluster does not run on Windows itself.",
        "Use WSL, or a cluster of your own: give its kubeconfig with --kubeconfig.",
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this is Windows")
def test_the_patches_are_of_this_python() -> None:
    assert _python(_MACOS + "print(sys.platform, hasattr(os, 'memfd_create'))").stdout == "darwin False\n"
