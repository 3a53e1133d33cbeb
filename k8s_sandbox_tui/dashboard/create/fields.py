"""What the create form is laid out with: labelled fields, lines that change without a new layout, headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from k8s_sandbox_tui.dashboard.create.visible import to_visible

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget


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
    """A label, and what belongs to it. The line below it, for hints and reasons, is a `Line` of its own."""

    def __init__(self, label: str, *controls: Widget, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label
        self._controls = controls

    def compose(self) -> ComposeResult:
        """Label left, controls right of it."""
        yield Label(self._label, markup=False, classes="label")
        yield from self._controls


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
