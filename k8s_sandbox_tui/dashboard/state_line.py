"""The top line: which cluster, how fresh, how many; the truth about what the rows below are worth."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.cells import cell_len

from k8s_sandbox_tui.dashboard.age import age
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.looks import HELD_UP, LOOKS, Glyphs, shape_word
from k8s_sandbox_tui.dashboard.places.place import namespace_words
from k8s_sandbox_tui.dashboard.record import Record
from k8s_sandbox_tui.dashboard.requested import Amounts
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
    "place": "$foreground",
    "asked": "$accent bold",
    "forwards": "$muted",
    "muted": "$muted",
    "cluster": "$background on $primary bold",
    "local": "$background on $accent bold",
    "live": "$status-running bold",
    "polling": "$status-starting bold",
    "marked": "$accent bold",
    "read-only": "$background on $muted bold",
    "loading": "$muted",
    "closed": "$status-failed bold",
    "stale": "$background on $status-pending bold",
    "denied": "$background on $status-failed bold",
    **{f"status-{status}": f"$status-{status}" for status in LOOKS},
    f"status-{HELD_UP}": "$status-failed",
}

NAMESPACE_ROOM, MOST_NAMESPACE_ROOM = 30, 80
"""Cells that several namespaces may take, and where there is plenty of room."""

ASKED_ROOM, LEAST_FOR_ASKED = 30, 40
"""Cells that the labels asked for may take, and those that the line has to have for them."""

DENIED_ROOM = 20
"""Cells for the names of namespaces that may not be listed."""

COUNT_ORDER = ("running", "starting", "pending", HELD_UP, "stopping", "failed", "unknown", "stopped")


class ClusterState(Record, frozen=True):
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
    asked: str = ""
    """The labels that the cluster is asked for, where it is not asked for all sandboxes."""
    interval: float = 2.0
    """Seconds between two polls, where polling is needed."""


class Tally(Record, frozen=True):
    """What is counted of the sandboxes of the namespaces shown, those that a filter leaves out included."""

    counts: Mapping[str, int] = MappingProxyType({})
    """By status; what is held up apart from the others that start."""
    requested: Amounts = Amounts()
    marks: int = 0
    forwards: int = 0
    """Ports that are forwarded."""
    rate: float | None = None
    """Requests that the client sends in a second; None where that is not known."""


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
            # Before the first list there is nothing that could be old.
            lacking = "ANSWER" if not feed.answered else "LIST" if feed.logged_in else "LOGIN"
            return (f" STALE{since} " if feed.complete else f" NO {lacking} ", "stale")
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
        word = f" {shape_word(status)}" if words else ""
        parts.append((f"  {glyphs.sign(status)} {counts[status]}{word}", f"status-{status}"))
    return parts


def state_parts(
    cluster: ClusterState,
    feed: FeedState,
    tally: Tally,
    *,
    width: int,
    now: datetime,
    glyphs: Glyphs,
) -> list[Part]:
    """The line in exactly `width` cells: what matters least is left out where there is no room."""
    place: list[Part] = [badge(cluster)]
    if cluster.read_only:
        place.append((" READ-ONLY ", "read-only"))
    server: list[Part] = [(f" {harmless(cluster.server)}", "muted")] if cluster.server and not cluster.local else []
    isolation: list[Part] = [(f" {harmless(cluster.isolation)}", "muted")] if cluster.isolation else []
    held_back: list[Part] = [(f" {harmless(_held_back(cluster))}", "muted")] if cluster.isolation else []
    # What the cluster was not asked for is not there at all: that is said wherever a terminal is one.
    asked = _asked(cluster.asked, min(ASKED_ROOM, width // 4), glyphs) if width >= LEAST_FOR_ASKED else []
    fresh: list[Part] = [*asked, ("  ", ""), freshness_part(feed, cluster.interval, now)]

    def namespace(most: int = NAMESPACE_ROOM) -> list[Part]:
        return [(f"  {namespace_words(cluster.namespaces, most)}", "place")] if cluster.server else []

    long, short = (count_parts(tally.counts, glyphs, words=words) for words in (True, False))
    total = sum(tally.counts.values())
    everything: list[Part] = [(f"  {total} sandbox{'' if total == 1 else 'es'}", "muted")] if tally.counts else []
    marked: list[Part] = [(f"  {glyphs.mark} {tally.marks} marked", "marked")] if tally.marks else []
    signed: list[Part] = [(f"  {glyphs.mark} {tally.marks}", "marked")] if tally.marks else []
    requested, rate, forwards = _requested(tally), _rate(tally), _forwards(tally)
    there = [*fresh, *_denied(feed, glyphs), *forwards]
    for left, right in (
        (
            [*place, *server, *held_back, *namespace(MOST_NAMESPACE_ROOM), *there, *rate],
            [*requested, *everything, *long, *marked],
        ),
        ([*place, *held_back, *namespace(), *there, *rate], [*requested, *everything, *long, *marked]),
        ([*place, *held_back, *namespace(), *there], [*requested, *everything, *long, *marked]),
        ([*place, *isolation, *namespace(), *there], [*requested, *everything, *long, *marked]),
        ([*place, *isolation, *namespace(), *there], [*everything, *long, *marked]),
        ([*place, *isolation, *namespace(), *there], [*long, *marked]),
        ([*place, *isolation, *namespace(), *there], [*everything, *short, *signed]),
        ([*place, *isolation, *namespace(), *there], [*short, *signed]),
        ([*place, *namespace(), *there], [*short, *signed]),
        ([*place, *namespace(), *fresh], [*short, *signed]),
        ([*place, *namespace(), *fresh], signed),
        ([*place, *namespace(), *fresh], []),
        ([*place, *fresh], []),
    ):
        room = width - 1 - _length(left) - _length(right)
        # What stands at the right begins with a gap.
        if room >= (0 if right else 1):
            return [*left, (" " * room, ""), *right, (" ", "")]
    # A long context is cut rather than left out: the screen always says which cluster it shows.
    (name, role), *rest = place
    room = max(1, width - _length([*rest, *fresh]))
    return [(fit(name, room, cut=Cut.MIDDLE, ellipsis=glyphs.ellipsis), role), *rest, *fresh]


def _denied(feed: FeedState, glyphs: Glyphs) -> list[Part]:
    """Of which namespaces there are no rows, as they may not be listed."""
    if not feed.denied:
        return []
    names = fit(namespace_words(feed.denied, DENIED_ROOM), DENIED_ROOM, cut=Cut.MIDDLE, ellipsis=glyphs.ellipsis)
    return [("  ", ""), (f" {names.rstrip()} DENIED ", "denied")]


def _asked(labels: str, room: int, glyphs: Glyphs) -> list[Part]:
    """Which sandboxes the cluster is asked for."""
    return [(f"  only {fit(harmless(labels), room, ellipsis=glyphs.ellipsis).rstrip()}", "asked")] if labels else []


def _forwards(tally: Tally) -> list[Part]:
    """How many ports are forwarded."""
    return [(f"  {tally.forwards} forward{'' if tally.forwards == 1 else 's'}", "forwards")] if tally.forwards else []


def _requested(tally: Tally) -> list[Part]:
    """What is kept free for the sandboxes."""
    amounts = tally.requested
    if amounts == Amounts():
        return []
    return [(f"  requests {amounts.cpu_text} cpu {amounts.memory_text}", "muted")]


def _rate(tally: Tally) -> list[Part]:
    """What the client asks of the API server."""
    if tally.rate is None:
        return []
    return [(f"  {tally.rate:.1f} req/s" if 0 < tally.rate < 10 else f"  {tally.rate:.0f} req/s", "muted")]


def _held_back(cluster: ClusterState) -> str:
    """How sandboxes are isolated, what holds their resources back, and which network they have."""
    # What stands in brackets is for those who look inside.
    limits = cluster.limits.partition(" ")[0]
    return f"{cluster.isolation}, limits: {limits or 'none'}, network: {cluster.network or 'host'}"


def _length(parts: list[Part]) -> int:
    return sum([cell_len(text) for text, _ in parts])
