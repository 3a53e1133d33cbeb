"""The keys of the dialogues, for the help: made from their bindings, which nobody can move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.columns.list import ColumnList
from k8s_sandbox_tui.dashboard.columns.screen import ColumnsScreen
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.dashboard.everywhere.ask_screen import EverywhereScreen
from k8s_sandbox_tui.dashboard.everywhere.outcome_screen import OutcomeList, OutcomeScreen
from k8s_sandbox_tui.dashboard.forwards.screen import ForwardsScreen
from k8s_sandbox_tui.dashboard.inside.screen import InsideScreen
from k8s_sandbox_tui.dashboard.inside.view import DocumentView
from k8s_sandbox_tui.dashboard.main_keys import KeySection, bound
from k8s_sandbox_tui.dashboard.mark_screen import MarkScreen
from k8s_sandbox_tui.dashboard.places.pick_screen import PickScreen
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.dom import DOMNode

DIALOGUES: Sequence[tuple[str, Sequence[type[DOMNode]]]] = (
    ("Inside a sandbox", (InsideScreen, DocumentView)),
    ("Creating", (CreateScreen,)),
    ("Destroying", (DestroyScreen,)),
    ("Running in many", (EverywhereScreen, OutcomeList, OutcomeScreen)),
    ("URL", (UrlScreen,)),
    ("Port forwards", (ForwardsScreen,)),
    ("Columns", (ColumnsScreen, ColumnList)),
    ("Marking many", (MarkScreen,)),
    ("Choosing a place", (PickScreen,)),
)
"""Where they work, and what has them."""


def dialogue_keys() -> list[KeySection]:
    """The keys of each dialogue."""
    return [
        KeySection(title, [entry for part in parts for entry in bound(part.BINDINGS)], apart=True)
        for title, parts in DIALOGUES
    ]
