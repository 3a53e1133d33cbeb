"""Columns by their ids: those that are always there, and one for each key of metadata or of labels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.table.columns import BY_ID, NAME, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from k8s_sandbox_tui.dashboard.row import Row

METADATA_KEY = "meta."
LABEL_KEY = "label."


@lru_cache(maxsize=256)
def column_of(column_id: str) -> Column | None:
    """The column of an id: `name`, `meta.KEY`, `label.KEY`; the same object each time, None where there is none."""
    column = BY_ID.get(column_id)
    if column is not None:
        return column
    for prefix, values in ((METADATA_KEY, _metadata), (LABEL_KEY, _labels)):
        key = column_id.removeprefix(prefix)
        if key and key != column_id and not any(map(str.isspace, key)):
            return _key_column(column_id, key, values)
    return None


def columns_of(ids: Iterable[str]) -> tuple[Column, ...]:
    """The columns of these ids; the name is always among them, where there is any."""
    columns = tuple(dict.fromkeys([column for one in ids if (column := column_of(one)) is not None]))
    return columns if NAME in columns or not columns else (NAME, *columns)


def _metadata(row: Row) -> Mapping[str, str]:
    return row.info.metadata


def _labels(row: Row) -> Mapping[str, str]:
    return row.info.labels


def _key_column(column_id: str, key: str, values: Callable[[Row], Mapping[str, str]]) -> Column:
    def text(row: Row) -> str:
        return values(row).get(key, "")

    def order(row: Row) -> tuple[bool, str]:
        value = values(row).get(key, "")
        return (not value, value)

    # A label's prefix is somebody's domain: what tells it from the others is what follows.
    title = harmless(key).rsplit("/", 1)[-1].upper()
    return Column(id=column_id, title=title, about="", text=text, key=order, minimum=8, maximum=40)
