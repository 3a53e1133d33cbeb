"""`top`: what sandboxes use, as a process against the local cluster and against servers that do not measure it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec.structs import replace

from k8s_sandbox_tui.cli import exit_codes
from k8s_sandbox_tui.cli.selecting_arguments import Top
from k8s_sandbox_tui.cli.top import measured, top
from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import ForbiddenError, SandboxError
from k8s_sandbox_tui.provider.models import SandboxStatus
from k8s_sandbox_tui.provider.usage import SandboxUsage
from tests.cli.program import run
from tests.dashboard.scripted import NOW, sandbox_info
from tests.unit.provider.api_server import ApiServer, answer
from tests.unit.provider.cluster import PODS, pod, pod_list

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

METRICS = "/apis/metrics.k8s.io/v1beta1/namespaces/sandboxes/pods"


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with ApiServer() as running:
        yield running


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


def metrics(**used: tuple[str, str]) -> dict[str, object]:
    items = [
        {
            "metadata": {"name": name.replace("_", "-"), "namespace": "sandboxes"},
            "timestamp": "2099-01-01T00:00:00Z",
            "containers": [{"name": "sandbox", "usage": {"cpu": cpu, "memory": memory}}],
        }
        for name, (cpu, memory) in used.items()
    ]
    return {"kind": "PodMetricsList", "items": items}


def pods(*names: str) -> list[dict[str, object]]:
    return [pod(name=name, uid=f"uid-{name}") for name in names]


async def test_the_hungriest_come_first_with_their_share_of_the_limit(
    compute: Compute, server: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.on("GET", PODS, pod_list(*pods("a", "b", "c")))
    server.on("GET", METRICS, answer(metrics(b=("500m", "64Mi"), a=("20m", "512Mi"), gone=("1", "1Gi"))))
    assert await top(Top(), compute) == exit_codes.OK
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["ID", "CPU", "CPU%", "MEMORY", "MEMORY%"],
        ["sandboxes/b", "500m", "50%", "64Mi", "6%"],
        ["sandboxes/a", "20m", "2%", "512Mi", "50%"],
        ["sandboxes/c", "-", "-", "-", "-"],
    ]
    assert [seen.query["labelSelector"] for seen in server.seen] == ["computesdk.io/managed=true"] * 2
    for verb, ids in (
        (Top(sort_by="memory", output="json"), "abc"),
        (Top(sort_by="id", output="json"), "abc"),
        (Top(output="json"), "bac"),
    ):
        await top(verb, compute)
        shown = msgspec.json.decode(capsys.readouterr().out, type=list[dict[str, object]])
        assert [one["name"] for one in shown] == list(ids)
        assert (shown[-1]["cpu"], shown[-1]["measured_at"]) == (None, None)
        assert {"id", "uid", "status", "cpu", "memory", "requests", "limits"} <= shown[0].keys()


async def test_which_are_meant_is_said_as_for_ls(
    compute: Compute, server: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.on("GET", PODS, pod_list())
    server.on("GET", METRICS, answer(metrics()))
    assert await top(Top(label=[("team", "search")]), compute) == exit_codes.OK
    assert server.requests("GET", PODS)[0].query["labelSelector"] == "computesdk.io/managed=true,team=search"
    assert capsys.readouterr().err == "No sandbox that is like that runs in namespace sandboxes.\n"


async def test_without_a_metrics_server_it_says_what_is_missing(compute: Compute, server: ApiServer) -> None:
    server.on("GET", PODS, pod_list(pod()))
    missing = {"kind": "Status", "code": 404, "message": "the server could not find the requested resource"}
    server.on("GET", METRICS, answer(missing, 404))
    with pytest.raises(
        SandboxError, match=r"The cluster does not measure CPU and memory\. It needs a metrics"
    ) as failed:
        await top(Top(), compute)
    assert exit_codes.of(failed.value) == exit_codes.FAILED
    denied = {"kind": "Status", "code": 403, "reason": "Forbidden", "message": "pods.metrics.k8s.io is forbidden"}
    server.on("GET", METRICS, answer(denied, 403))
    with pytest.raises(ForbiddenError) as refused:
        await top(Top(), compute)
    assert exit_codes.of(refused.value) == exit_codes.NOT_ALLOWED


def test_what_was_measured_of_an_earlier_pod_of_that_name_is_not_taken_for_it() -> None:
    info = sandbox_info(1)
    usage = SandboxUsage(namespace=info.namespace, name=info.name, cpu=1, memory=1, measured_at=NOW)
    ended = replace(info, status=SandboxStatus.STOPPED)
    young = replace(info, created_at=NOW + timedelta(seconds=1))
    assert measured([info], [usage])[0].usage is usage
    assert measured([young], [usage])[0].usage is None
    assert measured([ended], []) == []
    assert len(measured([ended], [usage])) == 1


@pytest.mark.usefixtures("in_local_cluster")
async def test_a_sandbox_of_the_local_cluster_is_measured(box: str) -> None:
    """Through the whole program; a metrics server may take a moment to have seen it."""
    async with asyncio.timeout(60):
        while True:
            done = await asyncio.to_thread(run, "top", "-o", "json")
            assert done.returncode == 0, done.stderr
            shown = msgspec.json.decode(done.stdout, type=list[dict[str, object]])
            (mine,) = [one for one in shown if one["id"] == box]
            memory = mine["memory"]
            if isinstance(memory, int) and memory > 0:
                break
    table = (await asyncio.to_thread(run, "top", "--sort-by", "id")).stdout
    assert table.splitlines()[0].split() == ["ID", "CPU", "CPU%", "MEMORY", "MEMORY%"]
    assert box in table
