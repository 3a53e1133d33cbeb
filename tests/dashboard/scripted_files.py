"""The files of a sandbox, as a test says they are."""

from __future__ import annotations

from dataclasses import dataclass, field

from k8s_sandbox_tui.provider.files.name_list import NameList


@dataclass
class ScriptedFiles:
    folders: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """The names in its directories; directories among them end with a slash."""

    async def names(self, path: str, begin: str = "", *, timeout: int | None = None) -> NameList:
        return NameList(names=tuple(name for name in self.folders.get(path, ()) if name.startswith(begin)))
