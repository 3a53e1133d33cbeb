"""What a sandbox uses, as people read it: amounts, and the share of what it may use."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.resources import Resources

_MEBI = 2**20
_GIBI = 2**30


def cpu_words(cores: float) -> str:
    """Thousandths of a core as `kubectl top` words them, from ten cores on whole cores."""
    return f"{round(cores * 1000)}m" if cores < 9.9995 else f"{cores:.1f}"


def memory_words(size: int) -> str:
    """Mebibytes, from a thousand on gibibytes."""
    return f"{size // _MEBI}Mi" if size < 1000 * _MEBI else f"{size / _GIBI:.1f}Gi"


def share_of(used: float, resources: Resources, name: str) -> float | None:
    """What is used of the limit of cpu or memory, else of the request; None where there is neither."""
    most = _amount(resources.limits.get(name) or resources.requests.get(name) or "0")
    return used / most if most else None


@lru_cache(maxsize=256)
def _amount(text: str) -> float:
    from k8s_sandbox_tui.provider.errors import InvalidArgumentError
    from k8s_sandbox_tui.provider.quantity import parse_quantity

    try:
        return float(parse_quantity("a limit", text)[1])
    except (InvalidArgumentError, OverflowError):
        return 0.0
