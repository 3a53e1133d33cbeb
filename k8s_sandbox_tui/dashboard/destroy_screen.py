"""The question before sandboxes are destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Label, Static

from k8s_sandbox_tui.dashboard.destroy import summary
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import FOCUSED, OVER_ALL
from k8s_sandbox_tui.dashboard.line_list import Line, LineList
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.plain_input import PlainInput
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.shown_keys import with_key
from k8s_sandbox_tui.dashboard.still_open import still_open
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.columns import Cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget
    from textual.widgets import Input

    from k8s_sandbox_tui.dashboard.destroy import Target
    from k8s_sandbox_tui.dashboard.looks import Glyphs

TYPED_FROM = 10
"""From so many sandboxes on their number has to be typed."""

_ROOM = 58
"""Columns of a line for name, status and facts together, with their gaps and a scrollbar left out."""
_FACTS, _HIDDEN, _STATUS = 6, 8, 16
"""Columns of an age, of the word that it is hidden, and those that a long name leaves to a status."""

DIALOG_CSS = f"""
    {OVER_ALL}
    & > Vertical {{
        width: 72;
        max-width: 94%;
        height: auto;
        max-height: 100%;
        padding: 1 2;
        background: $surface;
        border: round $status-failed;
        border-title-color: $status-failed;
        border-title-style: bold;
    }}
    & LineList {{ margin-bottom: 1; }}
    & Horizontal {{ height: auto; align-horizontal: right; }}
    & Button {{
        margin-left: 2;
        min-width: 16;
        height: 1;
        background: $panel;
        color: $foreground;
        text-style: none;
        &:hover {{ background: $border-blurred; }}
        &.-style-default:focus {{
            {FOCUSED}
        }}
    }}
"""


class _Count(PlainInput):
    """Where the number is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Destroy", show=False)]


class DestroyScreen(Dialogue[bool]):
    """Names what will be destroyed as it was when the dialog opened; Cancel has the focus."""

    DEFAULT_CSS = f"""
    DestroyScreen {{
        {DIALOG_CSS}
        & .line {{ width: 1fr; }}
        & .facts {{ color: $muted; }}
        & .protected {{ color: $status-pending; }}
        & .consequence {{ margin-bottom: 1; }}
        & .typed {{ margin-bottom: 1; align-horizontal: left; height: 1; }}
        & .typed Label {{ width: auto; margin-right: 1; }}
        & _Count {{ width: 10; background: $foreground 15%; padding: 0 1; }}
        & _Count:focus {{ background: $primary 25%; }}
        & #destroy {{ color: $status-failed; }}
        & #destroy:focus {{ background: $status-failed; color: $background; }}
        & #destroy:disabled {{ color: $faint; }}
    }}
    """
    KEYED: ClassVar[Sequence[type[Widget]]] = (_Count,)
    """What is in it that has keys of its own."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "Cancel", id="destroy.cancel"),
        Binding("y", "answer(True)", "Destroy", id="destroy.confirm"),
        Binding("left,right", "other_button", "Other button", show=False, id="destroy.other"),
        Binding("up", "scroll_targets(-1)", "Up", show=False, id="destroy.up"),
        Binding("down", "scroll_targets(1)", "Down", show=False, id="destroy.down"),
        Binding("pageup", "scroll_targets(-8)", "Page up", show=False, id="destroy.page-up"),
        Binding("pagedown", "scroll_targets(8)", "Page down", show=False, id="destroy.page-down"),
    ]

    def __init__(self, targets: Sequence[Target], glyphs: Glyphs, *, protected: str = "") -> None:
        """Prepare the question.

        Args:
            targets: What will be destroyed.
            glyphs: The signs of the statuses.
            protected: The context, where it is a protected one.
        """
        super().__init__()
        self.targets = tuple(targets)
        self._glyphs = glyphs
        self._protected = protected
        facts = _FACTS + (_HIDDEN if any(target.hidden for target in targets) else 0)
        status = max(len(target.status) for target in targets)
        self._name_width = min(max(len(target.sandbox_id) for target in targets), _ROOM - facts - min(status, _STATUS))
        self._status_width = min(status, _ROOM - facts - self._name_width)
        self._typed = bool(protected) or len(self.targets) >= TYPED_FROM

    def compose(self) -> ComposeResult:
        """The names, what it means, and the two answers."""
        count = len(self.targets)
        one = count == 1
        with Vertical() as dialog:
            dialog.border_title = "Destroy this sandbox?" if one else f"Destroy {count} sandboxes?"
            yield LineList(self._uid_line if one else self._line, 2 if one else count, most=9)
            if not one:
                yield Label(summary(self.targets), classes="line facts", markup=False)
            if self._protected:
                said = f"! The context {sanitize_line(self._protected)} is protected."
                yield Label(said, classes="line protected", markup=False)
            whose = "Its processes are killed and its" if one else "Their processes are killed and their"
            yield Label(f"{whose} files are lost.", classes="line consequence")
            if self._typed:
                with Horizontal(classes="typed"):
                    yield Label(f"To destroy {'it' if one else 'them'}, type the number {count}:", markup=False)
                    yield _Count(compact=True, select_on_focus=False, restrict="[0-9]*", max_length=7)
                    yield Static("", classes="facts", id="wrong", markup=False)
            with Horizontal():
                yield PlainButton(with_key("Cancel", self, "destroy.cancel"), id="cancel", compact=True)
                destroy = "Destroy" if self._typed else with_key("Destroy", self, "destroy.confirm")
                yield PlainButton(destroy, id="destroy", disabled=self._typed, compact=True)

    def on_mount(self) -> None:
        """The answer that does no harm is the one that Enter gives."""
        self.query_one("#cancel", Button).focus()

    def on_resize(self) -> None:
        """The answers stay in view, however many names there are."""
        if still_open(self):
            self.query_one(LineList).limit(max(2, self.size.height - 14))

    def _line(self, number: int) -> Line:
        target = self.targets[number]
        name = fit(sanitize_line(target.sandbox_id), self._name_width, cut=Cut.MIDDLE, ellipsis=self._glyphs.ellipsis)
        status = f"{self._glyphs.sign(target.shape)} {fit(target.status, self._status_width)}"
        facts = f"  {target.age:>6}" + ("  hidden" if target.hidden else "")
        return [(f"{name}  ", "text"), (status, target.tone), (facts, "muted")]

    def _uid_line(self, number: int) -> Line:
        target = self.targets[0]
        if number == 0:
            return [(sanitize_line(target.sandbox_id), "calm")]
        hidden = ", hidden by the filter" if target.hidden else ""
        return [(f"{target.status}, {target.age} old{hidden}, uid {sanitize_line(target.uid)}", "muted")]

    @property
    def _confirmed(self) -> bool:
        """Whether the number was typed, where it has to be."""
        return not self._typed or self.query_one(_Count).value == str(len(self.targets))

    def on_key(self, event: events.Key) -> None:
        """Digits go where the number is typed."""
        if self._typed and (event.character or "").isdecimal() and not isinstance(self.focused, _Count):
            field = self.query_one(_Count)
            field.focus()
            field.insert_text_at_cursor(event.character or "")
            event.stop()

    @on(_Count.Changed)
    def _count_changed(self, event: Input.Changed) -> None:
        self.query_one("#destroy", Button).disabled = not self._confirmed
        right = str(len(self.targets))
        self.query_one("#wrong", Static).update("" if right.startswith(event.value) else f" not {right}")

    @on(_Count.Submitted)
    def _submitted(self) -> None:
        if self._confirmed:
            self.dismiss(result=True)

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(result=False)

    @on(Button.Pressed, "#destroy")
    def _destroy(self) -> None:
        if self._confirmed:
            self.dismiss(result=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where the number has to be typed, no key destroys."""
        return not (action == "answer" and parameters == (True,) and self._typed)

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        """Close with an answer."""
        self.dismiss(result=answer)

    def action_other_button(self) -> None:
        """Move the focus to the other button."""
        self.focus_next(Button)

    def action_scroll_targets(self, lines: int) -> None:
        """Scroll the names."""
        self.query_one(LineList).scroll_relative(y=lines, animate=False)
