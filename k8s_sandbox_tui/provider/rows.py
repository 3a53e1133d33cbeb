"""The rows of one list of Pods, and what changes in them: Pods in, changes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.info import sandbox_info

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.provider.models import SandboxInfo
    from k8s_sandbox_tui.provider.wire import Pod


class Rows:
    """The sandboxes of one namespace, or of all, by uid. A row is replaced only when its Pod has changed."""

    def __init__(self) -> None:
        self._rows: dict[str, SandboxInfo] = {}
        self._seen: set[str] = set()

    def begin_list(self) -> None:
        """A list begins: `end_list` will tell what was not in it."""
        self._seen = set()

    def add_page(self, pods: Iterable[Pod]) -> list[SandboxInfo]:
        """Takes a page of the list in; the rows that are new or have changed."""
        rows, seen = self._rows, self._seen
        changed: list[SandboxInfo] = []
        for pod in pods:
            uid, version = pod.metadata.uid, pod.metadata.resource_version
            if not uid:
                continue
            seen.add(uid)
            known = rows.get(uid)
            if known is not None and known.resource_version == version:
                continue
            rows[uid] = info = sandbox_info(pod)
            changed.append(info)
        return changed

    def end_list(self) -> list[str]:
        """The list is complete; the uids of rows that were not in it, which are gone."""
        gone = [uid for uid in self._rows if uid not in self._seen]
        for uid in gone:
            del self._rows[uid]
        self._seen = set()
        return gone

    def change(self, pod: Pod) -> SandboxInfo | None:
        """Takes an ADDED or MODIFIED event in; None when nothing is new in it."""
        uid = pod.metadata.uid
        known = self._rows.get(uid)
        if not uid or (known is not None and known.resource_version == pod.metadata.resource_version):
            return None
        self._rows[uid] = info = sandbox_info(pod)
        return info

    def remove(self, pod: Pod) -> str | None:
        """Takes a DELETED event in; the uid when there was such a row."""
        return pod.metadata.uid if self._rows.pop(pod.metadata.uid, None) is not None else None

    def clear(self) -> list[str]:
        """Drops every row; their uids."""
        gone = list(self._rows)
        self._rows.clear()
        return gone
