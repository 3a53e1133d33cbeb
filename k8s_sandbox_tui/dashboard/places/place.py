"""Namespaces in words, and what is remembered of the places one has been to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.dashboard.remembered import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable

Namespaces = tuple[str, ...]
"""The namespaces that are shown, sorted; none stands for all of them."""

EVERY: Namespaces = ()

STAR = "*"
"""How the settings write all namespaces."""

ALL = "all namespaces"

LOCAL_NAME = "LOCAL"
"""What the local cluster is called where contexts are named; a kubeconfig's context of that name is kept apart."""

MOST_RECENT = 20


class LastPlace(msgspec.Struct, frozen=True):
    """What is remembered of one context."""

    own: str = ""
    """The context's own namespace when the others were chosen: where that has changed since, it counts."""
    chosen: list[str] | None = None
    """The namespaces shown last; none for all; None: the context's own."""
    recent: list[str] = []
    """Namespaces that were shown, the last one first."""

    def after(self, own: str, shown: Namespaces) -> LastPlace:
        """The same after these namespaces were chosen."""
        recent = [*shown, *(name for name in self.recent if name not in shown)][:MOST_RECENT]
        return LastPlace(own=own, chosen=list(shown), recent=recent)

    def first(self, own: str) -> Namespaces:
        """The namespaces to begin with."""
        return (own,) if self.chosen is None or self.own != own else tuple(self.chosen)


PLACE = Memory("places", LastPlace, LastPlace())


def memory_key(context: str, *, local: bool) -> str:
    """What is remembered of a cluster is remembered of this."""
    return f"/{LOCAL_NAME}" if local else context


def from_settings(names: Iterable[str]) -> Namespaces | None:
    """The namespaces that the settings name; None where they name none."""
    chosen = tuple(sorted(set(names)))
    return None if not chosen else EVERY if STAR in chosen else chosen


def namespace_words(namespaces: Namespaces, room: int = 200) -> str:
    """The namespaces as they are said, the first ones and a number where there is no room for all."""
    if not namespaces:
        return ALL
    text = ", ".join(namespaces)
    if len(text) <= room or len(namespaces) == 1:
        return text
    for shown in range(len(namespaces) - 1, 0, -1):
        text = f"{', '.join(namespaces[:shown])} +{len(namespaces) - shown}"
        if len(text) <= room:
            return text
    return f"{len(namespaces)} namespaces"


def ending_words(commands: int, creates: int, forwards: int = 0) -> str:
    """What ends when a cluster is left, as the beginning of a sentence; empty when nothing does."""
    parts = [f"{commands} command{'' if commands == 1 else 's'}"] if commands else []
    if creates:
        parts.append("the create that is under way")
    if forwards:
        parts.append(f"{forwards} port forward{'' if forwards == 1 else 's'}")
    text = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"{text[0].upper()}{text[1:]} {'ends' if commands + creates + forwards == 1 else 'end'}" if parts else ""
