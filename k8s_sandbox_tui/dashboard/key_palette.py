"""The keys that work where one is, in the command palette: those of a dialogue, of the console, of the filter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Provider

from k8s_sandbox_tui.dashboard.commands import DESTRUCTIVE, CommandScreen
from k8s_sandbox_tui.dashboard.key_names import UNBOUND
from k8s_sandbox_tui.dashboard.literal import escaped
from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import Binding
    from textual.command import Hits
    from textual.dom import DOMNode


class KeyEntry(Record, frozen=True, eq=False):
    """What some keys do here."""

    binding: Binding
    keys: str
    """All that do the same, as people write them; empty where none can be pressed."""
    node: DOMNode
    """Whose binding it is."""

    @property
    def label(self) -> str:
        """A word or two."""
        return self.binding.description

    @property
    def sentence(self) -> str:
        """What it does, with its keys."""
        said = self.binding.tooltip or self.label
        return f"{said} ({self.keys})" if self.keys else said


class KeyProvider(Provider):
    """Offers what the keys do on the screen below the palette, as far as its commands do not offer it."""

    def offered(self) -> Sequence[KeyEntry]:
        """What can be done now; what destroys comes last, so that Enter alone does not choose it."""
        screen = self.screen
        others = {command.id for command in screen.commands} if isinstance(screen, CommandScreen) else set[str]()
        found: dict[tuple[str, DOMNode], KeyEntry] = {}
        for active in screen.active_bindings.values():
            binding, node = active.binding, active.node
            # What a field does with its text has no id, and is not shown; what is the app's is so everywhere.
            ours = (binding.id or binding.show) and binding.description and node is not self.app
            if not (ours and active.enabled) or binding.id in others:
                continue
            pressed = [] if binding.key == UNBOUND else [self.app.get_key_display(binding)]
            before = found.get((binding.action, node))
            keys = " ".join([*([before.keys] if before and before.keys else []), *pressed])
            found[binding.action, node] = KeyEntry(before.binding if before else binding, keys, node)
        return sorted(found.values(), key=lambda entry: entry.binding.id in DESTRUCTIVE)

    async def run(self, entry: KeyEntry) -> None:
        """Do what the key does."""
        await self.app.run_action(entry.binding.action, entry.node)

    async def discover(self) -> Hits:
        """Those that the screen names too, before anything is typed; a screen with commands shows these alone."""
        for entry in () if isinstance(self.screen, CommandScreen) else self.offered():
            if entry.binding.show:
                yield DiscoveryHit(entry.label, partial(self.run, entry), help=escaped(entry.sentence))

    async def search(self, query: str) -> Hits:
        """Those whose label or sentence fits what was typed."""
        matcher = self.matcher(query)
        for entry in self.offered():
            score = max(matcher.match(entry.label), matcher.match(entry.sentence))
            if score > 0:
                highlighted = matcher.highlight(entry.label)
                yield Hit(score, highlighted, partial(self.run, entry), help=escaped(entry.sentence))
