"""Asks which cluster to go to: a context of the kubeconfig, or the cluster on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from textual import work

from k8s_sandbox_tui.dashboard.places.pick_screen import PickEntry, PickScreen
from k8s_sandbox_tui.dashboard.places.place import LOCAL_NAME
from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.opened import ClusterWish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.ports import ContextsPort
    from k8s_sandbox_tui.provider.connection.contexts import ContextInfo

LOCAL_NOTE = "the cluster on this machine"


def context_entries(contexts: Sequence[ContextInfo], here: ClusterWish, text: str) -> list[PickEntry]:
    """The contexts that have a text in their name, then those in whose cluster or user it is; LOCAL comes last."""
    entries: list[PickEntry] = []
    for context in contexts:
        host = urlsplit(context.server).hostname or "no server"
        parts = [context.cluster, context.user, host if context.server or not context.cluster else "missing"]
        note = "  ".join(dict.fromkeys([part for part in parts if part]))
        label = f"{context.name or 'in-cluster'}{' (current)' if context.current else ''}"
        entries.append(PickEntry(context.name, label, note, marked=here == ClusterWish(context=context.name)))
    wanted = text.lower()
    found = [entry for entry in entries if wanted in f"{entry.label} {entry.note}".lower()]
    if wanted in f"{LOCAL_NAME} {LOCAL_NOTE}".lower():
        found.append(PickEntry(f"/{LOCAL_NAME}", LOCAL_NAME, LOCAL_NOTE, marked=here.local))
    return sorted(found, key=lambda entry: wanted not in entry.label.lower())


def wish_of(entry: PickEntry) -> ClusterWish:
    """The cluster that an entry stands for."""
    return ClusterWish(local=True) if entry.id == f"/{LOCAL_NAME}" else ClusterWish(context=entry.id)


class ContextScreen(PickScreen[ClusterWish | None]):
    """The contexts with what tells them apart; None to stay."""

    def __init__(self, contexts: ContextsPort | None, here: ClusterWish, *, glyphs: Glyphs) -> None:
        super().__init__("Go to another cluster", "Type to find a context", glyphs=glyphs)
        self._read = contexts
        self._here = here
        self._contexts: Sequence[ContextInfo] = ()
        self._reading = True
        self._problem = ""

    def on_mount(self) -> None:
        """Read the kubeconfig as it is now."""
        self._load()

    @work
    async def _load(self) -> None:
        try:
            if self._read is not None:
                self._contexts = await self._read()
        except SandboxError as error:
            self._problem = f"{error.message} {error.hint}".strip()
        self._reading = False
        self.show_entries()
        if not self.text:
            self.highlight_marked()

    def entries(self, text: str) -> Sequence[PickEntry]:
        """The contexts, and LOCAL; nothing that an early Enter could take before the kubeconfig is read."""
        return [] if self._reading else context_entries(self._contexts, self._here, text)

    def said(self, text: str) -> str:
        """What went wrong, or that there is none."""
        if self._reading or self._problem:
            return self._problem or "Reading the kubeconfig ..."
        if not self._contexts:
            return "There is no kubeconfig. Name one with --kubeconfig, or in $KUBECONFIG."
        return "" if self.entries(text) else "No context is like that."

    def take(self, entry: PickEntry) -> None:
        """Go there."""
        self.dismiss(wish_of(entry))
