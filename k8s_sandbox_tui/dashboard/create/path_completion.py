"""Completing the path of a file of this machine."""

from __future__ import annotations

from pathlib import Path


def complete_path(typed: str) -> str:
    """The path with its last part completed to the first name in its folder that begins so; empty where none does."""
    folder, slash, begin = typed.rpartition("/")
    try:
        place = Path(f"{folder}{slash}" or ".").expanduser()
        found = min(entry.name for entry in place.iterdir() if entry.name.startswith(begin) and entry.name != begin)
        return f"{folder}{slash}{found}{'/' if (place / found).is_dir() else ''}"
    except (OSError, ValueError, RuntimeError):
        return ""
