"""kill -9 of the server: nothing of its Pods is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.unit.local_runtime.kit import PATIENCE, until_all_ended, until_none_has, with_argument

_SERVER = """
import asyncio, sys
from pathlib import Path
from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

SLEEP = "echo up; exec sleep " + sys.argv[3]
ESCAPE = 'trap "" TERM HUP; setsid sh -c "$0" & (env -i setsid sh -c "$0" &) & sh -c "$0" & wait'

async def main():
    runtime = await create_runtime(Path(sys.argv[1]) / "runtime", best=sys.argv[2])
    for name in "ab":
        spec = PodProcessSpec(uid=name, name=name, namespace="n", hostname=name, argv=("sh", "-c", ESCAPE, SLEEP),
                              state_dir=Path(sys.argv[1]) / name)
        pod = await runtime.start(spec)
        await pod.exec(["sh", "-c", ESCAPE, SLEEP], stdin=True, stdout=True, stderr=True, tty=True)
        while pod.log_path.read_bytes().count(b"up") < 3:
            await pod.log_grown()
    print(runtime.isolation, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("isolation", ["landlock", "process"])
async def test_the_supervisors_need_no_help_when_the_server_is_killed(apart: Path, token: str, isolation: str) -> None:
    folder = apart / f"{isolation}-alone"
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVER, str(folder), isolation, token, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    async with asyncio.timeout(PATIENCE):
        found = (await server.stdout.readline()).decode().strip()
    (zygote,) = _children(server.pid)
    # The one that takes over what a supervisor leaves does so only after all of them have ended.
    os.kill(zygote, signal.SIGSTOP)
    pids = [pid for pid in with_argument(token) if pid != server.pid]
    server.send_signal(signal.SIGKILL)
    await server.wait()
    if found == isolation:
        await until_all_ended(pids)
        await until_none_has(token)
    os.kill(zygote, signal.SIGCONT)
    await until_all_ended([zygote])
    assert (folder / "runtime" / "shared" / "zygote.log").read_bytes() == b""
    if found != isolation:
        pytest.skip(f"this machine has no {isolation} that works")
    assert len(pids) >= 6


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split()]


@pytest.mark.parametrize("isolation", ["bubblewrap", "landlock", "process"])
async def test_nothing_is_left_when_the_server_is_killed(apart: Path, token: str, isolation: str) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVER, str(apart / isolation), isolation, token, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    async with asyncio.timeout(PATIENCE):
        found = (await server.stdout.readline()).decode().strip()
    pids = with_argument(token)
    server.send_signal(signal.SIGKILL)
    await server.wait()
    if found != isolation:
        pytest.skip(f"this machine has no {isolation} that works")
    assert len(pids) >= 6
    await until_all_ended(pids)
    await until_none_has(token)
