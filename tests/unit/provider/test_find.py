"""Finding and destroying many: what the server is asked, what is told apart here, and one outcome for each."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from k8s_sandbox_tui.provider import feed
from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.destroy_many import DestroyOutcome
from k8s_sandbox_tui.provider.errors import (
    ConfigError,
    DestroyTimeoutError,
    ForbiddenError,
    InvalidArgumentError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.models import SandboxStatus
from k8s_sandbox_tui.provider.selection import select
from k8s_sandbox_tui.provider.watch import ChangeKind, SandboxChange
from tests.unit.provider.api_server import ApiServer, Watch, answer, refusal
from tests.unit.provider.cluster import PODS, REFUSALS, pod, pod_list

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web

    from k8s_sandbox_tui.provider.watch import SandboxWatch
    from tests.unit.provider.api_server import Recorded

MANAGED = "computesdk.io/managed=true"


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


def named(name: str, kind: str = "running", **metadata: object) -> Recorded:
    return pod(kind, **({"name": name, "uid": f"uid-{name}"} | metadata))


async def test_the_server_tells_labels_runtime_and_running_apart(compute: Compute, server: ApiServer) -> None:
    server.on("GET", PODS, pod_list())
    await compute.sandbox.list(labels={"team": "a"}, runtime="python", status="running")
    await compute.sandbox.list(status=[SandboxStatus.RUNNING, SandboxStatus.FAILED])
    first, second = server.seen
    assert first.query["labelSelector"] == f"{MANAGED},team=a,computesdk.io/runtime=python"
    assert first.query["fieldSelector"] == "status.phase=Running"
    assert second.query == {"labelSelector": MANAGED, "limit": "500"}


async def test_metadata_status_and_age_are_told_apart_here(compute: Compute, server: ApiServer) -> None:
    ann = named("a", annotations={"computesdk.io/meta-owner": "ann", "computesdk.io/meta-n": "7"})
    ended = named("b", "exited 3", annotations={"computesdk.io/meta-owner": "ann"})
    young = named("c", creationTimestamp="2999-01-01T00:00:00Z")
    server.on("GET", PODS, pod_list(ann, ended, young))

    async def names(**options: object) -> list[str]:
        find = cast("Callable[..., Awaitable[list[object]]]", compute.sandbox.list)
        return [cast("str", vars(one)["_info"].name) for one in await find(**options)]

    assert await names(metadata={"owner": "ann"}) == ["a", "b"]
    assert await names(metadata={"owner": "ann", "n": 7}) == ["a"]
    assert await names(metadata={"owner": ""}) == []
    assert await names(status="failed") == ["b"]
    assert await names(status=["failed", SandboxStatus.RUNNING]) == ["a", "b", "c"]
    assert await names(older_than=timedelta(seconds=1)) == ["a", "b"]
    assert await names(newer_than=1000) == ["c"]


@pytest.mark.parametrize(
    "options",
    [
        {"namespaces": "team-a"}, {"namespaces": ["a/b"]}, {"namespace": "a", "namespaces": ["b"]},
        {"labels": {"a b": "c"}}, {"labels": {"a": "b,c=d"}}, {"metadata": {"a/b": 1}}, {"runtime": "deno"},
        {"status": "up"}, {"status": [1]}, {"older_than": 0}, {"newer_than": "1h"},
    ],
)  # fmt: skip
async def test_what_cannot_be_selected_reaches_no_server(
    options: dict[str, object], compute: Compute, server: ApiServer
) -> None:
    with pytest.raises(InvalidArgumentError):
        await cast("Callable[..., Awaitable[object]]", compute.sandbox.list)(**options)
    assert server.seen == []


async def test_several_namespaces_and_all(compute: Compute, server: ApiServer) -> None:
    for path, name in (("namespaces/a/pods", "one"), ("namespaces/b/pods", "two"), ("pods", "three")):
        server.on("GET", f"/api/v1/{path}", pod_list(named(name)))
    assert [one.name for one in await compute.sandbox.list(namespaces=["a", "b", "a"])] == ["one", "two"]
    assert [one.name for one in await compute.sandbox.list(namespaces=())] == ["three"]


async def test_pages_come_one_by_one_and_no_sandbox_twice(compute: Compute, server: ApiServer) -> None:
    expired = answer({"kind": "Status", "reason": "Expired", "code": 410}, 410)
    first = pod_list(named("a"), resume="next")
    server.on("GET", PODS, first, expired, first, pod_list(named("b")))
    pages = compute.sandbox.pages(page_size=1)
    assert server.seen == []
    assert [one.name for one in await anext(pages)] == ["a"]
    assert len(server.seen) == 1
    assert [[one.name for one in page] async for page in pages] == [[], ["b"]]
    assert {seen.query["limit"] for seen in server.seen} == {"1"}
    for size in (0, 5001):
        with pytest.raises(InvalidArgumentError, match="It has from 1 to 5000"):
            compute.sandbox.pages(page_size=size)


def deletable(server: ApiServer, name: str, status: int = 200) -> None:
    server.on("GET", f"{PODS}/{name}", answer(named(name)))
    body = named(name) if status == 200 else {"kind": "Status", "code": status, "message": "no"}
    server.on("DELETE", f"{PODS}/{name}", answer(body, status))


async def test_f34_each_of_many_has_its_outcome(compute: Compute, server: ApiServer) -> None:
    deletable(server, "good")
    deletable(server, "forbidden", 403)
    deletable(server, "broken", 400)
    server.on("GET", f"{PODS}/web", answer(named("web", labels={"app": "web"})))
    server.on("GET", f"{PODS}/gone", refusal(REFUSALS["pod missing"]))
    server.on("GET", f"{PODS}/replaced", answer(named("replaced")))
    old = await compute.sandbox.get_by_id("replaced")
    assert old is not None
    server.on("GET", f"{PODS}/replaced", answer(named("replaced", uid="another")))

    targets = ["good", "gone", "web", "forbidden", "broken", old.info, "sandboxes/good"]
    results = await compute.sandbox.destroy_many(targets)
    assert [(result.sandbox_id, result.outcome.value) for result in results] == [
        ("sandboxes/good", "destroyed"),
        ("sandboxes/gone", "not found"),
        ("sandboxes/web", "not managed"),
        ("sandboxes/forbidden", "forbidden"),
        ("sandboxes/broken", "failed"),
        ("sandboxes/replaced", "replaced"),
        ("sandboxes/good", "destroyed"),
    ]
    assert [result.error is None for result in results] == [True, True, False, False, False, False, True]
    assert isinstance(results[5].error, SandboxGoneError)
    assert len(server.requests("DELETE", f"{PODS}/good")) == 1


async def test_an_id_that_is_none_keeps_all_of_them(compute: Compute, server: ApiServer) -> None:
    for wrong in (["good", "ns/.."], "good"):
        with pytest.raises(InvalidArgumentError):
            await compute.sandbox.destroy_many(wrong)
    assert server.seen == []


async def test_a_selection_is_destroyed_by_uid(compute: Compute, server: ApiServer) -> None:
    server.on("GET", PODS, pod_list(named("a"), named("b", "exited 0")))
    deletable(server, "b")
    results = await compute.sandbox.destroy_many(select(status="stopped"))
    assert [(result.sandbox_id, result.outcome) for result in results] == [("sandboxes/b", DestroyOutcome.DESTROYED)]


async def test_each_outcome_is_told_as_it_is_known_and_who_has_enough_can_stop(
    compute: Compute, server: ApiServer
) -> None:
    names = [f"box-{number}" for number in range(25)]
    for name in names:
        deletable(server, name)
    told: list[tuple[str, str]] = []
    results = await compute.sandbox.destroy_many(
        names,
        on_result=lambda result: told.append((result.sandbox_id, result.outcome)),
        keep_going=lambda: len(told) < 3,
    )
    assert sorted(told) == sorted([(result.sandbox_id, result.outcome) for result in results])
    assert {result.outcome for result in results[:3]} == {DestroyOutcome.DESTROYED}
    skipped = [result for result in results if result.outcome is DestroyOutcome.SKIPPED]
    # Twenty are under way before the first outcome is known.
    assert 2 <= len(skipped) <= 5
    assert all(not server.requests("DELETE", f"{PODS}/{one.sandbox_id.split('/')[1]}") for one in skipped)


async def test_at_most_twenty_at_once(compute: Compute, server: ApiServer) -> None:
    running = peak = 0

    async def slowly(request: web.Request) -> web.StreamResponse:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.01)
        running -= 1
        return await refusal(REFUSALS["pod missing"])(request)

    server.on_any("GET", slowly)
    results = await compute.sandbox.destroy_many([f"web-{number}" for number in range(60)])
    assert {result.outcome for result in results} == {DestroyOutcome.NOT_FOUND}
    assert peak == 20


async def test_a_destroy_waits_until_the_pod_has_gone(compute: Compute, server: ApiServer) -> None:
    watch = Watch()
    deletable(server, "a")
    server.on("GET", PODS, watch)
    destroying = asyncio.create_task(compute.sandbox.destroy("a", wait=True))
    await watch.opened.wait()
    watch.send("MODIFIED", named("a", deletionTimestamp="2026-11-23T18:00:00Z"))
    await asyncio.sleep(0.05)
    assert not destroying.done()
    watch.send("DELETED", named("a"))
    async with asyncio.timeout(60):
        assert await destroying


async def test_where_watch_is_refused_a_destroy_looks_again_and_again(compute: Compute, server: ApiServer) -> None:
    deletable(server, "a")
    there = answer(named("a"))
    server.on("GET", f"{PODS}/a", there, there, refusal(REFUSALS["pod missing"]))
    server.on("GET", PODS, refusal(REFUSALS["watch forbidden"]))
    (result,) = await compute.sandbox.destroy_many(["a"], wait=True)
    assert result.outcome is DestroyOutcome.DESTROYED


async def test_a_pod_that_does_not_go(compute: Compute, server: ApiServer) -> None:
    deletable(server, "a")
    server.on("GET", PODS, Watch())
    with pytest.raises(DestroyTimeoutError, match=r"was deleted, but is still there after 0.4 s"):
        await compute.sandbox.destroy("a", wait=True, timeout=400)
    (result,) = await compute.sandbox.destroy_many(["a"], wait=True, timeout=400)
    assert result.outcome is DestroyOutcome.FAILED


LABELLED = {"computesdk.io/managed": "true", "computesdk.io/runtime": "python", "team": "search"}


async def changes(watch: SandboxWatch, count: int) -> list[tuple[str, str]]:
    found: list[SandboxChange] = []
    async with asyncio.timeout(60):
        while len(found) < count:
            found.append(await anext(watch))
    return [(change.kind.value, change.info.name) for change in found]


async def test_a_watch_tells_what_changes(compute: Compute, server: ApiServer) -> None:
    feed_ = Watch()

    async def take(request: web.Request) -> web.StreamResponse:
        return await (feed_ if "watch" in request.query else pod_list(named("a"), named("b", "exited 0")))(request)

    server.on("GET", PODS, take)
    async with compute.sandbox.watch(select(status="running")) as watch:
        assert await changes(watch, 1) == [("added", "a")]
        await feed_.opened.wait()
        feed_.send("MODIFIED", named("a", resourceVersion="9001"))
        assert await changes(watch, 1) == [("modified", "a")]
        feed_.send("MODIFIED", named("a", "exited 3", resourceVersion="9002"))
        change = await anext(watch)
        assert (change.kind, change.info.status) == (ChangeKind.REMOVED, SandboxStatus.FAILED)
        assert change.previous is not None
        assert change.previous.status is SandboxStatus.RUNNING
        feed_.send("ADDED", named("c"))
        assert await changes(watch, 1) == [("added", "c")]
        feed_.send("DELETED", named("c"))
        assert await changes(watch, 1) == [("removed", "c")]
    with pytest.raises(StopAsyncIteration):
        await anext(watch)


async def test_a_watch_asks_the_server_for_no_more_than_is_meant(compute: Compute, server: ApiServer) -> None:
    feed_ = Watch()

    async def take(request: web.Request) -> web.StreamResponse:
        return await (feed_ if "watch" in request.query else pod_list(named("a", labels=LABELLED)))(request)

    server.on("GET", PODS, take)
    async with compute.sandbox.watch(select(labels={"team": "search"}, runtime="python")) as watch:
        assert await changes(watch, 1) == [("added", "a")]
        await feed_.opened.wait()
        # As an API server tells that the labels are others now.
        feed_.send("DELETED", named("a", labels=LABELLED, resourceVersion="9003"))
        assert await changes(watch, 1) == [("removed", "a")]
    asked = {seen.query["labelSelector"] for seen in server.requests("GET", PODS)}
    assert asked == {"computesdk.io/managed=true,team=search,computesdk.io/runtime=python"}


async def test_a_watch_survives_what_passes_and_tells_what_does_not(
    compute: Compute, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "FIRST_BACKOFF", 0.02)
    server.on("GET", PODS, answer("", 503), pod_list(named("a")))
    async with compute.sandbox.watch(refresh_interval=0.1) as watch:
        assert await changes(watch, 1) == [("added", "a")]
    server.on("GET", PODS, refusal(REFUSALS["list forbidden"]))
    async with compute.sandbox.watch() as watch:
        with pytest.raises(ForbiddenError):
            await anext(watch)
    async with k8s(kube_config_path="/no/such/kubeconfig") as other, other.sandbox.watch() as watch:
        with pytest.raises(ConfigError):
            await anext(watch)


async def test_an_age_cannot_be_watched(compute: Compute) -> None:
    with pytest.raises(InvalidArgumentError, match="An age cannot be watched"):
        compute.sandbox.watch(select(older_than=1000))
