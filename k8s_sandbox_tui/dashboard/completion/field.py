"""A text field whose paths Tab completes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from k8s_sandbox_tui.dashboard.steady_input import SteadyInput

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.completion.completer import Completer

COMPLETE = Binding("tab", "complete", "Complete", tooltip="Complete the path before the cursor.")
"""Where there is nothing to complete, the key does what it does elsewhere."""

CHOOSING = (
    Binding("tab,down", "choose(1)", "Next", tooltip="Choose the next name."),
    Binding("shift+tab,up", "choose(-1)", "Previous", tooltip="Choose the previous name.", show=False),
    Binding("enter", "take_name", "Take", tooltip="Take the chosen name."),
    Binding("escape", "close_names", "Close", tooltip="Close the list of names."),
)
"""The keys while there are names to choose from. A field has to list them before its own."""


class CompletingInput(SteadyInput):
    """An `Input` with a completer, once there is one."""

    completer: Completer | None = None
    _completable = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of completion work where there is something for them to do."""
        completer = self.completer
        if action == "complete":
            return completer is not None and completer.possible
        if action in {"choose", "close_names"}:
            return completer is not None and completer.choosing
        if action == "take_name":
            return completer is not None and completer.chosen
        return super().check_action(action, parameters)

    def action_complete(self) -> None:
        """Complete the path before the cursor."""
        if self.completer is not None:
            self.completer.complete()

    def action_choose(self, step: int) -> None:
        """Choose another name."""
        if self.completer is not None:
            self.completer.choose(step)

    def action_take_name(self) -> None:
        """Type the chosen name."""
        self.take_name()

    def take_name(self, name: str | None = None) -> None:
        """Type a name of the list: this one, or the chosen one."""
        if self.completer is not None:
            self.completer.take(name)

    def action_close_names(self) -> None:
        """Offer nothing any more."""
        self.stop_completing()

    def stop_completing(self) -> None:
        """What was asked or offered has nothing to do with what is typed now."""
        if self.completer is not None:
            self.completer.close()

    def on_input_changed(self) -> None:
        """Something else stands here now."""
        if self.completer is not None:
            self.completer.changed()
            if self._completable != self.completer.possible:
                self._completable = not self._completable
                self.refresh_bindings()

    def on_blur(self) -> None:
        """Nobody types here any more."""
        self.stop_completing()
