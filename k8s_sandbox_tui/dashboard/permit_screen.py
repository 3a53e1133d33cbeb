"""The screen around what may be done: read-only mode and rights, and the reason for each key that is dimmed.

Rights are asked for by namespace: at first for the one where one works, then for each in which a sandbox is selected
for a moment. One question is under way at a time, and each is asked once, until the user asks for everything anew.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work

from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.key_names import key_name
from k8s_sandbox_tui.dashboard.narrow_screen import NarrowScreen
from k8s_sandbox_tui.dashboard.permits import RUN, Permits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events, getters
    from textual.worker import Worker

    from k8s_sandbox_tui.dashboard.commands import Command
    from k8s_sandbox_tui.dashboard.places.place import Namespaces
    from k8s_sandbox_tui.dashboard.ports import ComputePort, OpenedClusterPort
    from k8s_sandbox_tui.dashboard.surroundings import Surroundings
    from k8s_sandbox_tui.dashboard.toast_app import ToastApp
    from k8s_sandbox_tui.provider.opened import ClusterWish


REST = 0.25
"""Seconds that the cursor is on a namespace before its rights are asked for."""

ON_MARKED = frozenset({"destroy", "run_everywhere"})
"""The actions on the marked sandboxes, where there are some."""


class PermitScreen(NarrowScreen):
    """Knows what may be done where it is."""

    if TYPE_CHECKING:
        app = getters.app(ToastApp[object])

    commands: Sequence[Command]

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._permits = Permits(around.settings.read_only)
        self._known: set[str] = set()
        """The namespaces that need not be asked about."""
        self._looked_at = ""
        """The namespace of the selected sandbox."""
        self._asking: Worker[None] | None = None
        self._explained = ""
        """The reason that was given last."""

    def cluster_opened(self, opened: OpenedClusterPort) -> Namespaces:
        """What may be done there is not known yet."""
        self._forget_rights()
        return super().cluster_opened(opened)

    def furnish(self, compute: ComputePort) -> None:
        """Ask what may be done."""
        super().furnish(compute)
        self.ask_rights()

    def show_namespaces(self, namespaces: Namespaces) -> None:
        """Ask what may be done in them."""
        super().show_namespaces(namespaces)
        self.ask_rights()

    def go_to(self, wish: ClusterWish) -> None:
        """What was granted there is not granted here."""
        self._forget_rights()
        super().go_to(wish)

    def _forget_rights(self) -> None:
        self._permits.rights.clear()
        self._known.clear()
        self._stop_asking()

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def ask_rights(self, *, anew: bool = False) -> None:
        """Ask what may be done where one works and looks, as far as that is not known.

        Args:
            anew: Also where it is known: somebody may have granted what was missing.
        """
        if anew:
            self._known.clear()
            self._stop_asking()
        here = self._namespace_of_selected
        if here != self._looked_at:
            self._looked_at = here
            self.refresh_bindings()
        if self._furnished and self._unknown and (self._asking is None or self._asking.is_finished):
            self._asking = self._ask_rights()

    @property
    def _namespace_of_selected(self) -> str:
        row = self.selected
        return self.home if row is None else row.info.namespace

    @property
    def _unknown(self) -> str:
        """The namespace to ask about next; empty where there is none."""
        if self._compute is None:
            return ""
        return next((name for name in (self.home, self._namespace_of_selected) if name not in self._known), "")

    @work(group="rights")
    async def _ask_rights(self) -> None:
        from k8s_sandbox_tui.provider.errors import SandboxError

        while (compute := self._compute) is not None and (namespace := self._unknown):
            if namespace != self.home:
                # Who runs through the table asks nothing.
                await asyncio.sleep(REST)
                if namespace != self._unknown:
                    continue
            try:
                rights = await compute.rights(namespace=namespace)
            except SandboxError:
                self._permits.rights.pop(namespace, None)  # what is not known is tried
            else:
                self._permits.rights[namespace] = rights
            self._known.add(namespace)
            self.paint()

    def _places(self, action: str) -> Sequence[str]:
        """The namespaces in which an action would do something."""
        if action == "create":
            return (self.home,)
        if action in ON_MARKED and self.store.marks:
            return sorted({row.info.namespace for row in self.store.marked})
        return (self._namespace_of_selected,)

    def why_not(self, action: str) -> str:
        """Why an action cannot be done, and what to do; empty when it can."""
        lift = next((command.keys.split(",")[0] for command in self.commands if command.action == "read_only"), "")
        where = partial(self._places, action)
        return self._permits.why_not(action, where, lift=key_name(lift) if lift else "")

    @property
    def why_not_run(self) -> str:
        """Why no command may be run; empty when it may."""
        return self.why_not(RUN)

    def explain(self, action: str) -> None:
        """Say why an action is dimmed."""
        if reason := self.why_not(action):
            # One at a time: who tries several keys is not to have the screen full of reasons.
            self.app.take_back(self._explained)
            self._explained = reason
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
        # What was said before may be of the other mode.
        self.app.clear_notifications()
        self.notify(said, severity="warning" if self._permits.locked else "information", markup=False)
        self.paint()
