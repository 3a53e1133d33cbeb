"""Asks which namespaces to show: listed where they may be listed, else typed; one, several, or all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual import work

from k8s_sandbox_tui.dashboard.places.pick_screen import PickEntry, PickScreen
from k8s_sandbox_tui.dashboard.places.place import ALL, EVERY, STAR, Namespaces
from k8s_sandbox_tui.provider.errors import ForbiddenError, InvalidArgumentError, SandboxError
from k8s_sandbox_tui.provider.ids import check_namespace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from k8s_sandbox_tui.dashboard.looks import Glyphs

TYPED = "/typed"
"""The id of the entry for what was typed; no namespace can be called that."""

ALL_WORD = "all"
"""What means all namespaces in other programs, too."""


class Choice:
    """Which namespaces are marked, among those that are known. Pure."""

    def __init__(self, shown: Namespaces, known: Iterable[str]) -> None:
        """Prepare a choice.

        Args:
            shown: What is shown at present.
            known: Namespaces that were shown before, that one first.
        """
        self.names = list(dict.fromkeys([*shown, *known]))
        self.marked: set[str] = set(shown)
        self.every = shown == EVERY
        self.changed = False
        """Whether marks were set by hand, which Enter then shows."""

    def learn(self, names: Iterable[str]) -> None:
        """Take in the list of the cluster."""
        self.names = list(dict.fromkeys([*self.names, *names]))

    def mark(self, name: str) -> None:
        """Mark a namespace, or take its mark away; `*` is all of them."""
        self.changed = True
        if name == STAR:
            self.every, self.marked = not self.every, set()
            return
        self.every = False
        self.marked ^= {name}

    @property
    def namespaces(self) -> Namespaces | None:
        """What is marked; None when nothing is."""
        return EVERY if self.every else tuple(sorted(self.marked)) or None

    def entries(self, text: str) -> list[PickEntry]:
        """What fits a text: what it names itself first, then all namespaces, then those that have it in their name."""
        entries: list[PickEntry] = []
        typed, _ = typed_names(text)
        # Several are shown together also where each of them is known.
        if len(typed) > 1 or (typed and not set(typed) <= set(self.names)):
            entries.append(PickEntry(TYPED, f"Show {', '.join(typed)}", "as typed"))
        if not text or text in {STAR, ALL} or ALL.startswith(text):
            every = PickEntry(STAR, ALL, "needs the right to list Pods everywhere", marked=self.every)
            # The word is what people type for all of them; a namespace that is called so comes next.
            entries.insert(0 if text == ALL_WORD and text not in self.names else len(entries), every)
        parts = _parts(text)
        found = [name for name in self.names if not parts or any(part in name for part in parts)]
        # The name itself before those that only contain it.
        found.sort(key=lambda name: name not in parts)
        entries.extend([PickEntry(name, name, marked=name in self.marked) for name in found])
        return entries


def typed_names(text: str) -> tuple[Namespaces, str]:
    """The namespaces that a text names, and why it names none."""
    parts = _parts(text)
    try:
        return tuple(sorted({check_namespace(part) for part in parts})), ""
    except InvalidArgumentError as error:
        return (), f"{error.message} {error.hint}"


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", text) if part]


class NamespaceScreen(PickScreen[Namespaces | None]):
    """The namespaces; None to stay."""

    SEVERAL = True

    def __init__(
        self,
        where: str,
        shown: Namespaces,
        known: Iterable[str],
        load: Callable[[], Awaitable[Sequence[str]]],
        *,
        glyphs: Glyphs,
    ) -> None:
        """Prepare the question.

        Args:
            where: The cluster, in words.
            shown: What is shown at present.
            known: Namespaces that were shown before.
            load: Lists those of the cluster; may raise `SandboxError`.
            glyphs: The signs to draw.
        """
        super().__init__(f"Namespaces of {where}", "Type to find one, or to name one that is not listed", glyphs=glyphs)
        self._choice = Choice(shown, known)
        self._load_names = load
        self._state = "Reading the namespaces ..."

    def on_mount(self) -> None:
        """Ask the cluster, while what is known can be used."""
        self._load()

    @work
    async def _load(self) -> None:
        try:
            self._choice.learn(await self._load_names())
            self._state = ""
        except ForbiddenError:
            self._state = "The namespaces may not be listed here: type a name. Nothing else needs that right."
        except SandboxError as error:
            self._state = f"The namespaces cannot be listed: {error.message} A name can be typed."
        self.show_entries()

    def entries(self, text: str) -> Sequence[PickEntry]:
        """The namespaces that fit."""
        return self._choice.entries(text)

    def said(self, text: str) -> str:
        """Why what was typed is no name, what is marked, or where the list is."""
        names, problem = typed_names(text)
        if problem and not self.entries(text):
            return problem
        marked = self._choice.namespaces
        if self._choice.changed and marked is not None:
            return f"Enter shows {ALL if marked == EVERY else ', '.join(marked)}."
        return self._state or ("" if names else "Space marks several.")

    def take(self, entry: PickEntry) -> None:
        """Show what is marked by hand, else this one."""
        marked = self._choice.namespaces
        if entry.id == TYPED:
            self.dismiss(typed_names(self.text)[0])
        elif self._choice.changed and marked is not None:
            self.dismiss(marked)
        else:
            self.dismiss(EVERY if entry.id == STAR else (entry.id,))

    def mark(self, entry: PickEntry) -> None:
        """Mark it; what was typed becomes one of the known ones so."""
        if entry.id == TYPED:
            names = typed_names(self.text)[0]
            self._choice.learn(names)
            for name in names:
                self._choice.mark(name)
            self.clear_text()
        else:
            self._choice.mark(entry.id)
        self.show_entries()
