"""What the create form is laid out with: labelled fields, lines that change without a new layout, headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.create.notes import Note
from k8s_sandbox_tui.dashboard.create.visible import to_visible

if TYPE_CHECKING:
    from textual.widget import Widget


LABEL_WIDTH = 12
NOTHING = Note("", wrong=False)


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The fields, scrolled with the focus: the arrows belong to them, not to the scroll bar."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", "Page up", show=False, id="create.page-up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="create.page-down"),
    ]


class Line(Static):
    """One line of text that is drawn again only when it changes, without a new layout."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(to_visible(text), id=id, classes=classes, markup=False)
        self._shown = text

    def show(self, text: str, *, wrong: bool = False) -> None:
        """Replace the text; `wrong` gives it the look of a complaint."""
        self.set_class(wrong, "-wrong")
        if text != self._shown:
            self._shown = text
            self.update(to_visible(text), layout=False)


class Field(Horizontal):
    """A label, what belongs to it, and a line below it for hints and reasons.

    It draws the label and the line itself: as widgets of their own they took a third of the time to open the form.
    """

    DEFAULT_CSS = """
    Field { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    Field.-noted { height: 2; }
    """

    def __init__(
        self,
        label: str,
        first: Widget,
        *others: Widget,
        noted: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Make a field.

        Args:
            label: Stands left of it.
            first: The first of its controls.
            others: Those right of that.
            noted: Whether there is a line below it.
            id: By which it is found.
        """
        super().__init__(first, *others, id=id, classes="-noted" if noted else None)
        self._label = label
        self._indent = max(LABEL_WIDTH, len(label) + 2)
        first.styles.margin = (0, 0, 0, self._indent)
        self._shown = (NOTHING, False)

    @property
    def note(self) -> Note:
        """What the line below it says."""
        return self._shown[0]

    def show(self, note: Note = NOTHING) -> None:
        """Say something in the line below it, and show whether the cursor is in it."""
        shown = (note, self.has_focus_within)
        if shown != self._shown:
            self._shown = shown
            self.set_class(note.wrong, "-wrong")
            self.refresh()

    def render(self) -> Content:
        """What the controls do not cover."""
        note, active = self._shown
        return Content.assemble(
            (self._label, "bold $foreground" if active else ""),
            # Blanks have a look of their own: in pictures a piece of text loses those that it begins with.
            (" " * (self._indent - len(self._label)) + "\n" + " " * self._indent, "bold"),
            (to_visible(note.text), "$text-error" if note.wrong else ""),
        )


class Section(Static):
    """A heading over rows, with a hint behind it."""

    def __init__(self, title: str, hint: str = "", *, id: str | None = None) -> None:  # noqa: A002
        self._title = title
        self._shown = hint
        super().__init__(self._content(hint), id=id, markup=False)

    def show_hint(self, hint: str) -> None:
        """Replace the hint."""
        if hint != self._shown:
            self._shown = hint
            self.update(self._content(hint), layout=False)

    def _content(self, hint: str) -> Content:
        return Content.assemble((f"{self._title:<14}", "$foreground-muted"), (to_visible(hint), "$foreground-disabled"))
