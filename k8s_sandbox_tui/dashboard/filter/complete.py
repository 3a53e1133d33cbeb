"""What a half-typed term may become."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.filter.fields import PRESETS, TEXTS
from k8s_sandbox_tui.dashboard.looks import LOOKS
from k8s_sandbox_tui.dashboard.table.key_columns import LABEL_KEY, METADATA_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.dashboard.row import Row

LOOKED_AT = 5000
"""Sandboxes whose keys and values are offered."""

MOST = 20

_STARTS = (*[f"{name}:" for name in TEXTS if name != "ns"], METADATA_KEY, LABEL_KEY, "age>", "age<", "exit:", "is:")


def completions(text: str, rows: Iterable[Row]) -> list[str]:
    """The texts that a filter up to the cursor may become, each whole; none where the last term is not begun."""
    begun = re.search(r"\S+$", text)
    if begun is None:
        return []
    before = text[: begun.start()]
    term = begun[0]
    if term.startswith("!"):
        before, term = f"{before}!", term[1:]
    lowered = term.casefold()
    offered = [one for one in _offers(lowered, islice(rows, LOOKED_AT)) if one.casefold().startswith(lowered)]
    return [before + one for one in dict.fromkeys(offered) if one != term][:MOST]


def _offers(term: str, rows: Iterable[Row]) -> Iterable[str]:
    if term.startswith("is:"):
        return [f"is:{name}" for name in PRESETS]
    if term.startswith("status:"):
        return [f"status:{status}" for status in LOOKS]
    for prefix in (METADATA_KEY, LABEL_KEY):
        if term.startswith(prefix):
            return _keys(prefix, term, rows)
    for name in ("namespace", "runtime", "image", "node"):
        if term.startswith(f"{name}:"):
            return sorted({f"{name}:{TEXTS[name](row)}" for row in rows})
    return _STARTS


def _keys(prefix: str, term: str, rows: Iterable[Row]) -> Iterable[str]:
    """Keys, and behind a key's colon or equals sign its values."""
    pairs: set[tuple[str, str]] = set()
    for row in rows:
        pairs.update((row.info.metadata if prefix == METADATA_KEY else row.info.labels).items())
    sign = next((one for one in ":=" if one in term), "")
    if not sign:
        return sorted({f"{prefix}{key}:" for key, _ in pairs})
    return sorted([f"{prefix}{key}{sign}{value}" for key, value in pairs if not re.search(r"\s", value)])
