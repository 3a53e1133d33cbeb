"""The things that can be done with a card, and when."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.model import CommandCard


class CardAction(StrEnum):
    """Something that is done with one card."""

    EDIT = "edit"
    RERUN = "rerun"
    COPY_OUTPUT = "copy-output"
    COPY_COMMAND = "copy-command"
    COPY_KUBECTL = "copy-kubectl"
    COPY_PYTHON = "copy-python"
    COPY_TYPESCRIPT = "copy-typescript"
    SAVE = "save"
    FIND = "find"
    CANCEL = "cancel"


NEEDS_OUTPUT = frozenset({CardAction.COPY_OUTPUT, CardAction.SAVE, CardAction.FIND})


def possible(card: CommandCard, action: CardAction) -> bool:
    """Whether it makes sense for a card as it is now."""
    if action is CardAction.CANCEL:
        return card.live
    if action in NEEDS_OUTPUT:
        return card.has_output
    return True
