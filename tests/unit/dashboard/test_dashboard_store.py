"""The store: rows kept, sorted, filtered and counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from k8s_sandbox_tui.dashboard.filter.parse import parse_filter
from k8s_sandbox_tui.dashboard.looks import LOOKS, status_text
from k8s_sandbox_tui.dashboard.store import SandboxStore
from k8s_sandbox_tui.dashboard.table.columns import COLUMNS
from k8s_sandbox_tui.provider.models import SandboxInfo, SandboxStatus
from k8s_sandbox_tui.provider.usage import SandboxUsage
from tests.dashboard.scripted import NOW, sandbox_info


def store_of(*infos: SandboxInfo) -> SandboxStore:
    store = SandboxStore()
    store.apply(infos, ())
    store.arrange()
    return store


def names(store: SandboxStore) -> list[str]:
    return [row.info.name for row in store.rows]


MIXED = (
    sandbox_info(1, name="b", status=SandboxStatus.RUNNING, age=50, image="node:20", exit_code=None),
    sandbox_info(2, name="a", status=SandboxStatus.FAILED, age=10, image="python:3", exit_code=137),
    sandbox_info(3, name="d", status=SandboxStatus.STOPPED, age=30, image="busybox", exit_code=0),
    sandbox_info(4, name="c", status=SandboxStatus.PENDING, age=20, image="alpine", exit_code=None),
)


@pytest.mark.parametrize(
    ("column", "descending", "order"),
    [
        ("age", False, "acdb"),
        ("age", True, "bdca"),
        ("name", False, "abcd"),
        ("name", True, "dcba"),
        ("status", False, "acbd"),
        ("image", False, "cdba"),
        ("exit", True, "adcb"),
    ],
)
def test_sorting(column: str, order: str, *, descending: bool) -> None:
    store = store_of(*MIXED)
    store.sort_by(column, descending=descending)
    store.arrange()
    assert "".join(names(store)) == order


def test_the_newest_is_first_unless_another_order_was_chosen() -> None:
    assert names(store_of(*MIXED)) == ["a", "c", "d", "b"]


def of(letter: str, **fields: object) -> SandboxInfo:
    """A sandbox of this name that differs from the others in these fields alone."""
    return replace(sandbox_info(ord(letter), name=letter, age=0), **fields)


ORDERS: list[tuple[str, str, list[object]]] = [
    ("name", "name", ["a1", "a10", "b"]),
    ("namespace", "namespace", ["agents", "default", "team-a"]),
    ("status", "status", [SandboxStatus.FAILED, SandboxStatus.PENDING, SandboxStatus.RUNNING]),
    ("runtime", "runtime", ["", "node", "python"]),
    ("age", "created_at", [NOW, NOW - timedelta(seconds=9), NOW - timedelta(days=10)]),
    ("exit", "exit_code", [None, 0, 9, 137]),
    ("exit", "restarts", [0, 2, 10]),
    ("image", "image", ["node:20", "python:3", "python:3.11"]),
    ("node", "node", ["", "node-a", "node-b"]),
    ("ip", "pod_ip", ["", "10.0.0.9", "10.0.0.10", "10.0.1.1", "fd00::9", "fd00::10"]),
    ("metadata", "metadata", [{}, {"owner": "ann"}, {"owner": "bob"}]),
    ("meta.owner", "metadata", [{"owner": "ann"}, {"owner": "bob"}, {}]),
    ("label.team", "labels", [{"team": "a"}, {"team": "b"}, {}]),
    ("label.example.com/team", "labels", [{"example.com/team": "a"}, {"example.com/team": "b"}, {"team": "0"}]),
]
"""A column, the field that it shows, and values of that from the first to the last."""


@pytest.mark.parametrize(("column", "field", "values"), ORDERS)
def test_every_column_sorts_in_the_order_of_what_it_shows(column: str, field: str, values: list[object]) -> None:
    # All that is not asked about is in the other order.
    letters = "fedcba"[: len(values)]
    infos = [replace(of(letter), **{field: value}) for letter, value in zip(letters, values, strict=True)]
    uids = [info.uid for info in infos]
    for start in (infos, infos[::-1], infos[1:] + infos[:1]):
        store = store_of(*start)
        for descending in (False, True):
            store.sort_by(column, descending=descending)
            store.arrange()
            assert [row.uid for row in store.rows] == (uids[::-1] if descending else uids)


@pytest.mark.parametrize(("column", "field"), [("cpu", "cpu"), ("memory", "memory")])
def test_use_sorts_by_the_amount_with_what_was_not_measured_below_it(column: str, field: str) -> None:
    store = store_of(*[of(letter) for letter in "dbca"])
    # As text, 100 comes before 9, and 2 GiB before 120 MiB.
    for name, amount in {"b": 0, "c": 9 * 2**20, "d": 2**31}.items():
        used = SandboxUsage(namespace="default", name=name, cpu=0, memory=0, measured_at=NOW)
        row = next(row for row in store.rows if row.info.name == name)
        row.usage = replace(used, **{field: amount})
    for descending, order in ((False, "abcd"), (True, "dcba")):
        store.sort_by(column, descending=descending)
        store.arrange()
        assert "".join(names(store)) == order


def test_the_order_of_every_column_is_told_above() -> None:
    assert {column.id for column in COLUMNS} <= {column for column, _, _ in ORDERS} | {"cpu", "memory"}


def test_a_row_is_changed_in_place_and_goes_where_it_belongs() -> None:
    store = store_of(*MIXED)
    store.sort_by("status", descending=False)
    store.arrange()
    row = store.get(MIXED[0].uid)
    assert row is not None
    store.apply([sandbox_info(1, name="b", status=SandboxStatus.FAILED, age=50, version="2")], ())
    store.arrange()
    assert store.get(MIXED[0].uid) is row
    assert names(store) == ["a", "b", "c", "d"]


def test_nothing_is_rearranged_by_a_change_that_the_order_does_not_depend_on() -> None:
    store = store_of(*MIXED)
    rows = store.rows
    store.apply([sandbox_info(1, name="b", status=SandboxStatus.FAILED, age=50, version="2")], ())
    assert store.arrange() is False
    assert store.rows is rows


def test_counts_namespaces_and_totals() -> None:
    store = store_of(*MIXED, sandbox_info(5, namespace="team-a"))
    assert store.counts == {"failed": 1, "pending": 1, "running": 2, "stopped": 1}
    assert store.several_namespaces
    store.apply([sandbox_info(1, status=SandboxStatus.FAILED, version="2")], [sandbox_info(5).uid, "unknown"])
    store.arrange()
    assert store.counts == {"failed": 2, "pending": 1, "stopped": 1}
    assert store.total == 4
    assert not store.several_namespaces


def test_what_has_the_sign_of_being_held_up_is_counted_apart() -> None:
    store = store_of(sandbox_info(1, status=SandboxStatus.STARTING, reason="ContainerCreating"))
    assert store.counts == {"starting": 1}
    for reason, counts in (("ImagePullBackOff", {"held-up": 1}), ("", {"starting": 1})):
        store.apply([sandbox_info(1, status=SandboxStatus.STARTING, reason=reason)], ())
        assert store.counts == counts
    store.apply([sandbox_info(1, status=SandboxStatus.PENDING, reason="Unschedulable")], ())
    store.apply((), [sandbox_info(1).uid])
    assert store.counts == {}


def test_a_sandbox_that_comes_and_goes_before_it_is_arranged_is_never_shown() -> None:
    store = SandboxStore()
    store.apply(MIXED, ())
    store.apply((), [MIXED[0].uid])
    store.arrange()
    assert names(store) == ["a", "c", "d"]


def test_widths_only_grow() -> None:
    store = store_of(sandbox_info(1, name="x" * 40))
    store.apply([sandbox_info(2, name="short")], [sandbox_info(1).uid])
    assert store.longest["name"] == 40


def test_what_is_never_shown_widens_no_column() -> None:
    assert store_of(sandbox_info(1, name="\x1b]0;" + "x" * 40 + "\x07name")).longest["name"] == 4


def test_a_filter_holds_for_rows_that_change() -> None:
    store = store_of(*MIXED)
    store.filter_by(parse_filter("failed"))
    store.arrange()
    assert names(store) == ["a"]
    store.apply([sandbox_info(1, name="b", status=SandboxStatus.FAILED, version="2")], ())
    store.arrange()
    assert names(store) == ["a", "b"]
    store.filter_by(parse_filter(""))
    store.arrange()
    assert len(store.rows) == 4


changes = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(SandboxStatus), st.sampled_from(["put", "remove"])), max_size=40
)


@given(changes, st.sampled_from([column.id for column in COLUMNS]), st.booleans(), st.sampled_from(["", "ru", "!fa"]))
def test_any_history_gives_what_a_fresh_store_gives(
    history: list[tuple[int, SandboxStatus, str]], column: str, descending: bool, text: str
) -> None:
    store = SandboxStore()
    store.sort_by(column, descending=descending)
    store.filter_by(parse_filter(text))
    present: dict[str, SandboxInfo] = {}
    for version, (number, status, what) in enumerate(history):
        info = sandbox_info(number, status=status, version=str(version))
        if what == "put":
            store.apply([info], ())
            present[info.uid] = info
        else:
            store.apply((), [info.uid])
            present.pop(info.uid, None)
        if version % 3 == 0:
            store.arrange()
    store.arrange()
    fresh = store_of(*present.values())
    fresh.sort_by(column, descending=descending)
    fresh.filter_by(parse_filter(text))
    fresh.arrange()
    assert {row.uid for row in store.rows} == {row.uid for row in fresh.rows}
    assert [row.key for row in store.rows] == [row.key for row in fresh.rows]
    assert store.counts == fresh.counts
    assert all(row.shown and row.alive for row in store.rows)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "abcde"),
        ("NODE:20", "b"),
        ("failed", "a"),
        ("owner=ann", "e"),
        ("owner=ann python", "e"),
        ("!running", "acd"),
        ("!", "abcde"),
        ("python !failed", "bcde"),
        ("nothing-of-this", ""),
    ],
)
def test_filters(text: str, found: str) -> None:
    store = store_of(*MIXED, sandbox_info(5, name="e", metadata={"owner": "Ann"}))
    store.filter_by(parse_filter(text))
    store.arrange()
    assert sorted(names(store)) == sorted(found)


@given(st.text())
def test_any_typed_text_is_a_filter(text: str) -> None:
    store = store_of(*MIXED)
    store.filter_by(parse_filter(text))
    store.arrange()
    assert len(store.rows) <= 4


def test_every_status_has_a_look_of_its_own() -> None:
    assert {status.value for status in SandboxStatus} == set(LOOKS)
    for glyphs in ({look.sign for look in LOOKS.values()}, {look.ascii_sign for look in LOOKS.values()}):
        assert len(glyphs) == len(LOOKS)
    assert all(look.ascii_sign.isascii() for look in LOOKS.values())


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (SandboxStatus.RUNNING, "", "Running"),
        (SandboxStatus.FAILED, "OOMKilled", "Failed OOMKilled"),
        (SandboxStatus.STOPPED, "Completed", "Stopped"),
        (SandboxStatus.STARTING, "ContainerCreating", "Starting"),
        (SandboxStatus.STARTING, "ImagePullBackOff", "Starting ImagePullBackOff"),
        (SandboxStatus.FAILED, "Failed", "Failed"),
    ],
)
def test_the_status_in_words(status: SandboxStatus, reason: str, words: str) -> None:
    assert status_text(sandbox_info(1, status=status, reason=reason)) == words
