"""What is remembered, each once: its name in the file, its type, and what holds the first time."""

from __future__ import annotations

import msgspec

from k8s_sandbox_tui.dashboard.remembered import Memory


class Sort(msgspec.Struct, frozen=True):
    """The order of the table."""

    column: str = "age"
    descending: bool = False


SORT = Memory("sort", Sort, Sort())
THEME = Memory("theme", str, "")
COLUMNS = Memory("columns", tuple[str, ...], ())
FILTERS = Memory("filters", tuple[str, ...], ())
"""The last one first."""
