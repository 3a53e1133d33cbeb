"""The menu of a sandbox: what can be done with it, in few words, with the keys that do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.dashboard.commands import SANDBOX
from k8s_sandbox_tui.dashboard.console.card_menu import CardMenu

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.dashboard.commands import Command

CREATE, MARK = "sandbox.create", "marks.toggle"


class RowMenu(CardMenu):
    """As the menu of a card, but for one line of the table."""

    DEFAULT_CSS = """
    RowMenu > OptionList { width: 36; }
    """

    def __init__(self, name: str, commands: Iterable[Command], *, marks: int = 0) -> None:
        """A menu.

        Args:
            name: The sandbox's.
            commands: Those of the screen, of which those that concern one sandbox are offered.
            marks: Sandboxes that are marked: what destroys, destroys those.
        """
        offered = [one for one in commands if (one.group == SANDBOX or one.id == MARK) and one.id != CREATE]
        super().__init__(name, [msgspec.structs.replace(one, help=_words(one, marks)) for one in offered])


def _words(command: Command, marks: int) -> str:
    return f"{command.label} the {marks} marked" if command.destructive and marks else command.label
