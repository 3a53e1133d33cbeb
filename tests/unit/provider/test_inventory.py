"""Rows that follow the cluster: a list, then a watch, through every interruption."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import pytest

from k8s_sandbox_tui.provider import feed
from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import ForbiddenError, InvalidArgumentError, TransportError
from k8s_sandbox_tui.provider.freshness import Freshness, InventoryUpdate
from tests.unit.provider.api_server import Answer, ApiServer, Watch, answer, cut, refusal
from tests.unit.provider.cluster import PODS, RECORDED, REFUSALS, pod, pod_list

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

    from aiohttp import web

    from k8s_sandbox_tui.provider.models import SandboxInfo


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "FIRST_BACKOFF", 0.02)
    monkeypatch.setattr(feed, "LONGEST_BACKOFF", 0.1)
    monkeypatch.setattr(feed, "DENIED_RETRY_SECONDS", 0.1)


class Screen:
    """What somebody who takes every update sees."""

    def __init__(self, updates: AsyncIterator[InventoryUpdate]) -> None:
        self.rows: dict[str, SandboxInfo] = {}
        self.story: list[Freshness] = []
        self.last: InventoryUpdate | None = None
        self._updates = updates

    @property
    def names(self) -> list[str]:
        return sorted(row.name for row in self.rows.values())

    async def until(self, seen: Callable[[Screen], bool]) -> InventoryUpdate:
        """Takes updates until something is seen."""
        async with asyncio.timeout(60):
            async for update in self._updates:
                self.last = update
                self.rows |= {row.uid: row for row in update.upserted}
                for uid in update.removed:
                    self.rows.pop(uid, None)
                if not self.story or self.story[-1] is not update.freshness:
                    self.story.append(update.freshness)
                if seen(self):
                    return update
        raise AssertionError

    async def until_fresh(self, freshness: Freshness) -> InventoryUpdate:
        return await self.until(lambda screen: screen.story[-1] is freshness)

    async def until_names(self, *names: str) -> InventoryUpdate:
        return await self.until(lambda screen: screen.names == sorted(names))


@asynccontextmanager
async def screen(
    compute: Compute, *, namespaces: Sequence[str] | None = None, watch: bool = True
) -> AsyncGenerator[Screen]:
    async with compute.inventory(namespaces=namespaces, refresh_interval=0.1, watch=watch) as inventory:
        yield Screen(inventory)


def listing(server: ApiServer, lists: Sequence[Answer], watches: Sequence[Answer], path: str = PODS) -> None:
    """Answers lists and watches, each in order; the last repeats."""
    queues = {False: list(lists), True: list(watches)}

    async def respond(request: web.Request) -> web.StreamResponse:
        queue = queues["watch" in request.query]
        return await (queue.pop(0) if len(queue) > 1 else queue[0])(request)

    server.on("GET", path, respond)


def watched(server: ApiServer, path: str = PODS) -> list[str]:
    """From which version each watch went on."""
    return [seen.query["resourceVersion"] for seen in server.requests("GET", path) if "watch" in seen.query]


def listed(server: ApiServer, path: str = PODS) -> int:
    return len([seen for seen in server.requests("GET", path) if "watch" not in seen.query])


async def test_a_list_then_a_watch(compute: Compute, server: ApiServer) -> None:
    watch = Watch()
    listing(server, [pod_list(pod())], [watch])
    async with screen(compute) as shown:
        update = await shown.until_fresh(Freshness.LIVE)
        assert update.complete
        assert update.error is None
        assert shown.names == ["golden-a"]

        watch.send("ADDED", pod("exited 3"))
        await shown.until_names("golden-a", "golden-exit")
        watch.send("MODIFIED", pod("deadline", name="golden-a", uid=pod_uid(), resourceVersion="1999"))
        await shown.until(lambda screen: screen.rows[pod_uid()].reason == "DeadlineExceeded")
        watch.send("BOOKMARK", {"metadata": {"resourceVersion": "2000"}})
        watch.send("DELETED", pod("exited 3"))
        await shown.until_names("golden-a")
    assert listed(server) == 1
    assert watched(server) == ["100"]
    (request,) = [seen for seen in server.seen if "watch" in seen.query]
    assert request.query["allowWatchBookmarks"] == "true"
    assert 100 <= int(request.query["timeoutSeconds"]) <= 140
    assert shown.last is not None
    assert shown.last.requests == 2


def pod_uid() -> str:
    return str(cast("dict[str, object]", RECORDED.pods["running"]["metadata"])["uid"])


async def test_the_first_page_is_shown_before_the_rest_has_come(compute: Compute, server: ApiServer) -> None:
    go_on = asyncio.Event()

    async def second(request: web.Request) -> web.StreamResponse:
        await go_on.wait()
        return await pod_list(pod("exited 3"))(request)

    listing(server, [pod_list(pod(), resume="next"), second], [Watch()])
    async with screen(compute) as shown:
        update = await shown.until_names("golden-a")
        assert not update.complete
        assert update.freshness is Freshness.LOADING
        go_on.set()
        update = await shown.until_fresh(Freshness.LIVE)
        assert update.complete
        assert shown.names == ["golden-a", "golden-exit"]


async def test_a_watch_that_ends_goes_on_where_it_was(compute: Compute, server: ApiServer) -> None:
    first, second = Watch(), Watch()
    listing(server, [pod_list(pod())], [first, second])
    async with screen(compute) as shown:
        await shown.until_fresh(Freshness.LIVE)
        first.send("BOOKMARK", {"metadata": {"resourceVersion": "200"}})
        first.end()
        second.send("ADDED", pod("exited 0"))
        await shown.until_names("golden-a", "golden-done")
    assert listed(server) == 1
    assert watched(server) == ["100", "200"]
    assert Freshness.STALE not in shown.story


async def test_f39_a_watch_that_is_cut_goes_on_without_a_word(compute: Compute, server: ApiServer) -> None:
    first, second = Watch(), Watch()
    listing(server, [pod_list(pod())], [first, second])
    async with screen(compute) as shown:
        await shown.until_fresh(Freshness.LIVE)
        first.cut()
        second.send("ADDED", pod("exited 0"))
        await shown.until_names("golden-a", "golden-done")
    assert Freshness.STALE not in shown.story


@pytest.mark.parametrize("by", ["event", "status"])
async def test_f39_an_expired_watch_lists_again_and_shows_what_has_changed(
    by: str, compute: Compute, server: ApiServer
) -> None:
    first, last = Watch(), Watch()
    expired = answer({"kind": "Status", "reason": "Expired", "code": 410}, 410)
    after = pod_list(pod(), pod("exited 0"), version="300")
    listing(
        server, [pod_list(pod(), pod("exited 3")), after], [first, last] if by == "event" else [first, expired, last]
    )
    async with screen(compute) as shown:
        await shown.until_names("golden-a", "golden-exit")
        kept = shown.rows[pod_uid()]
        if by == "event":
            first.send_raw(b'{"type":"ERROR","object":{"kind":"Status","code":410}}\n')
        else:
            first.end()
        await shown.until_names("golden-a", "golden-done")
        assert shown.rows[pod_uid()] is kept
    assert listed(server) == 2


async def test_f39_forbidden_watch_means_lists_at_the_interval(compute: Compute, server: ApiServer) -> None:
    listing(
        server,
        [pod_list(pod()), pod_list(pod()), pod_list(pod("exited 3"))],
        [refusal(REFUSALS["watch forbidden"])],
    )
    async with screen(compute) as shown:
        await shown.until_fresh(Freshness.POLLING)
        await shown.until_names("golden-exit")
    assert len(watched(server)) == 1
    assert shown.story[-1] is Freshness.POLLING
    assert Freshness.LIVE not in shown.story


async def test_polling_by_choice_never_watches(compute: Compute, server: ApiServer) -> None:
    listing(server, [pod_list(pod()), pod_list(pod("exited 3"))], [Watch()])
    async with screen(compute, watch=False) as shown:
        await shown.until_names("golden-exit")
    assert watched(server) == []


async def test_a_suspension_is_no_reason_to_catch_up(
    compute: Compute, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that was stopped for an hour asks once when it goes on, not once for each interval that it missed."""
    loop = asyncio.get_running_loop()
    clock, stopped = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: clock() + stopped[0])
    listing(server, [pod_list(pod())], [Watch()])
    async with compute.inventory(refresh_interval=60, watch=False) as inventory:
        shown = Screen(inventory)
        await shown.until_fresh(Freshness.POLLING)
        for lists, seconds in ((2, 3600.0), (3, 60.0)):
            stopped[0] += seconds
            async with asyncio.timeout(60):
                while listed(server) < lists:  # noqa: ASYNC110 - an idle list says nothing
                    await asyncio.sleep(0.001)
            for _ in range(50):
                await asyncio.sleep(0.001)
            assert listed(server) == lists


async def test_while_it_is_paused_nothing_is_listed_and_what_became_due_is_listed_once(
    compute: Compute, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    clock, passed = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: clock() + passed[0])
    listing(server, [pod_list(pod()), pod_list(pod("exited 3"))], [Watch()])
    async with compute.inventory(refresh_interval=60, watch=False) as inventory:
        shown = Screen(inventory)
        await shown.until_fresh(Freshness.POLLING)
        inventory.pause()
        passed[0] += 3600
        for _ in range(50):
            await asyncio.sleep(0.001)
        assert listed(server) == 1
        inventory.resume()
        await shown.until_names("golden-exit")
        for _ in range(50):
            await asyncio.sleep(0.001)
        assert listed(server) == 2


async def test_a_watch_stays_open_while_it_is_paused(compute: Compute, server: ApiServer) -> None:
    watch = Watch()
    listing(server, [pod_list()], [watch])
    async with compute.inventory(refresh_interval=0.1) as inventory:
        shown = Screen(inventory)
        await shown.until_fresh(Freshness.LIVE)
        inventory.pause()
        watch.send("ADDED", pod("exited 3"))
        await shown.until_names("golden-exit")
        assert listed(server) == 1


async def test_an_idle_poll_says_nothing_and_keeps_the_rows(compute: Compute, server: ApiServer) -> None:
    third = asyncio.Event()

    async def notice(request: web.Request) -> web.StreamResponse:
        third.set()
        return await pod_list(pod())(request)

    listing(server, [pod_list(pod()), pod_list(pod()), notice], [Watch()])
    async with screen(compute, watch=False) as shown:
        await shown.until_fresh(Freshness.POLLING)
        kept = shown.rows[pod_uid()]
        await third.wait()
        assert shown.rows[pod_uid()] is kept
        assert shown.last is not None
        assert shown.last.removed == ()


async def test_forbidden_list_is_denied_and_tried_again(compute: Compute, server: ApiServer) -> None:
    listing(server, [refusal(REFUSALS["list forbidden"]), pod_list(pod())], [Watch()])
    async with screen(compute) as shown:
        update = await shown.until_fresh(Freshness.DENIED)
        assert isinstance(update.error, ForbiddenError)
        assert update.complete
        await shown.until_fresh(Freshness.LIVE)
        assert shown.names == ["golden-a"]


async def test_rows_are_dropped_when_the_right_to_see_them_is(compute: Compute, server: ApiServer) -> None:
    forbidden = refusal(REFUSALS["list forbidden"])
    listing(server, [pod_list(pod()), forbidden], [Watch()])
    async with screen(compute, watch=False) as shown:
        await shown.until_names("golden-a")
        await shown.until_fresh(Freshness.DENIED)
        assert shown.names == []


@pytest.mark.parametrize(
    ("back_at", "read_again", "went_on"), [("150", False, "100"), ("100", False, "100"), ("99", True, "99")]
)
async def test_a_server_that_goes_away_and_comes_back(
    compute: Compute, server: ApiServer, back_at: str, *, read_again: bool, went_on: str
) -> None:
    first, second = Watch(), Watch()
    now = [pod("exited 3")] if read_again else [pod()]
    listing(server, [pod_list(pod()), pod_list(*now, version=back_at)], [first, second])
    async with screen(compute) as shown:
        live = await shown.until_fresh(Freshness.LIVE)
        await server.stop_listening()
        first.cut()
        update = await shown.until_fresh(Freshness.STALE)
        assert isinstance(update.error, TransportError)
        assert update.since <= live.since or (update.since - live.since).total_seconds() < 5
        assert shown.names == ["golden-a"]
        await server.listen()
        update = await shown.until_fresh(Freshness.LIVE)
        assert update.error is None
        # One that was restored from an older copy is not watched from a version that it has yet to reach.
        assert shown.names == (["golden-exit"] if read_again else ["golden-a"])
        await second.opened.wait()
    limits = [seen.query["limit"] for seen in server.requests("GET", PODS) if "watch" not in seen.query]
    assert limits == ["500", "1", *["500"] * read_again]
    assert watched(server)[-1] == went_on


async def test_f57_a_server_that_has_just_come_back_and_knows_no_roles_yet_takes_no_rows_away(
    compute: Compute, server: ApiServer
) -> None:
    first, second = Watch(), Watch()
    unknown = refusal(REFUSALS["list forbidden"])
    listing(server, [pod_list(pod()), unknown, unknown, pod_list(pod())], [first, second])
    async with screen(compute) as shown:
        await shown.until_fresh(Freshness.LIVE)
        await server.stop_listening()
        first.cut()
        await shown.until_fresh(Freshness.STALE)
        await server.listen()
        await shown.until_fresh(Freshness.LIVE)
        assert shown.names == ["golden-a"]
    assert Freshness.DENIED not in shown.story


async def test_a_server_that_is_away_from_the_start(compute: Compute, server: ApiServer) -> None:
    listing(server, [pod_list(pod())], [Watch()])
    await server.stop_listening()
    async with screen(compute) as shown:
        update = await shown.until_fresh(Freshness.STALE)
        assert not update.complete
        await server.listen()
        await shown.until_fresh(Freshness.LIVE)
        assert shown.names == ["golden-a"]


async def test_the_waits_between_attempts_grow_to_a_limit_and_are_spread(
    compute: Compute, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    enough = asyncio.Event()

    async def pause(_: feed.Feed, seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 14:
            enough.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(feed.Feed, "_pause", pause)
    monkeypatch.setattr(feed, "FIRST_BACKOFF", 0.5)
    monkeypatch.setattr(feed, "LONGEST_BACKOFF", 15.0)
    # Not a 500: for such a one, each attempt is several.
    listing(server, [answer("<html>")], [Watch()])
    async with screen(compute), asyncio.timeout(60):
        await enough.wait()
    longest = [0.5, 1, 2, 4, 8, *[15] * 9]
    assert all(most / 2 <= wait <= most for most, wait in zip(longest, waits, strict=True)), waits
    assert len(set(waits[5:])) == 9


@pytest.mark.parametrize("fault", [answer("", 500), answer("<html>"), refusal(REFUSALS["unauthorized"]), cut()])
async def test_faults_of_a_list_are_waited_out(fault: Answer, compute: Compute, server: ApiServer) -> None:
    listing(server, [*[fault] * 8, pod_list(pod())], [Watch()])
    async with screen(compute) as shown:
        await shown.until_fresh(Freshness.LIVE)
        assert shown.story[0] is Freshness.STALE
        assert shown.names == ["golden-a"]


async def test_f40_a_bad_continue_token_is_waited_out(compute: Compute, server: ApiServer) -> None:
    page = pod_list(pod(), resume="next")
    listing(server, [page, refusal(REFUSALS["bad continue"]), pod_list(pod())], [Watch()])
    async with screen(compute) as shown:
        await shown.until_fresh(Freshness.LIVE)
        assert shown.names == ["golden-a"]


async def test_nonsense_in_a_watch_lists_again(compute: Compute, server: ApiServer) -> None:
    first, second = Watch(), Watch()
    listing(server, [pod_list(pod()), pod_list(pod("exited 3"))], [first, second])
    async with screen(compute) as shown:
        await shown.until_fresh(Freshness.LIVE)
        first.send_raw(b"<html>\n")
        await shown.until_names("golden-exit")


async def test_refresh_lists_at_once(compute: Compute, server: ApiServer) -> None:
    first, second = Watch(), Watch()
    listing(server, [pod_list(pod()), pod_list(pod("exited 3"))], [first, second])
    async with compute.inventory() as inventory:
        shown = Screen(inventory)
        await shown.until_fresh(Freshness.LIVE)
        inventory.refresh()
        await shown.until_names("golden-exit")
        await asyncio.wait_for(second.opened.wait(), 30)
    assert Freshness.STALE not in shown.story


async def test_refresh_ends_the_wait_for_a_right(
    compute: Compute, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "DENIED_RETRY_SECONDS", 60)
    listing(server, [refusal(REFUSALS["list forbidden"]), pod_list(pod())], [Watch()])
    async with compute.inventory() as inventory:
        shown = Screen(inventory)
        await shown.until_fresh(Freshness.DENIED)
        inventory.refresh()
        await shown.until_names("golden-a")


async def test_many_changes_to_one_row_come_as_one(compute: Compute, server: ApiServer) -> None:
    watch = Watch()
    listing(server, [pod_list()], [watch])
    async with compute.inventory() as inventory:
        shown = Screen(inventory)
        await shown.until_fresh(Freshness.LIVE)
        for version in range(1000, 1500):
            watch.send("MODIFIED", pod(resourceVersion=str(version)))
        updates = 0

        def last_version(screen: Screen) -> bool:
            nonlocal updates
            updates += 1
            return [row.resource_version for row in screen.rows.values()] == ["1499"]

        await shown.until(last_version)
        assert updates < 100


async def test_several_namespaces_and_all(compute: Compute, server: ApiServer) -> None:
    for name, kind in (("a", "running"), ("b", "exited 3")):
        listing(server, [pod_list(pod(kind))], [Watch()], f"/api/v1/namespaces/{name}/pods")
    listing(server, [pod_list(pod("exited 0"))], [Watch()], "/api/v1/pods")
    async with screen(compute, namespaces=["a", "b", "a"]) as shown:
        await shown.until_fresh(Freshness.LIVE)
        assert shown.names == ["golden-a", "golden-exit"]
    assert listed(server, "/api/v1/namespaces/a/pods") == 1
    async with screen(compute, namespaces=()) as shown:
        await shown.until_fresh(Freshness.LIVE)
        assert shown.names == ["golden-done"]


async def test_one_namespace_that_is_denied_is_told_and_the_other_is_shown(compute: Compute, server: ApiServer) -> None:
    listing(server, [pod_list(pod())], [Watch()], "/api/v1/namespaces/a/pods")
    listing(server, [refusal(REFUSALS["list forbidden"])], [Watch()], "/api/v1/namespaces/b/pods")
    async with screen(compute, namespaces=["a", "b"]) as shown:
        update = await shown.until(
            lambda screen: screen.names == ["golden-a"] and bool(screen.last and screen.last.granted is Freshness.LIVE)
        )
        assert update.freshness is Freshness.DENIED
        assert list(update.denied) == ["b"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"namespaces": ["../x"]}, "is not a namespace name"),
        ({"namespaces": "default"}, "namespaces is one text"),
        ({"refresh_interval": 0}, "is too short"),
    ],
)
def test_options_that_cannot_be_used(options: dict[str, object], expected: str) -> None:
    inventory = cast("Callable[..., object]", k8s().inventory)
    with pytest.raises(InvalidArgumentError, match=expected):
        inventory(**options)


async def test_closing_ends_the_iteration_at_once(compute: Compute, server: ApiServer) -> None:
    listing(server, [pod_list(pod())], [Watch()])
    inventory = compute.inventory()
    shown = Screen(inventory)
    await shown.until_fresh(Freshness.LIVE)

    async def drain() -> None:
        async for _ in inventory:
            pass

    waiting = asyncio.create_task(drain())
    await asyncio.sleep(0)
    await inventory.aclose()
    await asyncio.wait_for(waiting, 60)


async def test_a_label_selector_is_sent_with_each_list_and_watch(compute: Compute, server: ApiServer) -> None:
    listing(server, [pod_list(pod(), resume="next"), pod_list(pod("exited 3"))], [Watch()])
    async with compute.inventory(label_selector="team = search, tier!=test,team=search") as inventory:
        await Screen(inventory).until_fresh(Freshness.LIVE)
    asked = {seen.query["labelSelector"] for seen in server.requests("GET", PODS)}
    assert asked == {"computesdk.io/managed=true,team=search,tier!=test"}
    assert len(server.requests("GET", PODS)) == 3


@pytest.mark.parametrize("selector", ["team", "team in (a,b)", "!team", "a=b,", "-a=b", "a=b c", "a=b!=c", "=b"])
def test_selectors_of_another_form_are_refused_before_anything_is_asked(selector: str) -> None:
    with pytest.raises(InvalidArgumentError):
        k8s().inventory(label_selector=selector)
