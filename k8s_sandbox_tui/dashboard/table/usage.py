"""What a sandbox uses of CPU and memory, as cells show it: an amount, and a bar against what it may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.usage_words import cpu_words, memory_words, share_of

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.row import Row

BAR = 5
"""Cells of a bar."""

NONE = "-"
"""Shown where nothing was measured."""


def cpu_text(row: Row) -> str:
    """CPU in words."""
    return NONE if row.usage is None else cpu_words(row.usage.cpu)


def memory_text(row: Row) -> str:
    """Memory in words."""
    return NONE if row.usage is None else memory_words(row.usage.memory)


def cpu_key(row: Row) -> float:
    """Cores; less than none where nothing was measured."""
    return -1 if row.usage is None else row.usage.cpu


def memory_key(row: Row) -> float:
    """Bytes; less than none where nothing was measured."""
    return -1 if row.usage is None else row.usage.memory


def cpu_share(row: Row) -> float | None:
    """What is used of the limit, else of the request; None where there is neither, or nothing was measured."""
    return None if row.usage is None else share_of(row.usage.cpu, row.info.resources, "cpu")


def memory_share(row: Row) -> float | None:
    """What is used of the limit, else of the request; None where there is neither, or nothing was measured."""
    return None if row.usage is None else share_of(row.usage.memory, row.info.resources, "memory")


def bar(share: float | None, glyphs: Glyphs) -> tuple[str, str]:
    """The two parts of a bar: what is used, and what is left; both blank where the share is not known."""
    if share is None:
        return "", " " * BAR
    filled = min(BAR, max(round(share * BAR), 1 if share > 0.02 else 0))
    return glyphs.used * filled, glyphs.left * (BAR - filled)


def tone(share: float | None) -> str:
    """The part of `style.PARTS` whose colour a bar has: that of a status that is as good or bad."""
    if share is None or share < 0.7:
        return "running"
    return "pending" if share < 0.9 else "failed"
