"""A question with two answers, of which the harmless one has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Label

from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import FOCUSED, OVER_ALL
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.literal import literal
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.shown_keys import with_key

if TYPE_CHECKING:
    from textual.app import ComposeResult


class QuestionScreen(Dialogue[bool]):
    """Says what it is about, and what happens; no is the answer unless one chooses otherwise."""

    DEFAULT_CSS = f"""
    QuestionScreen {{
        {OVER_ALL}
        & > Vertical {{
            width: 60; max-width: 94%; height: auto; padding: 1 2;
            background: $surface; border: round $status-pending;
            border-title-color: $status-pending; border-title-style: bold;
        }}
        & Label {{ width: 1fr; margin-bottom: 1; }}
        & Horizontal {{ height: auto; align-horizontal: right; }}
        & Button {{
            margin-left: 2; min-width: 16; background: $panel; color: $foreground; text-style: none;
            &:focus {{ {FOCUSED} }}
        }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", id="question.no"),
        Binding("y", "answer(True)", "Yes", id="question.yes"),
        Binding("left,right", "app.focus_next", "Other button", show=False, id="question.other"),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, title: str, *sentences: str, no: str, yes: str) -> None:
        """Prepare the question.

        Args:
            title: The question.
            sentences: What happens, a paragraph each.
            no: The word on the button that changes nothing.
            yes: The word on the other one.
        """
        super().__init__()
        self._question = title
        self._sentences = sentences
        self._no = no
        self._yes = yes

    def compose(self) -> ComposeResult:
        """What happens, and the two answers."""
        with Vertical() as dialog:
            dialog.border_title = literal(self._question)
            for sentence in self._sentences:
                yield Label(harmless(sentence), markup=False)
            with Horizontal():
                yield PlainButton(with_key(self._no, self, "question.no"), id="no", compact=True)
                yield PlainButton(with_key(self._yes, self, "question.yes"), id="yes", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        """Close with an answer."""
        self.dismiss(answer)
