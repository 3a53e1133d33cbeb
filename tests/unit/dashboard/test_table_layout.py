"""Which columns fit a width."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.table import columns as c
from k8s_sandbox_tui.dashboard.table.layout import GAP, column_at, lay_out

LONGEST = {"name": 23, "status": 23, "image": 16, "node": 20, "ip": 9, "exit": 3, "namespace": 7}


@pytest.mark.parametrize(
    ("width", "ids"),
    [
        (1, "name"),
        (20, "name"),
        (30, "name status"),
        (50, "name status runtime age"),
        (77, "name status runtime age exit"),
        (117, "name status runtime age exit image metadata"),
        (160, "name status runtime age exit image node ip metadata"),
        (197, "name status runtime age exit image node ip metadata"),
    ],
)
def test_columns_by_width(width: int, ids: str) -> None:
    cells = lay_out(width, LONGEST, namespaces=False)
    assert " ".join(cell.column.id for cell in cells) == ids


def test_the_namespace_comes_in_when_there_are_several() -> None:
    ids = [cell.column.id for cell in lay_out(117, LONGEST, namespaces=True)]
    assert ids[:2] == ["name", "namespace"]


def test_essential_columns_are_as_wide_as_they_need_before_others_come_in() -> None:
    widths = {cell.column.id: cell.width for cell in lay_out(77, LONGEST, namespaces=False)}
    assert widths["name"] == 23
    assert widths["status"] == 25


@given(
    st.integers(1, 400),
    st.dictionaries(st.sampled_from([column.id for column in c.COLUMNS]), st.integers(0, 500)),
    st.booleans(),
)
def test_any_layout_stays_within_its_width(width: int, longest: dict[str, int], namespaces: bool) -> None:
    cells = lay_out(width, longest, namespaces=namespaces)
    assert cells[0].column is c.NAME
    for left, right in pairwise(cells):
        assert left.x + left.width + GAP == right.x
    assert cells[-1].x + cells[-1].width <= width
    assert all(cell.column.minimum <= cell.width <= cell.column.maximum for cell in cells[1:])


def test_the_column_under_the_mouse() -> None:
    cells = lay_out(77, LONGEST, namespaces=False)
    assert column_at(cells, 0) is c.NAME
    assert column_at(cells, cells[1].x - 1) is c.NAME
    assert column_at(cells, cells[1].x) is c.STATUS
    assert column_at(cells, 500) is None
    assert column_at(cells, -1) is None
