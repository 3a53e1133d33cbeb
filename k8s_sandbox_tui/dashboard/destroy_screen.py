"""The question before sandboxes are destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from k8s_sandbox_tui.dashboard.sanitize import sanitize_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from k8s_sandbox_tui.dashboard.destroy import Target


class DestroyScreen(ModalScreen[bool]):
    """Names what will be destroyed as it was when the dialog opened; Cancel has the focus."""

    DEFAULT_CSS = """
    DestroyScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 64;
            max-width: 94%;
            height: auto;
            max-height: 90%;
            padding: 1 2;
            background: $surface;
            border: round $status-failed;
            border-title-color: $status-failed;
            border-title-style: bold;
        }
        & .targets { height: auto; max-height: 12; margin-bottom: 1; }
        & .name { text-style: bold; width: 1fr; }
        & .facts { color: $muted; width: 1fr; }
        & .consequence { width: 1fr; margin-bottom: 1; }
        & Horizontal { height: auto; align-horizontal: right; }
        & Button {
            margin-left: 2;
            min-width: 16;
            height: 3;
            border: none;
            background: $panel;
            color: $foreground;
            text-style: none;
            &:hover { background: $border-blurred; }
            &.-style-default:focus {
                background: $accent;
                color: $background;
                text-style: bold;
                background-tint: transparent;
            }
        }
        & #destroy { color: $status-failed; }
        & #destroy:focus { background: $status-failed; color: $background; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "Cancel", id="destroy.cancel"),
        Binding("y", "answer(True)", "Destroy", id="destroy.confirm"),
        Binding("left,right", "other_button", "Other button", show=False, id="destroy.other"),
    ]

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self.targets = tuple(targets)

    def compose(self) -> ComposeResult:
        """The names, what it means, and the two answers."""
        count = len(self.targets)
        with Vertical() as dialog:
            dialog.border_title = "Destroy this sandbox?" if count == 1 else f"Destroy {count} sandboxes?"
            with VerticalScroll(classes="targets", can_focus=False):
                for target in self.targets:
                    yield Label(sanitize_line(target.sandbox_id), classes="name", markup=False)
                    yield Label(f"{target.status}, {target.age} old", classes="facts", markup=False)
                    if count == 1:
                        yield Label(f"uid {sanitize_line(target.uid)}", classes="facts", markup=False)
            yield Label(
                "Its processes are killed and its files are lost."
                if count == 1
                else "Their processes are killed and their files are lost.",
                classes="consequence",
            )
            with Horizontal():
                yield Button("Cancel (Esc)", id="cancel")
                yield Button("Destroy (y)", id="destroy")

    def on_mount(self) -> None:
        """The answer that does no harm is the one that Enter gives."""
        self.query_one("#cancel", Button).focus()

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(result=False)

    @on(Button.Pressed, "#destroy")
    def _destroy(self) -> None:
        self.dismiss(result=True)

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - Textual passes action parameters by position
        """Close with an answer."""
        self.dismiss(result=answer)

    def action_other_button(self) -> None:
        """Move the focus to the other button."""
        self.focus_next(Button)
