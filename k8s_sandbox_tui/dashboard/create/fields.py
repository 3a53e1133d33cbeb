"""What the create form is laid out with: labelled fields with a line that says what is wrong, and headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.widgets import Label, Static

from k8s_sandbox_tui.dashboard.create.visible import to_visible

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget


class Line(Static):
    """One line of text that is drawn again only when it changes, without a new layout."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(to_visible(text), id=id, classes=classes, markup=False)
        self._shown = text

    def show(self, text: str) -> None:
        """Replace the text."""
        if text != self._shown:
            self._shown = text
            self.update(to_visible(text), layout=False)


class Field(Horizontal):
    """Label, control, and a note that has its line also while it is empty, so that nothing jumps."""

    def __init__(self, label: str, *controls: Widget, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label
        self._controls = controls
        self._note = Line(classes="note")

    def compose(self) -> ComposeResult:
        """Label left, control and note right of it."""
        yield Label(self._label, markup=False, classes="label")
        with Vertical(classes="cell"):
            with Horizontal(classes="controls"):
                yield from self._controls
            yield self._note

    def show_note(self, hint: str, reason: str = "") -> None:
        """Say what is wrong, or the hint where nothing is."""
        self._note.show(f"! {reason}" if reason else hint)
        self.set_class(bool(reason), "-wrong")


class Section(Horizontal):
    """A heading over rows, with a hint behind it."""

    def __init__(self, title: str, hint: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._title = title
        self._hint = Line(hint, classes="hint")

    def compose(self) -> ComposeResult:
        """Title and hint."""
        yield Label(self._title, markup=False, classes="label")
        yield self._hint

    def show_hint(self, hint: str) -> None:
        """Replace the hint."""
        self._hint.show(hint)
