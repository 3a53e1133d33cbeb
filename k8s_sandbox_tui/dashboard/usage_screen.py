"""The screen around a table that may show what sandboxes use of CPU and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.table_screen import TableScreen
from k8s_sandbox_tui.dashboard.usage_reader import UsageReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.worker import Worker

    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.surroundings import Surroundings
    from k8s_sandbox_tui.dashboard.usage_reader import UsagePort


class UsageScreen(TableScreen):
    """Has it read for as long as a column shows it."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._reading: Worker[None] | None = None
        self.usage = UsageReader(
            self.store,
            shows=self._shows_usage,
            changed=lambda: self.paint(),  # noqa: PLW0108 - what it is by then
            tell=lambda sentence: self.notify(harmless(sentence), markup=False),
        )

    def _shows_usage(self) -> bool:
        return not self.is_taken_down and any(column.share is not None for column in self.table.shown_columns)

    def read_usage(self, source: UsagePort, namespaces: Callable[[], Namespaces]) -> None:
        """Read from this cluster, not from the one before."""
        self.stop_reading_usage()
        self._reading = self._read(source, namespaces)

    def stop_reading_usage(self) -> None:
        """There is no cluster to read from."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    @work(group="usage")
    async def _read(self, source: UsagePort, namespaces: Callable[[], Namespaces]) -> None:
        await self.usage.run(source, namespaces)

    def columns_shown(self) -> None:
        """Those that show what sandboxes use have it read."""
        self.usage.look()

    def tick(self) -> None:
        """Such columns may have come into view as well."""
        super().tick()
        self.usage.look()
