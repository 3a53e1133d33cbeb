"""The keys of the dialogues and of the bars in them: for the help, and for the check of a keymap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from k8s_sandbox_tui.dashboard.columns.list import ColumnList
from k8s_sandbox_tui.dashboard.columns.screen import ColumnsScreen
from k8s_sandbox_tui.dashboard.console.card_menu import CardMenu
from k8s_sandbox_tui.dashboard.console.find_bar import FindBar
from k8s_sandbox_tui.dashboard.console.history_search import HistorySearch
from k8s_sandbox_tui.dashboard.console.save_bar import SaveBar
from k8s_sandbox_tui.dashboard.copying.screen import CopyScreen
from k8s_sandbox_tui.dashboard.create.env_file_screen import EnvFileScreen
from k8s_sandbox_tui.dashboard.create.presets_screen import PresetsScreen
from k8s_sandbox_tui.dashboard.create.preview_screen import PreviewScreen
from k8s_sandbox_tui.dashboard.create.progress import ProgressScreen
from k8s_sandbox_tui.dashboard.create.row_editor import RowEditor
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.dashboard.destruction_screen import DestructionScreen
from k8s_sandbox_tui.dashboard.everywhere.ask_screen import EverywhereScreen
from k8s_sandbox_tui.dashboard.everywhere.outcome_screen import OutcomeList, OutcomeScreen
from k8s_sandbox_tui.dashboard.forwards.screen import ForwardsScreen
from k8s_sandbox_tui.dashboard.inside.screen import InsideScreen
from k8s_sandbox_tui.dashboard.inside.view import DocumentView
from k8s_sandbox_tui.dashboard.jobs.screen import JobsScreen
from k8s_sandbox_tui.dashboard.listing_screen import ListingScreen
from k8s_sandbox_tui.dashboard.main_keys import KeySection, bound, with_own
from k8s_sandbox_tui.dashboard.mark_screen import MarkScreen
from k8s_sandbox_tui.dashboard.places.pick_screen import PickScreen
from k8s_sandbox_tui.dashboard.question_screen import QuestionScreen
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen
from k8s_sandbox_tui.dashboard.urls.template_screen import TemplateScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.dom import DOMNode

HELP_KEYS: list[BindingType] = [
    Binding("escape,q,question_mark,f1,enter", "dismiss('')", "Close", id="help.close"),
    Binding("j", "scroll_help(1)", "Down", show=False, id="help.down"),
    Binding("k", "scroll_help(-1)", "Up", show=False, id="help.up"),
]
"""Those of the help itself."""

DIALOGUES: Sequence[tuple[str, Sequence[type[DOMNode]]]] = (
    ("Inside a sandbox", (InsideScreen, DocumentView)),
    ("Creating", (CreateScreen, RowEditor)),
    ("Presets", (PresetsScreen,)),
    ("The Pod as YAML, before it is created", (PreviewScreen, DocumentView)),
    ("Importing variables", (EnvFileScreen, *EnvFileScreen.KEYED)),
    ("While a sandbox is created", (ProgressScreen,)),
    ("Destroying", (DestroyScreen, *DestroyScreen.KEYED)),
    ("While sandboxes are destroyed", (DestructionScreen,)),
    ("Copying files", (CopyScreen, *CopyScreen.KEYED)),
    ("Running in many", (EverywhereScreen,)),
    ("What came of it in each", (OutcomeList, OutcomeScreen)),
    ("URL", (UrlScreen, *UrlScreen.KEYED)),
    ("The template of URLs", (TemplateScreen, *TemplateScreen.KEYED)),
    ("Port forwards", (ListingScreen, *ForwardsScreen.KEYED)),
    ("Jobs", (ListingScreen, *JobsScreen.KEYED)),
    ("Columns", (ColumnsScreen, ColumnList, *ColumnsScreen.KEYED)),
    ("Marking many", (MarkScreen, *MarkScreen.KEYED)),
    ("Choosing a place", (PickScreen, *PickScreen.KEYED)),
    ("Searching for a text", FindBar.KEYED),
    ("Searching for an earlier command", HistorySearch.KEYED),
    ("Saving output", SaveBar.KEYED),
    ("The menu of a card or a sandbox", (CardMenu,)),
    ("A question", (QuestionScreen,)),
)
"""Where they work, and what has them."""

TYPED = frozenset(
    {
        "Creating", "Importing variables", "Copying files", "Running in many", "URL", "Choosing a place",
        "Searching for a text", "Searching for an earlier command", "Saving output",
    }
)  # fmt: skip
"""Those in which one types."""


def dialogue_keys(keymap: Mapping[str, str] | None = None) -> list[KeySection]:
    """The keys of each dialogue.

    Args:
        keymap: Keys by id, where they are not the usual ones; checked before.
    """
    sections = [
        KeySection(
            title, [entry for part in parts for entry in bound(part.BINDINGS)], place=title, typed=title in TYPED
        )
        for title, parts in DIALOGUES
    ]
    return with_own([*sections, KeySection("This help", bound(HELP_KEYS), place="This help")], keymap or {})
