"""The state line, the key bar and the messages, as pure data."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from textual.theme import BUILTIN_THEMES

from k8s_sandbox_tui.dashboard.crash import write_report
from k8s_sandbox_tui.dashboard.feed_state import FeedState
from k8s_sandbox_tui.dashboard.key_bar import KeyEntry, place_keys
from k8s_sandbox_tui.dashboard.key_names import key_name
from k8s_sandbox_tui.dashboard.looks import ASCII, LOOKS, UNICODE, glyphs_for
from k8s_sandbox_tui.dashboard.requested import Amounts
from k8s_sandbox_tui.dashboard.shown_keys import command_key
from k8s_sandbox_tui.dashboard.split import second_size
from k8s_sandbox_tui.dashboard.state_line import ROLES, ClusterState, Tally, state_parts
from k8s_sandbox_tui.dashboard.table.placeholder import Placeholder, placeholder_for, placeholder_lines
from k8s_sandbox_tui.dashboard.table.style import line_styles
from k8s_sandbox_tui.dashboard.themes import DARK, LIGHT, variable_defaults
from k8s_sandbox_tui.provider.freshness import Freshness
from tests.dashboard.scripted import NOW

LOCAL = ClusterState(
    context="local", server="https://127.0.0.1:1", namespaces=("default",), local=True, isolation="bwrap"
)
HELD_BACK = replace(LOCAL, limits="cgroup2 (memory, processes, cpu)", network="private")
REMOTE = ClusterState(context="prod", server="https://10.0.0.1:6443", namespaces=("team-a",), interval=5)
KEY_OF = partial(command_key, {})
COUNTS = {"running": 12, "failed": 3}


def line(
    cluster: ClusterState, feed: FeedState, tally: dict[str, int] | Tally, width: int, *, ascii_only: bool = False
) -> str:
    glyphs = ASCII if ascii_only else UNICODE
    tally = Tally(tally) if isinstance(tally, dict) else tally
    parts = state_parts(cluster, feed, tally, width=width, now=NOW, glyphs=glyphs)
    assert all(role in ROLES for _, role in parts)
    return "".join(text for text, _ in parts)


@pytest.mark.parametrize(
    ("cluster", "feed", "width", "words"),
    [
        (ClusterState(), FeedState(), 40, "... CONNECTING"),
        (
            ClusterState(server="https://10.0.0.1"),
            FeedState(since=NOW),
            50,
            "in-cluster all namespaces LOADING ● 12 x 3",
        ),
        (
            HELD_BACK,
            FeedState(freshness="live"),
            120,
            "LOCAL bwrap, limits: cgroup2, network: private default LIVE 15 sandboxes ● 12 running x 3 failed",
        ),
        (HELD_BACK, FeedState(freshness="live"), 80, "LOCAL bwrap default LIVE 15 sandboxes ● 12 running x 3 failed"),
        (LOCAL, FeedState(freshness="live"), 80, "LOCAL bwrap default LIVE 15 sandboxes ● 12 running x 3 failed"),
        (LOCAL, FeedState(freshness="live"), 60, "LOCAL bwrap default LIVE ● 12 running x 3 failed"),
        (LOCAL, FeedState(freshness="live"), 44, "LOCAL bwrap default LIVE ● 12 x 3"),
        (LOCAL, FeedState(freshness="live"), 37, "LOCAL default LIVE ● 12 x 3"),
        (LOCAL, FeedState(freshness="live"), 24, "LOCAL default LIVE"),
        (REMOTE, FeedState(freshness="polling"), 50, "prod team-a POLLING 5s ● 12 x 3"),
        (
            REMOTE,
            FeedState(freshness="stale", since=NOW - timedelta(seconds=90), complete=True),
            30,
            "prod team-a STALE 90s",
        ),
        (REMOTE, FeedState(freshness="stale", since=NOW - timedelta(seconds=90)), 34, "prod team-a NO ANSWER"),
        (REMOTE, FeedState(freshness="denied", since=NOW), 30, "prod team-a DENIED"),
        (
            REMOTE,
            FeedState(freshness="live", denied=("a-namespace-with-a-long-name", "b")),
            60,
            "prod team-a LIVE 2 namespaces DENIED ● 12 x 3",
        ),
        # What is left out here stands in the line below.
        (REMOTE, FeedState(freshness="live", denied=("dark",)), 24, "prod team-a LIVE"),
        (
            ClusterState(context="gke_my-project_europe-west1-b_agents", server="https://10.0.0.1", namespaces=("ns",)),
            FeedState(freshness="live"),
            30,
            "gke_my-…west1-b_agents LIVE",
        ),
        (REMOTE, FeedState(freshness="closed"), 34, "prod team-a NOT CONNECTED"),
        (
            replace(REMOTE, asked="team=search"),
            FeedState(freshness="live"),
            80,
            "prod team-a only team=search LIVE 15 sandboxes ● 12 running x 3 failed",
        ),
        (replace(REMOTE, asked="team=search"), FeedState(freshness="live"), 44, "prod team-a only team=search LIVE"),
        (
            replace(REMOTE, asked="team=search,tier!=production"),
            FeedState(freshness="live"),
            80,
            "prod team-a only team=search,tier!=p… LIVE ● 12 running x 3 failed",
        ),
    ],
)
def test_the_state_line(cluster: ClusterState, feed: FeedState, width: int, words: str) -> None:
    text = line(cluster, feed, COUNTS if cluster.server and feed.freshness != "closed" else {}, width)
    assert " ".join(text.split()) == words.replace("x ", "\u00d7 ")
    assert cell_len(text) == width


FULL = Tally(COUNTS, Amounts(3750, 4 * 2**30), marks=3, forwards=1, rate=0.5)


EVERYTHING = "requests 3.75 cpu 4Gi 15 sandboxes ● 12 running x 3 failed √ 3 marked"


@pytest.mark.parametrize(
    ("cluster", "width", "words"),
    [
        (REMOTE, 200, f"prod https://10.0.0.1:6443 team-a LIVE 1 forward 0.5 req/s {EVERYTHING}"),
        (
            HELD_BACK,
            200,
            f"LOCAL bwrap, limits: cgroup2, network: private default LIVE 1 forward 0.5 req/s {EVERYTHING}",
        ),
        (REMOTE, 120, f"prod team-a LIVE 1 forward 0.5 req/s {EVERYTHING}"),
        (REMOTE, 107, f"prod team-a LIVE 1 forward {EVERYTHING}"),
        (REMOTE, 90, "prod team-a LIVE 1 forward 15 sandboxes ● 12 running x 3 failed √ 3 marked"),
        (REMOTE, 80, "prod team-a LIVE 1 forward ● 12 running x 3 failed √ 3 marked"),
        (REMOTE, 50, "prod team-a LIVE 1 forward ● 12 x 3 √ 3"),
        (REMOTE, 38, "prod team-a LIVE ● 12 x 3 √ 3"),
        (REMOTE, 28, "prod team-a LIVE √ 3"),
        (REMOTE, 23, "prod team-a LIVE"),
        (REMOTE, 20, "prod LIVE"),
    ],
)
def test_what_matters_least_is_left_out_first(cluster: ClusterState, width: int, words: str) -> None:
    text = line(cluster, FeedState(freshness="live"), FULL, width)
    assert " ".join(text.split()) == words.replace("x ", "\u00d7 ")
    assert cell_len(text) == width


def test_without_room_for_several_namespaces_their_number_is_told_and_with_room_their_names() -> None:
    names = ("agents-of-the-search-team", "agents-of-the-shop", "default")
    cluster = replace(REMOTE, namespaces=names)
    assert ", ".join(names) in line(cluster, FeedState(freshness="live"), FULL, 200)
    assert ", ".join(names) not in line(cluster, FeedState(freshness="live"), FULL, 100)


@given(
    st.builds(
        replace,
        st.just(ClusterState(isolation="bubblewrap", interval=2.0)),
        context=st.text(max_size=50),
        server=st.sampled_from(["", "https://10.0.0.1"]),
        namespaces=st.sampled_from([(), ("default",), ("n" * 63,), ("a", "b", "c" * 40)]),
        local=st.booleans(),
        limits=st.sampled_from(["", "none", "watchdog (memory, processes)"]),
        network=st.sampled_from(["", "host"]),
        asked=st.sampled_from(["", "team=search", "x" * 90]),
    ),
    st.sampled_from([*Freshness, "closed"]),
    st.builds(
        replace,
        st.just(Tally()),
        counts=st.dictionaries(st.sampled_from(list(LOOKS)), st.integers(0, 10**6)),
        requested=st.builds(Amounts, st.integers(0, 10**9), st.integers(0, 2**60)),
        marks=st.integers(0, 10**6),
        forwards=st.integers(0, 10**3),
        rate=st.one_of(st.none(), st.floats(0, 10**4)),
    ),
    st.integers(20, 300),
    st.booleans(),
)
def test_any_state_fits_its_width(
    cluster: ClusterState, freshness: str, tally: Tally, width: int, ascii_only: bool
) -> None:
    feed = FeedState(freshness=str(freshness), since=NOW)
    text = line(cluster, feed, tally, width, ascii_only=ascii_only)
    assert cell_len(text) <= width
    assert not ascii_only or not cluster.context.isascii() or text.isascii()


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("f8", "F8"),
        ("ctrl+q", "^Q"),
        ("ctrl+end", "^End"),
        ("slash", "/"),
        ("enter", "Enter"),
        ("shift+left", "Shift+Left"),
        ("c", "c"),
    ],
)
def test_keys_are_named_as_people_write_them(key: str, name: str) -> None:
    assert key_name(key) == name


labels = st.text(alphabet="abcdefghij", min_size=1, max_size=9)
entries = st.lists(st.builds(KeyEntry, st.sampled_from(["a", "F8", "^Q"]), labels, st.just("")), max_size=12)


@given(entries, entries, st.integers(0, 200))
def test_keys_never_overlap_and_are_never_cut(some: list[KeyEntry], pinned: list[KeyEntry], width: int) -> None:
    placed = place_keys(some, pinned, width)
    for left, right in pairwise(placed):
        assert left.x + left.entry.width + 2 <= right.x
    assert all(item.x + item.entry.width <= width for item in placed)
    here = [item.entry for item in placed]
    first = [entry for entry in here if any(entry is one for one in some)]
    assert here == [*some[: len(first)], *pinned[: len(here) - len(first)]]


def test_pinned_keys_come_before_the_others() -> None:
    some = [KeyEntry("a", "something", "x")] * 5
    pinned = [KeyEntry("?", "Help", "y"), KeyEntry("q", "Quit", "z")]
    assert [item.entry for item in place_keys(some, pinned, 30)] == [some[0], *pinned]


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=4), st.integers(1, 200), st.integers(0, 60))
def test_a_message_fits_the_room_it_has(title: str, lines: list[str], width: int, height: int) -> None:
    drawn = placeholder_lines(Placeholder(title, tuple(lines)), width, height)
    assert len(drawn) <= height
    assert all(len(text.text) <= max(10, width - 4) for text in drawn)


def test_where_nothing_has_the_labels_that_were_asked_for_the_way_back_is_told() -> None:
    feed = FeedState(freshness="live", complete=True)
    message = placeholder_for(feed, total=0, filter_text="x", where="default", server="", key=KEY_OF, asked="team=a")
    assert message.said == ("No sandboxes in default with team=a.", "Esc clears the filter and asks for all.")


@pytest.mark.parametrize("freshness", [*Freshness, "closed", "something new"])
def test_there_is_a_message_for_every_state(freshness: str) -> None:
    feed = FeedState(freshness=str(freshness))
    assert placeholder_for(feed, total=0, filter_text="", where="default", server="", key=KEY_OF).title


@pytest.mark.parametrize(
    ("encoding", "term", "glyphs"),
    [("utf-8", "xterm", UNICODE), ("UTF8", "", UNICODE), ("ascii", "xterm", ASCII), ("latin-1", "", ASCII),
     ("utf-8", "linux", ASCII), (None, "", ASCII), ("no-such-encoding", "", ASCII)],
)  # fmt: skip
def test_glyphs_by_what_the_terminal_can_show(encoding: str | None, term: str, glyphs: object) -> None:
    assert glyphs_for(encoding, term) is glyphs


@pytest.mark.parametrize(
    ("room", "share", "size"), [(20, 0.5, 10), (20, 0.9, 15), (20, 0.1, 6), (8, 0.5, 6), (100, 0.4, 40)]
)
def test_both_panes_have_what_they_need(room: int, share: float, size: int) -> None:
    assert second_size(room, share, least_first=5, least_second=6) == size


def _luminance(color: str) -> float:
    parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it."""
    light, dark = sorted([_luminance(one), _luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_every_colour_can_be_read_on_every_ground_it_stands_on(theme: object) -> None:
    assert theme in (DARK, LIGHT)
    own = DARK if theme is DARK else LIGHT
    grounds = [own.background, own.surface, own.panel, own.variables["cursor-focused"], own.variables["cursor-blurred"]]
    texts = [own.foreground, own.variables["muted"], *(own.variables[f"status-{status}"] for status in LOOKS)]
    for ground in grounds:
        for text in texts:
            assert ground is not None
            assert text is not None
            assert contrast(text, ground) >= 4.5, (text, ground)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_other_themes_get_every_colour_that_ours_have_for_the_table(theme: object) -> None:
    own = DARK if theme is DARK else LIGHT
    needed = {name for name in own.variables if name.startswith(("status-", "cursor-", "muted", "faint"))}
    assert needed <= set(variable_defaults(own))


def test_a_report_is_for_the_user_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("state") / "deeper" / "crash.txt"
    sentence = write_report(ValueError("what happened"), file)
    assert str(file) in sentence
    assert "ValueError: what happened" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_report_that_cannot_be_written_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("state")
    assert "No report could be written" in write_report(ValueError("x"), folder)


@pytest.mark.parametrize("name", ["textual-dark", "textual-light", "nord", "dracula", "solarized-light", "ansi-dark"])
def test_the_cursor_can_be_seen_in_any_theme(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    variables = theme.to_color_system().generate() | variable_defaults(theme)
    focused, blurred = (line_styles(variables, focused=focus) for focus in (True, False))
    if theme.ansi:
        assert focused["cursor"].reverse
        assert blurred["cursor"].underline
    else:
        assert focused["cursor"].bgcolor != focused.base.bgcolor
        assert focused["cursor"].bgcolor != blurred["cursor"].bgcolor
