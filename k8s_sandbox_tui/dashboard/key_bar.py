"""The bottom line: the keys that work right now, as many as fit, never one cut in half."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.key_names import NAMES, UNBOUND
from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual import events, getters
    from textual.app import App
    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.signal import Signal

PINNED = ("app.help", "app.quit", "app.leave")
"""The ids of the bindings that stand at the right end and are never left out."""


class KeyEntry(Record, frozen=True):
    """A key in the bar."""

    key: str
    label: str
    action: str
    enabled: bool = True

    @property
    def width(self) -> int:
        """Cells it takes."""
        return cell_len(self.key) + cell_len(self.label) + 1


class PlacedKey(Record, frozen=True):
    """A key at its place in the line."""

    entry: KeyEntry
    x: int


def place_keys(entries: Sequence[KeyEntry], pinned: Sequence[KeyEntry], width: int) -> list[PlacedKey]:
    """Place the entries from the left, the pinned ones at the right; whole entries are left out from the end."""
    margin, gap = 1, 2
    right = width - margin - sum([entry.width for entry in pinned]) - gap * max(0, len(pinned) - 1)
    placed: list[PlacedKey] = []
    x = margin
    for entry in entries:
        if x + entry.width + (gap if pinned else 0) > right:
            break
        placed.append(PlacedKey(entry, x))
        x += entry.width + gap
    x = max(x, right)
    for entry in pinned:
        if x + entry.width > width:
            break
        placed.append(PlacedKey(entry, x))
        x += entry.width + gap
    return placed


class KeyBar(Static):
    """Shows the active bindings of its screen; a click does what the key does."""

    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        background: $panel;
        color: $muted;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """
    ALLOW_SELECT = False

    class Refused(Message):
        """A key that is dimmed was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    if TYPE_CHECKING:
        app = getters.app(App[object])

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False)
        self._placed: list[PlacedKey] | None = None
        self._namespaces: dict[str, DOMNode] = {}

    def on_mount(self) -> None:
        """Follow the focus."""
        signal = cast("Signal[Screen[object]]", self.screen.bindings_updated_signal)
        signal.subscribe(self, self._bindings_updated)

    def on_resize(self) -> None:
        """Another number of keys may fit."""
        self._show()

    def _bindings_updated(self, _screen: Screen[object]) -> None:
        self._show()

    def _show(self) -> None:
        entries: dict[str, KeyEntry] = {}
        pinned: dict[str, KeyEntry] = {}
        focused = self.screen.focused
        for active in self.screen.active_bindings.values():
            binding = active.binding
            character = binding.key if len(binding.key) == 1 else None
            typed = focused is not None and focused.check_consume_key(binding.key, character or _character(binding.key))
            if not binding.show or (typed and not binding.priority) or binding.key == UNBOUND:
                continue
            group = pinned if binding.id in PINNED else entries
            if binding.action not in group:
                key = self.app.get_key_display(binding)
                group[binding.action] = KeyEntry(key, binding.description, binding.action, active.enabled)
                self._namespaces[binding.action] = active.node
        shown = self._in_order(list(entries.values()))
        placed = place_keys(shown, list(pinned.values()), self.size.width)
        if placed != self._placed:
            self._placed = placed
            self.update(Content.assemble(*_parts(placed)), layout=False)

    def _in_order(self, entries: Sequence[KeyEntry]) -> list[KeyEntry]:
        """In the order in which each widget names its keys: Textual puts those that a keymap has moved last."""
        waiting: dict[DOMNode, list[KeyEntry]] = {}
        for entry in entries:
            waiting.setdefault(self._namespaces[entry.action], []).append(entry)
        for node, group in waiting.items():
            ranks = _ranks(type(node))
            group.sort(key=lambda entry: ranks.get(entry.action, len(ranks)))
        return [waiting[self._namespaces[entry.action]].pop(0) for entry in entries]

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for placed in self._placed or ():
            if placed.x <= event.x < placed.x + placed.entry.width:
                if placed.entry.enabled:
                    await self.app.run_action(placed.entry.action, self._namespaces[placed.entry.action])
                else:
                    self.post_message(self.Refused(placed.entry.action))
                return


def _ranks(kind: type[DOMNode]) -> dict[str, int]:
    """Where each action stands among the bindings that a widget declares; those of its base classes come first."""
    actions = [
        binding.action if isinstance(binding, Binding) else binding[1]
        for base in reversed(kind.__mro__)
        for binding in cast("Iterable[BindingType]", vars(base).get("BINDINGS", ()))
    ]
    return {action: rank for rank, action in enumerate(dict.fromkeys(actions))}


def _character(key: str) -> str | None:
    name = NAMES.get(key, "")
    return name if len(name) == 1 else None


def _parts(placed: Iterable[PlacedKey]) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    x = 0
    for item in placed:
        entry = item.entry
        parts.extend(
            [
                (" " * (item.x - x), ""),
                (entry.key, "$accent bold" if entry.enabled else "$faint"),
                (f" {entry.label}", "$foreground" if entry.enabled else "$faint"),
            ]
        )
        x = item.x + entry.width
    return parts
