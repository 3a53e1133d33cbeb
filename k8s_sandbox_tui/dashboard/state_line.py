"""The top line: which cluster, how fresh, how many; the truth about what the rows below are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.age import age
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.looks import LOOKS, Glyphs
from k8s_sandbox_tui.dashboard.places.place import namespace_words
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.columns import Cut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.feed_state import FeedState
    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.ports import OpenedClusterPort

Part = tuple[str, str]
"""A text and the name of its role; both are pure data, so that a test can read a line."""

ROLES: Mapping[str, str] = {
    "": "$foreground",
    "muted": "$muted",
    "cluster": "$background on $primary bold",
    "local": "$background on $accent bold",
    "live": "$status-running bold",
    "polling": "$status-starting bold",
    "read-only": "$background on $muted bold",
    "loading": "$muted",
    "closed": "$status-failed bold",
    "stale": "$background on $status-pending bold",
    "denied": "$background on $status-failed bold",
    **{f"status-{status}": f"$status-{status}" for status in LOOKS},
}

NAMESPACE_ROOM = 30
"""Cells that several namespaces may take."""

COUNT_ORDER = ("running", "starting", "pending", "stopping", "failed", "unknown", "stopped")


class ClusterState(NamedTuple):
    """Which cluster the rows are of; all empty until it is opened."""

    context: str = ""
    server: str = ""
    own_namespace: str = ""
    """Where new sandboxes go unless told otherwise."""
    namespaces: Namespaces = ()
    """Those that are shown; none for all of them."""
    local: bool = False
    isolation: str = ""
    limits: str = ""
    network: str = ""
    read_only: bool = False
    interval: float = 2.0
    """Seconds between two polls, where polling is needed."""


def cluster_state(opened: OpenedClusterPort, interval: float) -> ClusterState:
    """What is to be said of an opened cluster."""
    return ClusterState(
        context=opened.cluster.context,
        server=opened.cluster.server,
        own_namespace=opened.cluster.namespace,
        local=opened.local,
        isolation=opened.isolation,
        limits=opened.limits,
        network=opened.network,
        interval=interval,
    )


def badge(cluster: ClusterState) -> Part:
    """The cluster's name as it stands at the very left."""
    if cluster.local:
        return (" LOCAL ", "local")
    if cluster.context or cluster.server:
        return (f" {harmless(cluster.context) or 'in-cluster'} ", "cluster")
    return (" ... ", "muted")


def freshness_part(feed: FeedState, interval: float, now: datetime) -> Part:
    """How fresh the rows are."""
    since = "" if feed.since is None else f" {age(feed.since, now)}"
    match feed.freshness:
        case "live":
            return ("LIVE", "live")
        case "polling":
            return (f"POLLING {interval:g}s", "polling")
        case "stale":
            return (f" STALE{since} ", "stale")
        case "denied":
            return (" DENIED ", "denied")
        case "closed":
            return ("NOT CONNECTED", "closed")
        case _:
            return ("CONNECTING" if feed.since is None else "LOADING", "loading")


def count_parts(counts: Mapping[str, int], glyphs: Glyphs, *, words: bool) -> list[Part]:
    """How many sandboxes there are of each status."""
    parts: list[Part] = []
    for status in COUNT_ORDER:
        if not counts.get(status):
            continue
        word = f" {LOOKS[status].word.lower()}" if words else ""
        parts.append((f"  {glyphs.sign(status)} {counts[status]}{word}", f"status-{status}"))
    return parts


def state_parts(
    cluster: ClusterState,
    feed: FeedState,
    counts: Mapping[str, int],
    *,
    width: int,
    now: datetime,
    glyphs: Glyphs,
    forwards: int = 0,
) -> list[Part]:
    """The line in exactly `width` cells: what matters least is left out where there is no room."""
    place: list[Part] = [badge(cluster)]
    if cluster.read_only:
        place.append((" READ-ONLY ", "read-only"))
    isolation: list[Part] = [(f" {harmless(cluster.isolation)}", "muted")] if cluster.isolation else []
    held_back: list[Part] = [(f" {harmless(_held_back(cluster))}", "muted")] if cluster.isolation else []
    namespace: list[Part] = [(f"  {namespace_words(cluster.namespaces, NAMESPACE_ROOM)}", "")] if cluster.server else []
    fresh: list[Part] = [("  ", ""), freshness_part(feed, cluster.interval, now)]
    if forwards:
        fresh.append((f"  {forwards} forward{'' if forwards == 1 else 's'}", "muted"))
    long, short = count_parts(counts, glyphs, words=True), count_parts(counts, glyphs, words=False)
    total = sum(counts.values())
    everything: list[Part] = [(f"{total} sandbox{'' if total == 1 else 'es'}", "muted")] if counts else []
    for left, right in (
        ([*place, *held_back, *namespace, *fresh], [*everything, *long]),
        ([*place, *isolation, *namespace, *fresh], [*everything, *long]),
        ([*place, *isolation, *namespace, *fresh], long),
        ([*place, *isolation, *namespace, *fresh], short),
        ([*place, *namespace, *fresh], short),
        ([*place, *namespace, *fresh], []),
        ([*place, *fresh], []),
    ):
        room = width - 1 - _length(left) - _length(right)
        if room >= 1:
            return [*left, (" " * room, ""), *right, (" ", "")]
    # A long context is cut rather than left out: the screen always says which cluster it shows.
    (name, role), *rest = place
    room = max(1, width - _length([*rest, *fresh]))
    return [(fit(name, room, cut=Cut.MIDDLE, ellipsis=glyphs.ellipsis), role), *rest, *fresh]


def _held_back(cluster: ClusterState) -> str:
    """How sandboxes are isolated, what holds their resources back, and which network they have."""
    # What stands in brackets is for those who look inside.
    limits = cluster.limits.partition(" ")[0]
    return f"{cluster.isolation}, limits: {limits or 'none'}, network: {cluster.network or 'host'}"


def _length(parts: list[Part]) -> int:
    return sum([cell_len(text) for text, _ in parts])


class StateLine(Static):
    """Shows the parts; does nothing when they are as before."""

    DEFAULT_CSS = """
    StateLine {
        height: 1;
        background: $panel;
        color: $foreground;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False)
        self._parts: list[Part] | None = None

    def show(self, parts: list[Part]) -> None:
        """Show these parts."""
        if parts != self._parts:
            self._parts = parts
            content = Content.assemble(*[(text, ROLES[role]) for text, role in parts])
            self.update(content, layout=False)
