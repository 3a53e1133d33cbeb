"""The screen around what may be done: read-only mode and rights, and the reason for each key that is dimmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.key_names import key_name
from k8s_sandbox_tui.dashboard.narrow_screen import NarrowScreen
from k8s_sandbox_tui.dashboard.permits import RUN, Permits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from k8s_sandbox_tui.dashboard.commands import Command
    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.ports import ComputePort, OpenedClusterPort
    from k8s_sandbox_tui.dashboard.surroundings import Surroundings
    from k8s_sandbox_tui.provider.opened import ClusterWish


class PermitScreen(NarrowScreen):
    """Knows what may be done where it is."""

    commands: Sequence[Command]

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._permits = Permits(around.settings.read_only)

    def cluster_opened(self, opened: OpenedClusterPort) -> Namespaces:
        """What may be done there is not known yet."""
        self._permits.rights = None
        return super().cluster_opened(opened)

    def furnish(self, compute: ComputePort) -> None:
        """Ask what may be done."""
        super().furnish(compute)
        self._ask_rights()

    def show_namespaces(self, namespaces: Namespaces) -> None:
        """Ask what may be done in them."""
        super().show_namespaces(namespaces)
        self._ask_rights()

    def go_to(self, wish: ClusterWish) -> None:
        """What was granted there is not granted here."""
        self._permits.rights = None
        super().go_to(wish)

    @work(group="rights", exclusive=True)
    async def _ask_rights(self) -> None:
        from k8s_sandbox_tui.provider.errors import SandboxError

        compute = self._compute
        self._permits.rights = None
        if compute is None:
            return
        try:
            self._permits.rights = await compute.rights(namespace=self.home)
        except SandboxError:
            return  # what is not known is tried
        self.paint()

    def why_not(self, action: str) -> str:
        """Why an action cannot be done, and what to do; empty when it can."""
        lift = next((command.keys.split(",")[0] for command in self.commands if command.action == "read_only"), "")
        return self._permits.why_not(action, lift=key_name(lift) if lift else "")

    @property
    def why_not_run(self) -> str:
        """Why no command may be run; empty when it may."""
        return self.why_not(RUN)

    def explain(self, action: str) -> None:
        """Say why an action is dimmed."""
        if reason := self.why_not(action):
            self.notify(reason, severity="warning", markup=False)

    def on_key(self, event: events.Key) -> None:
        """A key that did nothing may be dimmed: say why."""
        if self.focused is self.table:
            for command in self.commands:
                if event.key in command.keys.split(","):
                    self.explain(command.action)

    @on(KeyBar.Refused)
    def _refused(self, event: KeyBar.Refused) -> None:
        self.explain(event.action)

    def action_read_only(self) -> None:
        """Turn read-only mode on or off."""
        said = self._permits.toggle()
        self.notify(said, severity="warning" if self._permits.locked else "information", markup=False)
        self.paint()
