"""Which names from a sandbox may be used on this machine. Everything a sandbox sends is taken for hostile.

The rules are those that CVE-2019-1002101, -11246, -11249 and -11251 (kubectl cp) would have needed.
"""

from __future__ import annotations

from typing import Final

MAX_PARTS: Final = 256
MAX_PATH: Final = 4096


class UnsafeNameError(ValueError):
    """A name that would land elsewhere than below the target."""


def safe_parts(name: str) -> tuple[str, ...]:
    """The directories and the name of an entry below the target; empty for the target itself.

    Raises:
        UnsafeNameError: It is absolute, climbs out, or is no name.
    """
    if name.startswith("/"):
        raise UnsafeNameError("it is an absolute path")
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    if ".." in parts:
        raise UnsafeNameError("it climbs out of the target with '..'")
    if "\0" in name or len(parts) > MAX_PARTS or len(name) > MAX_PATH:
        raise UnsafeNameError("it is no name for a file")
    return parts


def stays_inside(parts: tuple[str, ...], link: str) -> bool:
    """Whether a symbolic link at `parts` leads to somewhere below the target, whatever other such links there are.

    A `..` counts only at the beginning: behind the name of another link, it would lead to that one's parent.
    """
    if not link or link.startswith("/") or "\0" in link:
        return False
    depth = len(parts) - 1
    named = False
    for part in link.split("/"):
        if part == "..":
            depth -= 1
            if named or depth < 0:
                return False
        elif part not in {"", "."}:
            named = True
    return True
