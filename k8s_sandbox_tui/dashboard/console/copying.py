"""What a copy of a card is, in each of its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console.actions import CardAction
from k8s_sandbox_tui.dashboard.console.snippets import as_kubectl, as_python, as_typescript
from k8s_sandbox_tui.dashboard.console.words import lines_words

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.dashboard.console.snippets import Origin

_SCRIPTS = {
    CardAction.COPY_KUBECTL: ("the kubectl line", as_kubectl),
    CardAction.COPY_PYTHON: ("the Python script", as_python),
    CardAction.COPY_TYPESCRIPT: ("the TypeScript script", as_typescript),
}

COPIES = frozenset({CardAction.COPY_OUTPUT, CardAction.COPY_COMMAND, *_SCRIPTS})


def copy_of(card: CommandCard, action: CardAction, origin: Origin) -> tuple[str, str]:
    """The text for the clipboard, and what it is, for the message.

    Args:
        card: The command.
        action: One of `COPIES`.
        origin: How to reach its cluster.
    """
    if action is CardAction.COPY_OUTPUT:
        return card.text(), _output(card)
    if action is CardAction.COPY_COMMAND:
        return card.command, "the command"
    words, script = _SCRIPTS[action]
    text = script(card, origin)
    if card.env_names:
        words += f", which takes {', '.join(card.env_names)} from your environment"
    return text, words


def _output(card: CommandCard) -> str:
    dropped = card.scrollback.first
    count = sum(not line.continues for line in card.lines())
    if dropped:
        return f"the last {lines_words(count)} of {count + dropped:,}; save it to have all"
    return lines_words(count)
