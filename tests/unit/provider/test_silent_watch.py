"""A watch that hangs: noticed, told, and recovered from, whoever keeps the events back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider import feed
from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import TransportError
from k8s_sandbox_tui.provider.freshness import Freshness
from k8s_sandbox_tui.provider.silence import Silence
from tests.unit.provider.api_server import ApiServer, Watch, silence
from tests.unit.provider.cluster import pod, pod_list
from tests.unit.provider.test_inventory import listed, listing, screen, watched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BOOKMARK = {"metadata": {"resourceVersion": "200"}}


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "WATCH_SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(feed, "WATCH_OPEN_SECONDS", 0.5)
    monkeypatch.setattr(feed, "FIRST_BACKOFF", 0.02)
    monkeypatch.setattr(feed, "SHORTEST_WATCH_SECONDS", 0.0)


async def test_a_watch_that_hangs_is_told_as_stale_and_goes_on_when_the_server_does(
    compute: Compute, server: ApiServer
) -> None:
    """A watch on a server that answers no more must not hang for ever under the word LIVE."""
    last = Watch()
    last.send("ADDED", pod("exited 0"))
    listing(server, [pod_list(pod())], [Watch(), silence(), last])
    async with screen(compute) as shown:
        live = await shown.until_fresh(Freshness.LIVE)
        update = await shown.until_fresh(Freshness.STALE)
        assert isinstance(update.error, TransportError)
        assert update.since <= live.since
        assert shown.names == ["golden-a"]
        await shown.until(lambda seen: seen.story[-1] is Freshness.LIVE and seen.names == ["golden-a", "golden-done"])
    assert listed(server) == 1
    assert set(watched(server)) == {"100"}


async def test_a_silent_watch_goes_on_where_it_was_without_a_word(compute: Compute, server: ApiServer) -> None:
    first, second = Watch(), Watch()
    first.send("BOOKMARK", BOOKMARK)
    second.send("ADDED", pod("exited 0"))
    listing(server, [pod_list(pod())], [first, second])
    async with screen(compute) as shown:
        await shown.until_names("golden-a", "golden-done")
        assert Freshness.STALE not in shown.story
    assert watched(server)[:2] == ["100", "200"]
    assert listed(server) == 1


async def test_events_that_a_proxy_keeps_back_are_found_by_a_list_and_then_polled_for(
    compute: Compute, server: ApiServer
) -> None:
    listing(server, [pod_list(pod()), pod_list(pod("exited 3"))], [Watch()])
    async with screen(compute) as shown:
        await shown.until_names("golden-exit")
        await shown.until_fresh(Freshness.POLLING)
        assert Freshness.STALE not in shown.story
    assert len(watched(server)) == 2


async def test_where_nothing_happens_a_silent_watch_stays_a_watch(compute: Compute, server: ApiServer) -> None:
    fourth = Watch()
    listing(server, [pod_list(pod())], [Watch(), Watch(), Watch(), fourth])
    async with screen(compute) as shown:
        await shown.until_fresh(Freshness.LIVE)
        await fourth.opened.wait()
        assert set(shown.story) <= {Freshness.LOADING, Freshness.LIVE}
    assert listed(server) == 2


@pytest.mark.parametrize(
    ("watches", "changed", "deaf"),
    [("", True, False), ("s", True, False), ("ss", True, True), ("ss", False, False), ("sshs", True, False)],
)
def test_only_silence_that_kept_something_back_is_deafness(watches: str, *, changed: bool, deaf: bool) -> None:
    quiet = Silence()
    for watch in watches:
        if watch == "s":
            quiet.after_watch("1")
        else:
            quiet.heard()
    assert quiet.after_list(changed=changed) is deaf
    assert not quiet.suspicious
