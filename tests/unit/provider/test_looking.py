"""Events and logs of one sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    ForbiddenError,
    InvalidArgumentError,
    InvalidObjectError,
    SandboxGoneError,
)
from tests.unit.provider.api_server import ApiServer, answer, refusal
from tests.unit.provider.cluster import PODS, REFUSALS, pod

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from k8s_sandbox_tui.provider.sandbox import Sandbox

UID = "26a5592b-846e-4e57-af67-0eba2fdc1e87"
POD = f"{PODS}/golden-a"
EVENTS = "/api/v1/namespaces/sandboxes/events"


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


@pytest.fixture
async def golden(compute: Compute, server: ApiServer) -> Sandbox:
    server.on("GET", POD, answer(pod()))
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    return sandbox


async def test_events_of_this_uid_come_oldest_first_with_their_count(golden: Sandbox, server: ApiServer) -> None:
    def event(name: str, second: int, uid: str = UID, count: int | None = None) -> dict[str, object]:
        moment = f"2026-01-01T00:00:{second:02}Z"
        return {
            "metadata": {"name": name},
            "involvedObject": {"uid": uid},
            "type": "Normal",
            "reason": name,
            "message": "m",
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "count": count,
        }

    listed = {"items": [event("later", 2, count=4), event("first", 1), event("other", 0, uid="another")]}
    server.on("GET", EVENTS, answer(listed))
    events = await golden.get_events()
    assert [(event.reason, event.count) for event in events] == [("first", 1), ("later", 4)]
    assert events[0].first_at is not None
    assert events[0].first_at.second == 1


async def test_the_end_of_the_log_is_asked_for_and_comes_as_bytes(golden: Sandbox, server: ApiServer) -> None:
    server.on("GET", f"{POD}/log", answer("one\ntwo\n"))
    assert await golden.get_log(tail_lines=2, previous=True) == b"one\ntwo\n"
    (seen,) = server.requests("GET", f"{POD}/log")
    assert seen.query == {"container": "sandbox", "tailLines": "2", "limitBytes": "1048576", "previous": "true"}


async def test_a_log_of_another_pod_of_the_name_is_not_read(golden: Sandbox, server: ApiServer) -> None:
    server.on("GET", POD, answer(pod(name="golden-a", uid="another")))
    with pytest.raises(SandboxGoneError, match="replaced"):
        await golden.get_log()
    assert server.requests("GET", f"{POD}/log") == []


async def test_refusals_say_what_they_are(golden: Sandbox, server: ApiServer) -> None:
    server.on("GET", EVENTS, refusal(REFUSALS["list forbidden"]))
    with pytest.raises(ForbiddenError):
        await golden.get_events()
    waiting = {"kind": "Status", "status": "Failure", "message": "container is waiting to start", "code": 400}
    server.on("GET", f"{POD}/log", answer(waiting, 400))
    with pytest.raises(InvalidObjectError, match="waiting to start") as caught:
        await golden.get_log()
    assert caught.value.hint
    with pytest.raises(InvalidArgumentError):
        await golden.get_log(tail_lines=0)


UNREACHED = 'Get "https://10.0.0.5:10250/containerLogs/sandboxes/golden-a/sandbox?limitBytes=1048576": '


@pytest.mark.parametrize(
    ("code", "said", "told", "step"),
    [
        (500, f"{UNREACHED}dial tcp 10.0.0.5:10250: connect: no route to host", "dial tcp", "get nodes"),
        (
            500,
            f"{UNREACHED}proxy error from 127.0.0.1:6443 while dialing 10.0.0.5:10250, code 502: 502 Bad Gateway",
            "proxy error from 127.0.0.1:6443 while dialing 10.0.0.5:10250, code 502: 502 Bad Gateway",
            "get nodes",
        ),
        (500, f"{UNREACHED}remote error: tls: internal error", "remote error: tls", "get csr"),
        (500, "error dialing backend: No agent available", "No agent available", "get nodes"),
        (
            403,
            "Forbidden (user=kube-apiserver, verb=get, resource=nodes, subresource=proxy) ( pods/log golden-a)",
            "Forbidden .user=kube-apiserver",
            "get nodes",
        ),
        (
            401,
            "the server has asked for the client to provide credentials ( pods/log golden-a)",
            "its kubelet does not accept the API server's credentials",
            "get nodes",
        ),
    ],
)
async def test_a_log_on_a_node_that_is_not_reached_says_so_and_what_to_look_at(
    golden: Sandbox, server: ApiServer, *, code: int, said: str, told: str, step: str
) -> None:
    server.on("GET", f"{POD}/log", answer({"kind": "Status", "status": "Failure", "message": said, "code": code}, code))
    with pytest.raises(ApiError, match=f"cannot reach the node of sandbox sandboxes/golden-a: {told}") as caught:
        await golden.get_log()
    assert f"kubectl {step}" in caught.value.hint
    assert "containerLogs" not in str(caught.value)


async def test_a_log_that_one_may_not_read_names_the_right(golden: Sandbox, server: ApiServer) -> None:
    said = (
        'pods "golden-a" is forbidden: User "ann" cannot get resource "pods/log" in API group "" in the namespace'
        ' "sandboxes"'
    )
    refused = {"kind": "Status", "status": "Failure", "message": said, "reason": "Forbidden", "code": 403}
    server.on("GET", f"{POD}/log", answer(refused, 403))
    with pytest.raises(ForbiddenError, match="is forbidden") as caught:
        await golden.get_log()
    assert "'pods/log'" in caught.value.hint
