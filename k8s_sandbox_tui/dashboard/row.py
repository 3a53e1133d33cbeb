"""One line of the table: a sandbox as the cluster last described it, and what the store knows of its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import SupportsRichComparison

    from k8s_sandbox_tui.provider.models import SandboxInfo
    from k8s_sandbox_tui.provider.usage import SandboxUsage


class Row:
    """One sandbox. `info` is replaced as it changes; `version` tells that it was."""

    __slots__ = ("alive", "haystack", "info", "key", "shown", "usage", "version")

    def __init__(self, info: SandboxInfo) -> None:
        self.info = info
        self.key: SupportsRichComparison = 0
        """What it is sorted by at present."""
        self.version = 0
        self.alive = True
        """False once the sandbox is gone from the cluster."""
        self.shown = False
        """Whether the filter lets it through."""
        self.haystack: str | None = None
        self.usage: SandboxUsage | None = None
        """What it used when it was measured last; None where that is not known, or not asked for."""

    @property
    def uid(self) -> str:
        """The Pod's uid."""
        return self.info.uid
