"""What can be done with the commands of the console, in the command palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.commands import Command, CommandProvider
from k8s_sandbox_tui.dashboard.console.card_area import CardArea
from k8s_sandbox_tui.dashboard.console.commands import MOVE_COMMANDS, menu_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_EVERYWHERE = frozenset({"cards.wrap", "cards.fold-all"})


class CardProvider(CommandProvider):
    """About the chosen card, or the newest one."""

    @property
    def _area(self) -> CardArea | None:
        return next(iter(self.screen.query(CardArea)), None)

    def offered(self) -> Sequence[Command]:
        """What can be done now; nothing where no command was run."""
        area = self._area
        if area is None or not area.list.cards:
            return ()
        card = area.list.chosen or area.list.cards[-1]
        moves = [command.with_keys(area.keymap) for command in MOVE_COMMANDS if command.id in _EVERYWHERE]
        return [*menu_of(card, area.keymap), *moves]

    def label(self, command: Command) -> str:
        """With what it is about: labels are short."""
        return f"Card: {command.label}"

    async def run(self, command: Command) -> None:
        """Do it with the chosen card, or the newest one."""
        area = self._area
        if area is not None and area.list.cards:
            area.act(area.list.chosen or area.list.cards[-1], command.action)
