"""Creating a sandbox: one Pod, whatever happens; none left where it does not run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from k8s_sandbox_tui.provider import create as create_module
from k8s_sandbox_tui.provider import start_failure
from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.connection.absence import Absence
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    ConflictError,
    CreateError,
    CreateTimeoutError,
    ForbiddenError,
    InvalidArgumentError,
    InvalidObjectError,
    NotFoundError,
    SandboxError,
    TransportError,
)
from k8s_sandbox_tui.provider.models import CreateProgress, CreateStage, SandboxStatus
from tests.unit.provider.api_server import ApiServer, Watch, answer, cut, refusal, silence
from tests.unit.provider.cluster import EVENTS, PODS, RECORDED, REFUSALS, CreatingServer, as_sent, pod

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web

    from k8s_sandbox_tui.provider.sandbox import Sandbox


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig(), runtime="python", timeout=10_000) as opened:
        yield opened


@pytest.fixture
def cluster(server: ApiServer) -> CreatingServer:
    return CreatingServer(server)


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_failure, "IMAGE_GRACE", 0.1)
    monkeypatch.setattr(start_failure, "UNSCHEDULABLE_GRACE", 0.1)


async def started(cluster: CreatingServer, creating: asyncio.Task[Sandbox]) -> None:
    """Waits until the Pod is there and is watched."""
    waiting = asyncio.create_task(cluster.watch.opened.wait())
    await asyncio.wait({waiting, creating}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if creating.done():
        await creating


async def test_a_sandbox_from_request_to_running(compute: Compute, cluster: CreatingServer) -> None:
    seen: list[CreateProgress] = []
    creating = asyncio.create_task(
        compute.sandbox.create(envs={"A": "1"}, metadata={"owner": "ann"}, on_progress=seen.append)
    )
    await started(cluster, creating)
    cluster.become("running")
    sandbox = await creating

    assert sandbox.sandbox_id == f"sandboxes/{cluster.name}"
    assert sandbox.info.status is SandboxStatus.RUNNING
    assert sandbox.info.metadata == {"owner": "ann"}
    assert [progress.stage for progress in seen] == [CreateStage.ACCEPTED, CreateStage.RUNNING]
    (post,) = cluster.server.requests("POST", PODS)
    sent = msgspec.json.decode(post.body)
    assert sent["spec"]["containers"][0]["env"] == [{"name": "A", "value": "1"}]
    (watch,) = cluster.server.requests("GET", PODS)
    assert watch.query["fieldSelector"] == f"metadata.name={cluster.name}"
    assert cluster.deleted == []


async def test_f39_where_watch_is_refused_the_pod_is_looked_at(compute: Compute, cluster: CreatingServer) -> None:
    cluster.server.on("GET", PODS, refusal(REFUSALS["watch forbidden"]))
    looks = 0

    async def look(request: web.Request) -> web.Response:
        nonlocal looks
        looks += 1
        if looks == 2:
            cluster.change("running")
        return await cluster.show(request)

    cluster.server.on_any("GET", look)
    await compute.sandbox.create()
    cluster.pod = None
    cluster.taken.clear()
    cluster.server.on_any("GET", cluster.show)
    creating = asyncio.create_task(compute.sandbox.create())
    await cluster.taken.wait()
    cluster.change("running")
    await creating
    assert len(cluster.server.requests("GET", PODS)) == 1  # asked for a watch once, and remembered


@pytest.mark.parametrize("kind", ["exited 3", "exited 0", "no such command", "deadline"])
async def test_f36_what_has_ended_fails_at_once_with_its_reason(
    kind: str, compute: Compute, cluster: CreatingServer
) -> None:
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become(kind)
    with pytest.raises(CreateError, match="cannot start: ") as caught:
        await creating
    assert not isinstance(caught.value, CreateTimeoutError)
    assert caught.value.reason in {"Error", "Completed", "StartError", "DeadlineExceeded"}
    assert cluster.deleted == ["uid-of-new"]


@pytest.mark.usefixtures("no_grace")
async def test_f36_an_image_that_cannot_be_pulled(compute: Compute, cluster: CreatingServer) -> None:
    events = msgspec.json.decode(msgspec.json.encode(RECORDED.events))
    for event in events["items"]:
        event["involvedObject"]["uid"] = "uid-of-new"
    cluster.server.on("GET", EVENTS, answer(events))
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become("image cannot be pulled")
    with pytest.raises(CreateError, match=r"ImagePullBackOff: Back-off.*check the registry's name") as caught:
        await creating
    assert caught.value.reason == "ImagePullBackOff"
    assert caught.value.events[0].startswith("Scheduled: ")
    assert 'Pulling: Pulling image "nosuch.invalid/image:1"' in caught.value.events
    assert cluster.deleted == ["uid-of-new"]


@pytest.mark.usefixtures("no_grace")
async def test_events_of_an_earlier_pod_and_forbidden_events_are_no_events(
    compute: Compute, cluster: CreatingServer
) -> None:
    for events in (answer(RECORDED.events), refusal(REFUSALS["list forbidden"])):
        cluster.server.on("GET", EVENTS, events)
        cluster.watch.opened.clear()
        creating = asyncio.create_task(compute.sandbox.create())
        await started(cluster, creating)
        cluster.become("image cannot be pulled")
        with pytest.raises(CreateError) as caught:
            await creating
        assert caught.value.events == ()


@pytest.mark.usefixtures("no_grace")
async def test_f36_no_room_is_given_up_unless_a_node_is_coming(compute: Compute, cluster: CreatingServer) -> None:
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become("unschedulable")
    with pytest.raises(CreateError, match="Unschedulable: 0/1 nodes are available"):
        await creating

    coming = {"reason": "TriggeredScaleUp", "message": "1->2", "involvedObject": {"uid": "uid-of-new"}}
    cluster.server.on("GET", EVENTS, answer({"items": [coming]}))
    cluster.watch.opened.clear()
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become("unschedulable")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.4):
            await asyncio.shield(creating)
    cluster.become("running")
    assert (await creating).info.status is SandboxStatus.RUNNING

    # Who may not read events, as by ComputeSDK's own rights, cannot know: the node may be coming.
    cluster.server.on("GET", EVENTS, refusal(REFUSALS["list forbidden"]))
    cluster.pod = None
    cluster.watch.opened.clear()
    creating = asyncio.create_task(compute.sandbox.create(timeout=2000))
    await started(cluster, creating)
    cluster.become("unschedulable")
    with pytest.raises(CreateTimeoutError, match="Unschedulable") as caught:
        await creating
    assert caught.value.reason == "Unschedulable"


async def test_f32_ts4_a_timeout_deletes_the_pod(compute: Compute, cluster: CreatingServer) -> None:
    with pytest.raises(CreateTimeoutError, match="did not run in time: it is pending"):
        await compute.sandbox.create(timeout=1000)
    assert cluster.deleted == ["uid-of-new"]


async def test_a_timeout_of_zero_looks_once(compute: Compute, cluster: CreatingServer) -> None:
    with pytest.raises(CreateTimeoutError):
        await compute.sandbox.create(timeout=0)
    assert cluster.deleted == ["uid-of-new"]


async def test_f32_ts4_cancelling_deletes_the_pod(compute: Compute, cluster: CreatingServer) -> None:
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    assert cluster.deleted == ["uid-of-new"]


async def test_f32_ts4_cancelling_before_the_answer_deletes_the_pod(compute: Compute, cluster: CreatingServer) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(request: web.Request) -> web.Response:
        arrived.set()
        await go_on.wait()
        return await cluster.take(request)

    cluster.server.on("POST", PODS, slowly)
    creating = asyncio.create_task(compute.sandbox.create())
    await arrived.wait()
    creating.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await creating
    assert cluster.deleted == ["uid-of-new"]


async def test_no_answer_ends_with_the_timeout_and_deletes_what_was_made_after_all(
    compute: Compute, cluster: CreatingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create_module, "SHORTEST_SUBMIT_SECONDS", 1.0)
    looks = 0

    async def made_after_the_first_look(request: web.Request) -> web.StreamResponse:
        nonlocal looks
        shown = await cluster.show(request)
        looks += 1
        if looks == 1:
            cluster.pod = as_sent(cluster.server.requests("POST", PODS)[0].body)
        return shown

    cluster.server.on("POST", PODS, silence())
    cluster.server.on_any("GET", made_after_the_first_look)
    async with asyncio.timeout(60):
        with pytest.raises(TransportError, match="did not answer in time"):
            await compute.sandbox.create(timeout=1000)
    assert cluster.deleted == ["uid-of-new"]


async def test_cancelling_a_request_that_is_never_answered_deletes_what_it_made(
    compute: Compute, cluster: CreatingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create_module, "LAST_WORD_SECONDS", 0.1)

    async def take_and_be_silent(request: web.Request) -> web.StreamResponse:
        await cluster.take(request)
        return await silence()(request)

    cluster.server.on("POST", PODS, take_and_be_silent)
    creating = asyncio.create_task(compute.sandbox.create())
    await cluster.taken.wait()
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    assert cluster.deleted == ["uid-of-new"]


async def test_cancelling_twice_still_deletes_the_pod(compute: Compute, cluster: CreatingServer) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(request: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        return await cluster.delete(request)

    cluster.server.on_any("DELETE", slowly)
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    creating.cancel()
    await asked.wait()
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    go_on.set()
    await compute.aclose()
    assert cluster.deleted == ["uid-of-new"]


async def test_closing_while_a_create_waits_deletes_the_pod(compute: Compute, cluster: CreatingServer) -> None:
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    await compute.aclose()
    assert cluster.deleted == ["uid-of-new"]
    with pytest.raises(SandboxError, match="The connection was closed while the sandbox was created"):
        await creating


async def test_closing_in_a_hurry_has_sent_the_delete(compute: Compute, cluster: CreatingServer) -> None:
    """As a screen that closes leaves: the create is cancelled, and closing has less time than the answer takes."""
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(request: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        return await cluster.delete(request)

    cluster.server.on_any("DELETE", slowly)
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    creating.cancel()
    closing = asyncio.create_task(compute.aclose())
    await asyncio.wait_for(asked.wait(), 30)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await creating


async def test_a_pod_that_is_deleted_while_it_starts(compute: Compute, cluster: CreatingServer) -> None:
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become("running", event="DELETED")
    with pytest.raises(CreateError, match="was deleted while it started") as caught:
        await creating
    assert caught.value.reason == "Deleted"


async def test_a_pod_that_cannot_be_deleted_is_named(compute: Compute, cluster: CreatingServer) -> None:
    cluster.server.on_any("DELETE", refusal(REFUSALS["list forbidden"]))
    with pytest.raises(CreateTimeoutError) as caught:
        await compute.sandbox.create(timeout=1000)
    assert f"The sandbox sandboxes/{cluster.name} may have been left behind" in caught.value.hint


async def test_a_broken_watch_is_no_failure(compute: Compute, cluster: CreatingServer) -> None:
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.change("running")
    cluster.watch.cut()
    assert (await creating).info.status is SandboxStatus.RUNNING


async def test_f39_an_expired_watch_is_no_failure(compute: Compute, cluster: CreatingServer) -> None:
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.change("running")
    cluster.watch.send_raw(b'{"type":"ERROR","object":{"kind":"Status","code":410}}\n')
    assert (await creating).info.status is SandboxStatus.RUNNING


async def test_a_server_that_restarts_and_knows_no_roles_yet_is_no_failure(
    compute: Compute, cluster: CreatingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = asyncio.Event()
    note = Absence.note

    def noted(absence: Absence) -> None:
        note(absence)
        away.set()

    monkeypatch.setattr(Absence, "note", noted)
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    again = Watch()
    cluster.server.on("GET", PODS, refusal(REFUSALS["watch forbidden"]), again)
    cluster.server.on_any("GET", refusal(REFUSALS["list forbidden"]), cluster.show)
    await cluster.server.stop_listening()
    cluster.watch.cut()
    await asyncio.wait_for(away.wait(), 30)
    await cluster.server.listen()
    await again.opened.wait()
    cluster.change("running")
    again.send("MODIFIED", cluster.pod)
    assert (await creating).info.status is SandboxStatus.RUNNING


async def test_f33_a_lost_answer_adopts_the_pod_that_was_made(compute: Compute, cluster: CreatingServer) -> None:
    async def take_and_cut(request: web.Request) -> web.StreamResponse:
        cluster.pod = as_sent(await request.read())
        cluster.change("running")
        return await cut()(request)

    cluster.server.on("POST", PODS, take_and_cut, cluster.take)
    sandbox = await compute.sandbox.create()
    assert sandbox.uid == "uid-of-new"
    first, second = cluster.server.requests("POST", PODS)
    assert first.body == second.body


async def test_a_lost_request_is_sent_again(compute: Compute, cluster: CreatingServer) -> None:
    cluster.server.on("POST", PODS, cut(), answer("", 503), cluster.take)
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become("running")
    await creating
    assert len({post.body for post in cluster.server.requests("POST", PODS)}) == 1


async def test_f33_a_lost_answer_and_somebody_elses_pod_of_the_name(compute: Compute, cluster: CreatingServer) -> None:
    async def somebody_elses(request: web.Request) -> web.StreamResponse:
        name = msgspec.json.decode(await request.read())["metadata"]["name"]
        cluster.server.on("GET", f"{PODS}/{name}", answer(pod("running", name=name)))
        return await cut()(request)

    taken = refusal(REFUSALS["already exists"])
    cluster.server.on("POST", PODS, somebody_elses, taken, cluster.take)
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become("running")
    await creating
    names = [msgspec.json.decode(post.body)["metadata"]["name"] for post in cluster.server.requests("POST", PODS)]
    assert names[0] == names[1] != names[2]


async def test_a_taken_name_is_replaced_unless_it_was_asked_for(compute: Compute, cluster: CreatingServer) -> None:
    taken = refusal(REFUSALS["already exists"])
    cluster.server.on("POST", PODS, taken, taken, cluster.take)
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become("running")
    await creating
    posts = cluster.server.requests("POST", PODS)
    assert len({msgspec.json.decode(post.body)["metadata"]["name"] for post in posts}) == 3

    cluster.server.on("POST", PODS, taken)
    with pytest.raises(ConflictError, match=r"already exists\. Choose another name"):
        await compute.sandbox.create(name="mine")
    assert len(cluster.server.requests("POST", PODS)) == 4
    assert cluster.deleted == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("invalid name", InvalidObjectError),
        ("malformed quantity", InvalidObjectError),
        ("namespace missing", NotFoundError),
        ("list forbidden", ForbiddenError),
    ],
)
async def test_a_refused_pod_is_sent_once(
    name: str, kind: type[ApiError], compute: Compute, cluster: CreatingServer
) -> None:
    cluster.server.on("POST", PODS, refusal(REFUSALS[name]))
    with pytest.raises(kind):
        await compute.sandbox.create()
    assert [seen.method for seen in cluster.server.seen] == ["POST"]


async def test_the_service_account_of_a_new_namespace_is_waited_for(compute: Compute, cluster: CreatingServer) -> None:
    said = 'pods "n" is forbidden: error looking up service account sandboxes/{0}: serviceaccount "{0}" not found'
    missing = {"kind": "Status", "reason": "Forbidden", "code": 403}
    cluster.server.on("POST", PODS, answer(missing | {"message": said.format("default")}, 403), cluster.take)
    creating = asyncio.create_task(compute.sandbox.create())
    await started(cluster, creating)
    cluster.become("running")
    await creating

    cluster.server.on("POST", PODS, answer(missing | {"message": said.format("builder")}, 403))
    with pytest.raises(ForbiddenError, match="Create the service account builder"):
        await compute.sandbox.create(service_account="builder")
    assert len(cluster.server.requests("POST", PODS)) == 3


async def test_no_server_no_pod(compute: Compute, server: ApiServer) -> None:
    await server.stop_listening()
    with pytest.raises(TransportError, match="cannot be reached"):
        await compute.sandbox.create()


@pytest.mark.parametrize(
    "options",
    [
        {"name": "Bad_Name"},
        {"name": "a" * 64},
        {"namespace": "../x"},
        {"runtime": "deno"},
        {"image": "a b"},
        {"timeout": -1},
        {"envs": {"A=": "x"}},
        {"metadata": {"a/b": "x"}},
    ],
)
async def test_bad_arguments_reach_no_server(options: dict[str, object], compute: Compute, server: ApiServer) -> None:
    create = cast("Callable[..., Awaitable[object]]", compute.sandbox.create)
    with pytest.raises(InvalidArgumentError):
        await create(**options)
    assert server.seen == []
