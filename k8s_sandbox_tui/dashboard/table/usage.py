"""What a sandbox uses of CPU and memory, as cells show it: an amount, and a bar against what it may use."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.quantity import parse_quantity

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.row import Row

BAR = 5
"""Cells of a bar."""

NONE = "-"
"""Shown where nothing was measured."""

_MEBI = 2**20
_GIBI = 2**30


def cpu_text(row: Row) -> str:
    """Thousandths of a core as `kubectl top` words them, from ten cores on whole cores."""
    usage = row.usage
    if usage is None:
        return NONE
    return f"{round(usage.cpu * 1000)}m" if usage.cpu < 9.9995 else f"{usage.cpu:.1f}"


def memory_text(row: Row) -> str:
    """Mebibytes, from a thousand on gibibytes."""
    usage = row.usage
    if usage is None:
        return NONE
    return f"{usage.memory // _MEBI}Mi" if usage.memory < 1000 * _MEBI else f"{usage.memory / _GIBI:.1f}Gi"


def cpu_key(row: Row) -> float:
    """Cores; less than none where nothing was measured."""
    return -1 if row.usage is None else row.usage.cpu


def memory_key(row: Row) -> float:
    """Bytes; less than none where nothing was measured."""
    return -1 if row.usage is None else row.usage.memory


def cpu_share(row: Row) -> float | None:
    """What is used of the limit, else of the request; None where there is neither, or nothing was measured."""
    return None if row.usage is None else _share(row.usage.cpu, row, "cpu")


def memory_share(row: Row) -> float | None:
    """What is used of the limit, else of the request; None where there is neither, or nothing was measured."""
    return None if row.usage is None else _share(row.usage.memory, row, "memory")


def _share(used: float, row: Row, name: str) -> float | None:
    resources = row.info.resources
    most = _amount(resources.limits.get(name) or resources.requests.get(name) or "0")
    return used / most if most else None


@lru_cache(maxsize=256)
def _amount(text: str) -> float:
    try:
        return float(parse_quantity("a limit", text)[1])
    except (InvalidArgumentError, OverflowError):
        return 0.0


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
