"""What can be done with a command's card: for its keys, its menu, the palette and the help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.commands import Command
from k8s_sandbox_tui.dashboard.console.actions import CardAction, possible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.dashboard.console.model import CommandCard

CARD = "On a card"
MOVING = "Among the cards"


def _on(action: CardAction) -> str:
    return f"card('{action}')"


CARD_COMMANDS: tuple[Command, ...] = (
    Command(
        id="card.edit", keys="enter,e", action=_on(CardAction.EDIT), label="Edit", group=CARD,
        help="Take its command into the command line.",
    ),
    Command(
        id="card.rerun", keys="r", action=_on(CardAction.RERUN), label="Rerun", group=CARD,
        help="Run it once more, where and as it ran.",
    ),
    Command(
        id="card.copy", keys="c", action=_on(CardAction.COPY_OUTPUT), label="Copy", group=CARD,
        help="Copy its output.",
    ),
    Command(
        id="card.copy-command", keys="C", action=_on(CardAction.COPY_COMMAND), label="Copy command", group=CARD,
        show=False, help="Copy its command.",
    ),
    Command(
        id="card.copy-kubectl", keys="K", action=_on(CardAction.COPY_KUBECTL), label="Copy as kubectl", group=CARD,
        show=False, help="Copy the same as a line with kubectl exec.",
    ),
    Command(
        id="card.copy-python", keys="P", action=_on(CardAction.COPY_PYTHON), label="Copy as Python", group=CARD,
        show=False, help="Copy the same as a Python script.",
    ),
    Command(
        id="card.copy-typescript", keys="T", action=_on(CardAction.COPY_TYPESCRIPT), label="Copy as TypeScript",
        group=CARD, show=False, help="Copy the same as a script for @computesdk/k8s.",
    ),
    Command(
        id="card.cancel", keys="x", action=_on(CardAction.CANCEL), label="Stop", group=CARD,
        help="End it in its sandbox; once more stops waiting for its end.",
    ),
    Command(
        id="card.menu", keys="m", action="menu", label="Menu", group=CARD,
        help="Show all that can be done with it; so does a right click.",
    ),
    Command(
        id="card.find", keys="slash", action=_on(CardAction.FIND), label="Find", group=CARD,
        help="Search in its output.",
    ),
    Command(
        id="card.save", keys="s", action=_on(CardAction.SAVE), label="Save", group=CARD,
        help="Save its whole output to a file.",
    ),
    Command(
        id="card.fold", keys="f", action="fold", label="Fold", group=CARD, show=False,
        help="Fold its output away, and back.",
    ),
)  # fmt: skip
"""What is done with the chosen card."""

MOVE_COMMANDS: tuple[Command, ...] = (
    Command(
        id="cards.leave", keys="escape", action="leave", label="Back", group=MOVING,
        help="End the search, or go back to the command line.",
    ),
    Command(
        id="cards.previous", keys="up,shift+up,ctrl+up,alt+up", action="choose(-1)", label="Previous", group=MOVING,
        show=False, help="Choose the card before.",
    ),
    Command(
        id="cards.next", keys="down,shift+down,ctrl+down,alt+down", action="choose(1)", label="Next", group=MOVING,
        show=False, help="Choose the card behind, at last the command line.",
    ),
    Command(
        id="cards.line-up", keys="k", action="scroll_lines(-1)", label="Line up", group=MOVING, show=False,
        help="Scroll a line up.",
    ),
    Command(
        id="cards.line-down", keys="j", action="scroll_lines(1)", label="Line down", group=MOVING, show=False,
        help="Scroll a line down.",
    ),
    Command(
        id="cards.left", keys="left", action="scroll_columns(-16)", label="Left", group=MOVING, show=False,
        help="Scroll to the left, where lines are cut.",
    ),
    Command(
        id="cards.right", keys="right", action="scroll_columns(16)", label="Right", group=MOVING, show=False,
        help="Scroll to the right, where lines are cut.",
    ),
    Command(
        id="cards.end", keys="end,G", action="scroll_end", label="To the end", group=MOVING, show=False,
        help="Jump to the end, and follow it.",
    ),
    Command(
        id="cards.home", keys="home,g", action="scroll_home", label="To the start", group=MOVING, show=False,
        help="Jump to the oldest line.",
    ),
    Command(
        id="cards.found", keys="n", action="found(True)", label="Next found", group=MOVING, show=False,
        help="Go to the next place that was searched for.",
    ),
    Command(
        id="cards.found-before", keys="N", action="found(False)", label="Found before", group=MOVING, show=False,
        help="Go to the place before.",
    ),
    Command(
        id="cards.wrap", keys="w", action="wrap", label="Wrap", group=MOVING, show=False,
        help="Wrap long lines, or cut them and scroll sideways.",
    ),
    Command(
        id="cards.fold-all", keys="F", action="fold_all", label="Fold all", group=MOVING, show=False,
        help="Fold the output of all cards away, and back.",
    ),
)  # fmt: skip
"""How one gets about in the cards."""


def menu_of(card: CommandCard, keymap: Mapping[str, str]) -> list[Command]:
    """What can be done with a card at this moment, on the keys that the user gave it."""
    return [
        command.with_keys(keymap)
        for command in CARD_COMMANDS
        if command.action != "menu" and (command.action == "fold" or possible(card, _action(command)))
    ]


def _action(command: Command) -> CardAction:
    return next(action for action in CardAction if _on(action) == command.action)
