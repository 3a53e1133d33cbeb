"""Choosing columns: what is offered, shown, moved and added; and columns made from keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.columns.picker import MOST_KEYS, ColumnPicker
from k8s_sandbox_tui.dashboard.store import SandboxStore
from k8s_sandbox_tui.dashboard.table import columns as c
from k8s_sandbox_tui.dashboard.table.key_columns import column_of, columns_of
from k8s_sandbox_tui.dashboard.table.layout import GAP, lay_out
from tests.dashboard.scripted import sandbox_info

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import SandboxInfo


def store_of(*infos: SandboxInfo) -> SandboxStore:
    store = SandboxStore()
    store.apply(infos, ())
    store.arrange()
    return store


OWNED = store_of(
    sandbox_info(1, metadata={"owner": "ann", "task": "lint"}),
    sandbox_info(2, metadata={"owner": "bob"}, labels={"team": "search", "computesdk.io/managed": "true"}),
    sandbox_info(3),
)


def ids(picker: ColumnPicker) -> list[str]:
    return [item.column.id for item in picker.items]


def test_what_is_shown_comes_first_then_the_others_then_the_keys_that_are_seen() -> None:
    picker = ColumnPicker((c.NAME, c.AGE, c.STATUS), OWNED.rows)
    assert ids(picker)[:4] == ["name", "age", "status", "namespace"]
    assert ids(picker)[-3:] == ["meta.owner", "meta.task", "label.team"]
    assert [item.about for item in picker.items[-3:]] == ["in 2 sandboxes", "in 1 sandbox", "in 1 sandbox"]
    assert [column.id for column in picker.chosen] == ["name", "age", "status"]


def test_a_column_is_shown_hidden_moved_and_the_name_stays() -> None:
    picker = ColumnPicker((c.NAME, c.AGE, c.STATUS), OWNED.rows)
    assert picker.toggle(1) == ""
    assert picker.toggle(0) == "The name is always shown."
    assert picker.move(2, -1) == 1
    assert picker.move(0, -1) == 0
    assert picker.move(0, 999) == len(picker.items) - 1
    assert [column.id for column in picker.chosen] == ["status", "name"]


@pytest.mark.parametrize("text", ["", "owner", "meta.", "label.", "nonsense", "meta.a b", "meta.\x1b[2J a"])
def test_what_is_no_column_is_refused_with_what_one_looks_like(text: str) -> None:
    picker = ColumnPicker((c.NAME,), ())
    before = ids(picker)
    assert picker.add(text) == (-1, "meta.KEY or label.KEY, such as meta.owner or label.team.")
    assert ids(picker) == before


def test_a_typed_key_is_shown_behind_what_is_shown() -> None:
    picker = ColumnPicker((c.NAME, c.AGE), OWNED.rows)
    assert picker.add(" meta.new ") == (2, "")
    assert picker.add("meta.owner") == (3, "")
    assert picker.add("age") == (1, "")
    assert [column.id for column in picker.chosen] == ["name", "age", "meta.new", "meta.owner"]
    assert ids(picker).count("meta.owner") == 1


def test_keys_without_end_are_offered_within_reason() -> None:
    many = store_of(*[sandbox_info(n, metadata={f"k{n}": "v", "common": "v"}) for n in range(500)])
    picker = ColumnPicker((c.NAME,), many.rows)
    assert len(picker.items) == len(c.COLUMNS) + MOST_KEYS
    assert "meta.common" in ids(picker)


def test_a_key_is_one_column_however_often_it_is_asked_for() -> None:
    assert column_of("meta.owner") is column_of("meta.owner")
    assert column_of("label.app.kubernetes.io/part-of") is not None
    assert [column.title for column in columns_of(["label.app.kubernetes.io/part-of"])] == ["NAME", "PART-OF"]
    assert columns_of(["age", "nonsense", "age"]) == (c.NAME, c.AGE)
    assert columns_of([]) == ()


def test_keys_sort_with_what_has_none_at_the_end_and_are_measured() -> None:
    store = store_of(
        sandbox_info(1, name="a", metadata={"owner": "zoe"}),
        sandbox_info(2, name="b"),
        sandbox_info(3, name="c", metadata={"owner": "ann" + "x" * 30}),
    )
    store.sort_by("meta.owner", descending=False)
    store.show_columns(columns_of(["name", "meta.owner"]))
    store.arrange()
    assert [row.info.name for row in store.rows] == ["c", "a", "b"]
    assert store.longest["meta.owner"] == 33
    store.apply([sandbox_info(2, name="b", metadata={"owner": "y" * 39}, version="2")], ())
    assert store.longest["meta.owner"] == 39


LONGEST = {"name": 23, "status": 23, "image": 16, "node": 20, "ip": 9, "exit": 3, "namespace": 7, "meta.owner": 3}


@pytest.mark.parametrize(
    ("width", "chosen", "shown"),
    [
        (77, "name age meta.owner status", "name age meta.owner status"),
        (40, "name age meta.owner status", "name age meta.owner"),
        (77, "metadata name image node status ip", "metadata name image node status"),
        (20, "status name", "name"),
        (197, "metadata name image node status ip", "metadata name image node status ip"),
    ],
)
def test_chosen_columns_stand_in_their_order_as_far_as_there_is_room(width: int, chosen: str, shown: str) -> None:
    cells = lay_out(width, LONGEST, namespaces=False, chosen=columns_of(chosen.split()))
    assert " ".join(cell.column.id for cell in cells) == shown


@given(
    st.integers(1, 400),
    st.lists(st.sampled_from([*c.BY_ID, "meta.a", "label.b"]), min_size=1, unique=True),
    st.dictionaries(st.sampled_from([*c.BY_ID, "meta.a"]), st.integers(0, 500)),
)
def test_any_choice_stays_within_its_width(width: int, chosen: list[str], longest: dict[str, int]) -> None:
    cells = lay_out(width, longest, namespaces=False, chosen=columns_of(chosen))
    assert c.NAME in [cell.column for cell in cells]
    assert cells[-1].x + cells[-1].width <= width
    assert sum(cell.width + GAP for cell in cells) - GAP <= width
