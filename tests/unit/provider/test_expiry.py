"""Expiry: what the annotation says, who honours it, and that nobody destroys what was put off."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.connection.server_clock import ServerClock
from k8s_sandbox_tui.provider.errors import ForbiddenError, InvalidArgumentError, SandboxGoneError
from k8s_sandbox_tui.provider.expiry import GRACE, expiry_of, expiry_text, is_due
from k8s_sandbox_tui.provider.labels import EXPIRES_ANNOTATION
from tests.unit.provider.api_server import ApiServer, Watch, answer, refusal
from tests.unit.provider.cluster import PODS, REFUSALS, CreatingServer, as_sent, pod, pod_list

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.unit.provider.api_server import Recorded

UID = "26a5592b-846e-4e57-af67-0eba2fdc1e87"
POD = f"{PODS}/golden-a"
NOW = datetime.now(UTC)


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig(), timeout=10_000) as opened:
        yield opened


def expiring(seconds: float, version: str = "7", **metadata: object) -> Recorded:
    moment = expiry_text(datetime.now(UTC) + timedelta(seconds=seconds))
    return pod("running", annotations={EXPIRES_ANNOTATION: moment}, resourceVersion=version, **metadata)


def deletions(server: ApiServer, path: str = POD) -> list[dict[str, str]]:
    return [msgspec.json.decode(seen.body)["preconditions"] for seen in server.requests("DELETE", path)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T18:00:00Z", datetime(2026, 11, 23, 18, tzinfo=UTC)),
        ("2026-11-23T19:00:00+01:00", datetime(2026, 11, 23, 18, tzinfo=UTC)),
        ("2026-11-23T18:00:00", None),
        ("tomorrow", None),
        ("", None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
)
def test_what_the_annotation_says(text: str, expected: datetime | None) -> None:
    assert expiry_of({EXPIRES_ANNOTATION: text}) == expected
    assert expiry_of({}) is None


@given(st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1), timezones=st.just(timezone(timedelta(hours=3)))))  # noqa: DTZ001
def test_a_moment_reads_back_rounded_up_to_the_second(moment: datetime) -> None:
    read = expiry_of({EXPIRES_ANNOTATION: expiry_text(moment)})
    assert read is not None
    assert timedelta() <= read - moment < timedelta(seconds=1)


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 1, 1), datetime(1000, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)],  # noqa: DTZ001
)
def test_moments_that_cannot_be_an_expiry(moment: datetime) -> None:
    with pytest.raises(InvalidArgumentError, match="needs a time zone"):
        expiry_text(moment)


def test_a_sandbox_is_due_after_its_grace() -> None:
    assert not is_due(None, NOW)
    assert not is_due(NOW, NOW)
    assert is_due(NOW, NOW + GRACE)
    assert not is_due(datetime.max.replace(tzinfo=UTC), NOW)


def test_the_servers_clock_counts() -> None:
    ticks, wall = [100.0], [5_000.0]
    clock = ServerClock(lambda: ticks[0], lambda: wall[0])
    assert not clock.is_set
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.note({"Date": "Wed, 21 Oct 2015 07:28:00 GMT"})
    ticks[0], wall[0] = 103.5, 5_003.5
    assert clock.is_set
    assert clock.now() == datetime(2015, 10, 21, 7, 28, 3, 500_000, tzinfo=UTC)
    # The machine slept for an hour, in which the one clock stood still.
    wall[0] += 3600
    assert not clock.is_set
    clock.note({"Date": "Wed, 21 Oct 2015 08:28:04 GMT"})
    assert clock.is_set


@pytest.mark.parametrize("header", ["", "now", "Wed, 99 Oct 2015 07:28:00 GMT"])
def test_a_server_that_does_not_tell_the_time(header: str) -> None:
    clock = ServerClock()
    clock.note({"Date": header})
    assert not clock.is_set
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


async def test_f37_what_has_expired_is_destroyed_as_it_was_read(compute: Compute, server: ApiServer) -> None:
    old = expiring(-60)
    server.on("GET", PODS, pod_list(old))
    server.on("GET", POD, answer(old))
    server.on("DELETE", POD, answer(old))
    (listed,) = await compute.sandbox.list()
    assert listed.info.expires_at is not None
    await compute.aclose()
    assert deletions(server) == [{"uid": UID, "resourceVersion": "7"}]
    assert len(server.requests("DELETE", "/api/v1/namespaces/sandboxes/services/golden-a-svc")) == 1


@pytest.mark.parametrize(
    "now",
    [expiring(86400, "8"), expiring(-60, deletionTimestamp="2026-11-23T18:00:00Z"), expiring(-60, uid="another"),
     pod(), expiring(-60, labels={"app": "web"})],
    ids=["put off", "going already", "replaced", "no expiry any more", "no sandbox any more"],
)  # fmt: skip
async def test_f37_what_is_otherwise_by_now_is_left_alone(now: Recorded, compute: Compute, server: ApiServer) -> None:
    server.on("GET", PODS, pod_list(expiring(-60)))
    server.on("GET", POD, answer(now))
    await compute.sandbox.list()
    await compute.aclose()
    assert len(server.requests("GET", POD)) == 1
    assert deletions(server) == []


async def test_f37_a_renewal_between_the_look_and_the_delete_wins(compute: Compute, server: ApiServer) -> None:
    server.on("GET", PODS, pod_list(expiring(-60)))
    server.on("GET", POD, answer(expiring(-60)), answer(expiring(3600, "8")))
    server.on("DELETE", POD, answer({"kind": "Status", "reason": "Conflict", "code": 409}, 409))
    await compute.sandbox.list()
    await compute.aclose()
    assert deletions(server) == [{"uid": UID, "resourceVersion": "7"}]
    assert len(server.requests("GET", POD)) == 2


async def test_without_the_right_to_delete_it_is_not_tried_again(compute: Compute, server: ApiServer) -> None:
    server.on("GET", PODS, pod_list(expiring(-60)))
    server.on("GET", POD, answer(expiring(-60)))
    server.on("DELETE", POD, refusal(REFUSALS["list forbidden"]))
    for _ in range(3):
        await compute.sandbox.list()
    async with compute.inventory(watch=False, refresh_interval=0.1) as inventory:
        async for update in inventory:
            if update.complete:
                break
    await compute.aclose()
    assert len(deletions(server)) <= 3  # those that were under way at once
    assert len(server.requests("GET", POD)) <= 3


async def test_an_inventory_ends_a_sandbox_when_its_time_comes(compute: Compute, server: ApiServer) -> None:
    watch, gone = Watch(), asyncio.Event()
    soon = expiring(-GRACE.total_seconds() + 0.5)
    server.on("GET", POD, answer(soon))

    async def take(request: web.Request) -> web.StreamResponse:
        if "watch" in request.query:
            return await watch(request)
        return await pod_list(pod("exited 3"))(request)

    async def delete(_: web.Request) -> web.StreamResponse:
        gone.set()
        return web.json_response(soon)

    server.on("GET", PODS, take)
    server.on("DELETE", POD, delete)
    async with compute.inventory() as inventory:
        await anext(inventory)
        await watch.opened.wait()
        watch.send("ADDED", soon)
        async with asyncio.timeout(60):
            await gone.wait()
    assert deletions(server) == [{"uid": UID, "resourceVersion": "7"}]


async def test_a_wrong_clock_here_destroys_nothing_too_early(compute: Compute, server: ApiServer) -> None:
    """By this machine the sandbox expired an hour ago; by the API server it has an hour to live."""
    there = {"Date": format_datetime(datetime.now(UTC) - timedelta(hours=2), usegmt=True)}
    document = {"kind": "PodList", "metadata": {"resourceVersion": "1"}, "items": [expiring(-3600)]}
    server.on("GET", PODS, answer(document, headers=there))
    await compute.sandbox.list()
    await compute.aclose()
    assert {seen.path for seen in server.seen} == {PODS}


async def test_a_lifetime_counts_from_the_servers_clock(compute: Compute, server: ApiServer) -> None:
    cluster = CreatingServer(server)
    server.on("GET", "/version", answer({}, headers={"Date": "Wed, 21 Oct 2015 07:28:00 GMT"}))

    async def take(request: web.Request) -> web.Response:
        cluster.pod = as_sent(await request.read())
        cluster.change("running")
        return web.json_response(cluster.pod, status=201)

    server.on("POST", PODS, take)
    sandbox = await compute.sandbox.create(lifetime=timedelta(hours=1), max_lifetime=timedelta(hours=2))
    assert sandbox.info.expires_at in {datetime(2015, 10, 21, 8, 28, second, tzinfo=UTC) for second in (0, 1, 2)}
    sent = msgspec.json.decode(server.requests("POST", PODS)[0].body)
    assert sent["spec"]["activeDeadlineSeconds"] == 7200


async def opened(compute: Compute, server: ApiServer, row: Recorded) -> None:
    server.on("GET", POD, answer(row))
    server.on("PATCH", POD, answer(row))
    assert await compute.sandbox.get_by_id("golden-a")


def patches(server: ApiServer) -> list[dict[str, object]]:
    return [msgspec.json.decode(seen.body)["metadata"] for seen in server.requests("PATCH", POD)]


async def test_extending_puts_the_expiry_off_and_never_forward(compute: Compute, server: ApiServer) -> None:
    await opened(compute, server, expiring(60))
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    await sandbox.extend(30_000)
    assert patches(server) == []
    await sandbox.extend(timedelta(minutes=10))
    (patch,) = patches(server)
    assert (patch["uid"], patch["resourceVersion"]) == (UID, "7")
    moment = expiry_of(cast("dict[str, str]", patch["annotations"]))
    assert moment is not None
    assert timedelta(minutes=9, seconds=50) < moment - datetime.now(UTC) < timedelta(minutes=10, seconds=10)
    assert server.requests("PATCH", POD)[0].headers["Content-Type"] == "application/merge-patch+json"


async def test_a_sandbox_without_an_expiry_is_not_given_one(compute: Compute, server: ApiServer) -> None:
    await opened(compute, server, pod())
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    assert (await sandbox.extend(1000)).expires_at is None
    assert patches(server) == []


async def test_two_who_extend_end_with_the_later_moment(compute: Compute, server: ApiServer) -> None:
    """The other one was quicker, and wants more."""
    server.on("GET", POD, answer(expiring(60)), answer(expiring(60)), answer(expiring(7200, "8")))
    server.on("PATCH", POD, answer({"kind": "Status", "reason": "Conflict", "code": 409}, 409))
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    info = await sandbox.extend(timedelta(minutes=10))
    assert info.resource_version == "8"
    assert len(patches(server)) == 1


async def test_an_expiry_can_be_set_and_taken_away(compute: Compute, server: ApiServer) -> None:
    await opened(compute, server, expiring(60))
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    await sandbox.set_expiry(datetime(2030, 1, 1, tzinfo=UTC))
    await sandbox.set_expiry(None)
    assert [patch["annotations"] for patch in patches(server)] == [
        {EXPIRES_ANNOTATION: "2030-01-01T00:00:00Z"},
        {EXPIRES_ANNOTATION: None},
    ]


async def test_nothing_lives_beyond_its_hard_cap(compute: Compute, server: ApiServer) -> None:
    row = expiring(60)
    cast("dict[str, object]", row["spec"])["activeDeadlineSeconds"] = 60
    cast("dict[str, object]", row["status"])["startTime"] = "2026-01-01T00:00:00Z"
    await opened(compute, server, row)
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    assert sandbox.info.deadline_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    for call in (sandbox.extend(60 * 60_000), sandbox.set_expiry(datetime(2030, 1, 1, tzinfo=UTC))):
        with pytest.raises(InvalidArgumentError, match="Kubernetes ends it at 2026-01-01T00:01:00Z"):
            await call
    assert patches(server) == []


async def test_without_patch_the_error_names_the_right(compute: Compute, server: ApiServer) -> None:
    await opened(compute, server, expiring(60))
    who = 'User "u" cannot patch resource "pods" in API group "" in the namespace "sandboxes"'
    message = f'pods "golden-a" is forbidden: {who}'
    server.on("PATCH", POD, answer({"kind": "Status", "code": 403, "reason": "Forbidden", "message": message}, 403))
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    for call in (sandbox.extend(10**9), sandbox.set_metadata({"a": 1})):
        with pytest.raises(ForbiddenError, match="verb 'patch' on 'pods' in namespace sandboxes grants it"):
            await call


async def test_metadata_is_set_and_removed_and_the_rest_stays(compute: Compute, server: ApiServer) -> None:
    await opened(compute, server, pod())
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    await sandbox.set_metadata({"owner": "bob", "n": None}, remove=["gone"])
    assert patches(server) == [
        {
            "uid": UID,
            "annotations": {
                "computesdk.io/meta-gone": None,
                "computesdk.io/meta-owner": "bob",
                "computesdk.io/meta-n": "null",
            },
        }
    ]
    with pytest.raises(InvalidArgumentError):
        await sandbox.set_metadata({"a/b": 1})
    with pytest.raises(InvalidArgumentError):
        await sandbox.set_metadata({}, remove=["a b"])


async def test_another_pod_of_the_name_is_not_changed(compute: Compute, server: ApiServer) -> None:
    server.on("GET", POD, answer(pod()), answer(pod(uid="another")))
    server.on("PATCH", POD, refusal(REFUSALS["invalid name"]))  # as for a uid that is not the Pod's
    sandbox = await compute.sandbox.get_by_id("golden-a")
    assert sandbox is not None
    with pytest.raises(SandboxGoneError, match="replaced by another Pod"):
        await sandbox.set_metadata({"a": 1})
    server.on("PATCH", POD, refusal(REFUSALS["pod missing"]))
    with pytest.raises(SandboxGoneError, match="does not exist any more"):
        await sandbox.set_expiry(None)
