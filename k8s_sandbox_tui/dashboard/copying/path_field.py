"""A field for a path, which Tab completes; the names to choose from stand below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.completion.completer import Completer
from k8s_sandbox_tui.dashboard.completion.field import CHOOSING, COMPLETE, CompletingInput
from k8s_sandbox_tui.dashboard.completion.name_list_view import NameListView
from k8s_sandbox_tui.dashboard.completion.names import NameCache
from k8s_sandbox_tui.dashboard.plain_input import PlainInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.completion.names import Whereabouts
    from k8s_sandbox_tui.dashboard.completion.words import Syntax


class PathInput(CompletingInput, PlainInput):
    """Takes a path."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CHOOSING,
        COMPLETE,
        Binding("enter", "enter", "Next", tooltip="Go on to the other path; from there, copy."),
    ]

    def __init__(self, placeholder: str, entered: Callable[[PathInput], None]) -> None:
        super().__init__(placeholder=placeholder, compact=True)
        self._entered = entered

    def action_enter(self) -> None:
        """Go on at once: what is typed next is for another field."""
        self.stop_completing()
        self._entered(self)


class PathField(Vertical):
    """What it is, the path, and names while there are some."""

    DEFAULT_CSS = """
    PathField {
        height: auto;
        & .label { color: $text-muted; height: 1; }
        & PathInput, & PathInput:focus { background: $panel; padding: 0; }
        & PathInput:focus { background: $border-blurred; }
        & NameListView OptionList > .option-list--option, & NameListView Static { padding: 0; }
    }
    """

    def __init__(
        self,
        label: str,
        placeholder: str,
        *,
        syntax: Syntax,
        where: Callable[[], Whereabouts | None],
        entered: Callable[[PathInput], None],
        id: str,  # noqa: A002 - Textual's name
    ) -> None:
        """Empty.

        Args:
            label: Whose path it is.
            placeholder: An example.
            syntax: How the path is written.
            where: What it counts from.
            entered: Called for Enter.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._label = label
        self.input = PathInput(placeholder, entered)
        self._view = NameListView()
        self.input.completer = Completer(self.input, self._view, syntax=syntax, where=where, cache=NameCache())

    def compose(self) -> ComposeResult:
        """The three."""
        yield Static(self._label, classes="label", markup=False)
        yield self.input
        yield self._view

    @on(NameListView.Taken)
    def _taken(self, event: NameListView.Taken) -> None:
        event.stop()
        self.input.take_name(event.name)
