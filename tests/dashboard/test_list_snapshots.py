"""How the lists of forwards and of jobs look, compared to pictures that were looked at."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.provider.forward.model import ForwardWay
from k8s_sandbox_tui.provider.jobs.models import JobState
from tests.dashboard.scripted import ScriptedCluster, ScriptedForward, ScriptedSandbox
from tests.dashboard.scripted_jobs import ScriptedJob
from tests.dashboard.test_main_snapshots import fleet, picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dashboard.test_main_snapshots import Compare

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@pytest.fixture(autouse=True)
def in_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Starts of jobs are told in the time of whoever looks."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@dataclass
class Forwarding(ScriptedSandbox):
    """Has a forward that is used, and others that go through exec to ports that nobody listens on."""

    async def forward_port(self, remote_port: int, *, local_port: int = 0) -> ScriptedForward:
        forward = await super().forward_port(remote_port, local_port=local_port)
        match remote_port:
            case 3000:
                forward.live_connections, forward.total_connections = 2, 31
                forward.bytes_sent, forward.bytes_received = 48_213, 9_120_334
            case _:
                forward.via = ForwardWay.EXEC
                forward.last_error = f"Nothing listens on port {remote_port} of the sandbox."
        return forward


@SIZES
def test_forwards(snap_compare: Compare, size: tuple[int, int]) -> None:
    cluster = ScriptedCluster()
    info = fleet()[0]
    cluster.compute.sandbox.known[info.id] = Forwarding(info.id, info.uid, info=info)
    another = ("n", *["backspace"] * 4)
    keys = ("f", "enter", *another, *"5173", "enter", "up")
    assert picture(snap_compare, size, *keys, cluster=cluster)


def with_jobs() -> ScriptedCluster:
    cluster = ScriptedCluster()
    info = fleet()[0]
    sandbox = cluster.compute.sandbox.known[info.id] = ScriptedSandbox(info.id, info.uid, info=info)
    for number, (command, state, code) in enumerate(
        [
            ("npm ci && npm run build -- --mode production --out-dir /work/dist/site", JobState.EXITED, 0),
            ("python3 train.py --epochs 40", JobState.EXITED, 137),
            ("python3 -m http.server 8000", JobState.LOST, None),
            ("npm run dev", JobState.RUNNING, None),
        ],
        start=1,
    ):
        job = ScriptedJob(number, command)
        job.info = msgspec.structs.replace(job.info, state=state, exit_code=code)
        sandbox.jobs.jobs.append(job)
    return cluster


@SIZES
def test_jobs(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size, "b", "down", cluster=with_jobs())


def test_the_question_before_a_job_ends(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "b", "f7", cluster=with_jobs())
