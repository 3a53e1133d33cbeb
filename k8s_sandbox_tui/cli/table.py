"""Sandboxes as a table of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli.text import cut, pad, printable, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from k8s_sandbox_tui.provider.models import SandboxInfo

HEADER = ("ID", "RUNTIME", "STATUS", "AGE", "IMAGE", "NODE", "EXIT", "METADATA")

_WIDEST_CELL = 80


def row(info: SandboxInfo, now: datetime) -> tuple[str, ...]:
    """Returns one line's cells, in the order of `HEADER`."""
    return (
        info.id,
        info.runtime,
        f"{info.status} ({info.reason})" if info.reason else str(info.status),
        age((now - info.created_at).total_seconds()),
        info.image,
        info.node,
        "" if info.exit_code is None else str(info.exit_code),
        metadata(info.metadata),
    )


def metadata(pairs: dict[str, str]) -> str:
    """Returns metadata as `key=value` pairs, by key."""
    return " ".join(f"{key}={value}" for key, value in sorted(pairs.items()))


def age(seconds: float) -> str:
    """Returns a duration as kubectl words it: `45s`, `3m`, `5h`, `12d`. A clock that is behind gives `0s`."""
    whole = max(0, int(seconds))
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if whole >= 2 * length or (unit == "d" and whole >= length):
            return f"{whole // length}{unit}"
    return f"{whole}s"


def table(rows: Iterable[Sequence[str]], columns: int | None = None) -> str:
    """Lays out rows of cells in columns.

    Args:
        rows: The header first. Cells may hold anything; they are made printable here.
        columns: The width of the terminal, where each row is cut to one line; None leaves rows whole.
    """
    cells = [[cut(printable(cell), _WIDEST_CELL) for cell in one] for one in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(map(pad, one, widths)).rstrip() for one in cells)
    return "".join((line if columns is None else cut(line, columns)) + "\n" for line in lines)
