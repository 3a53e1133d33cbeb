"""Which columns are shown, and in which order, while a user chooses. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.table.columns import COLUMNS, NAME, Column
from k8s_sandbox_tui.dashboard.table.key_columns import LABEL_KEY, METADATA_KEY, column_of
from k8s_sandbox_tui.provider.labels import OWN_DOMAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from k8s_sandbox_tui.dashboard.row import Row

MOST_KEYS = 50
"""Keys that are offered; a rarer one can be typed."""


@dataclass(slots=True)
class Item:
    """A column that can be chosen."""

    column: Column
    shown: bool
    about: str
    """What it tells; of a key, in how many sandboxes it is."""


class ColumnPicker:
    """The columns in order: those that are shown first, then what else there is."""

    def __init__(self, shown: Sequence[Column], rows: Iterable[Row]) -> None:
        """Begin with what is shown.

        Args:
            shown: The columns that are shown, in order.
            rows: The sandboxes, whose keys are offered.
        """
        keys = _keys_of(rows)
        known = list(dict.fromkeys([*shown, *COLUMNS, *[column for key in keys if (column := column_of(key))]]))
        self.items = [Item(column, column in shown, column.about or _seen(keys.get(column.id, 0))) for column in known]

    @property
    def chosen(self) -> tuple[Column, ...]:
        """The columns that are to be shown."""
        return tuple([item.column for item in self.items if item.shown])

    def toggle(self, index: int) -> str:
        """Show a column or not; why not, where that is not possible."""
        item = self.items[index]
        if item.column is NAME:
            return "The name is always shown."
        item.shown = not item.shown
        return ""

    def move(self, index: int, step: int) -> int:
        """Move a column by places; where it is then."""
        to = max(0, min(index + step, len(self.items) - 1))
        self.items.insert(to, self.items.pop(index))
        return to

    def add(self, text: str) -> tuple[int, str]:
        """Show a column by its id, at the end of those that are shown: where it is, or why there is none."""
        column = column_of(text.strip())
        if column is None:
            return -1, "meta.KEY or label.KEY, such as meta.owner or label.team."
        known = next((item for item in self.items if item.column is column), None)
        if known is not None and known.shown:
            return self.items.index(known), ""
        if known is not None:
            self.items.remove(known)
        to = max([index + 1 for index, item in enumerate(self.items) if item.shown], default=0)
        self.items.insert(to, Item(column, True, known.about if known else _seen(0)))  # noqa: FBT003
        return to, ""


def _keys_of(rows: Iterable[Row]) -> Counter[str]:
    """The ids of the columns that keys would make, the most frequent first; our own labels say nothing new."""
    keys: Counter[str] = Counter()
    for row in rows:
        info = row.info
        keys.update([METADATA_KEY + key for key in info.metadata])
        keys.update([LABEL_KEY + key for key in info.labels if not key.startswith(f"{OWN_DOMAIN}/")])
    return Counter(dict(keys.most_common(MOST_KEYS)))


def _seen(count: int) -> str:
    return f"in {count} sandbox{'' if count == 1 else 'es'}"
