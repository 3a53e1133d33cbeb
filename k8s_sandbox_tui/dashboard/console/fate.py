"""What the end of a sandbox has to do with the ends of its commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console.model import CommandState, Ending
from k8s_sandbox_tui.dashboard.console.run import DESTROYED
from k8s_sandbox_tui.dashboard.inside.why import explain
from k8s_sandbox_tui.provider.models import SandboxStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.provider.models import SandboxInfo

NEAR = timedelta(seconds=30)
"""How far the ends of a command and of its sandbox may lie apart: the one is by our clock, the other by its node's."""

_KILLED = 137


def tell_fate(cards: Iterable[CommandCard], info: SandboxInfo) -> list[CommandCard]:
    """Say on cards that their commands ended with their sandbox, and why that did.

    The connection ends first; what became of the sandbox is known only a moment later.

    Args:
        cards: Any commands.
        info: What is known now of one sandbox.

    Returns:
        The cards that say something else now.
    """
    if info.status not in {SandboxStatus.STOPPED, SandboxStatus.FAILED}:
        return []
    told: list[CommandCard] = []
    for card in cards:
        if card.uid == info.uid and (ending := _with_sandbox(card, info)) not in {None, card.ending}:
            card.state, card.ending = CommandState.GONE, ending
            told.append(card)
    return told


def tell_gone(cards: Iterable[CommandCard], uid: str) -> list[CommandCard]:
    """Say on cards that lost their connection a moment ago that their sandbox does not exist any more.

    Args:
        cards: Any commands.
        uid: The sandbox that is gone.

    Returns:
        The cards that say something else now.
    """
    now = datetime.now(UTC)
    told = [
        card for card in cards if card.uid == uid and card.state is CommandState.LOST and now - _end_of(card) <= NEAR
    ]
    for card in told:
        card.state, card.ending = CommandState.GONE, Ending(CommandState.GONE, detail=DESTROYED)
    return told


def _end_of(card: CommandCard) -> datetime:
    return card.started_at + timedelta(milliseconds=card.elapsed_ms)


def _with_sandbox(card: CommandCard, info: SandboxInfo) -> Ending | None:
    """The end of a command that ended because its sandbox did; None for all others."""
    ending, explanation = card.ending, explain(info)
    if ending is None or explanation is None:
        return None
    # Without a limit that is reached, SIGKILL has other causes: those are not known.
    killed = ending.exit_code == _KILLED and ending.state is CommandState.EXITED and info.reason == "OOMKilled"
    if not killed and ending.state not in {CommandState.LOST, CommandState.GONE}:
        return None
    if abs((info.finished_at or datetime.now(UTC)) - _end_of(card)) > NEAR:
        return None
    return Ending(CommandState.GONE, ending.exit_code, f"{explanation.why} {explanation.fix}")
