"""The names in a directory, for the completion of paths."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from k8s_sandbox_tui.provider.files.entries import whole_text

MOST_NAMES: Final = 2000
"""Names that are listed, unless the caller wants another number."""

_MORE: Final = "more//\n"
_RECORD: Final = re.compile(r"([^/]*)/([df])\n")


class NameList(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Names that begin with a text, in the order of their bytes."""

    names: tuple[str, ...]
    """A directory, and a symbolic link to one, has `/` at its end; what is not UTF-8 stands as surrogate escapes."""
    more: bool = False
    """There are more than were wanted."""


def parse_names(listing: bytes) -> NameList:
    """Reads what `scripts.NAMES` prints: no name has a slash in it, whatever else it has.

    Raises:
        ValueError: It is no listing, or it was cut short.
    """
    text = whole_text(listing)
    more = text.endswith(_MORE)
    text = text.removesuffix(_MORE)
    found = list(_RECORD.finditer(text))
    if sum(len(record[0]) for record in found) != len(text):
        msg = "it is no list of names"
        raise ValueError(msg)
    return NameList(
        names=tuple(name + "/" * (kind == "d") for name, kind in (record.groups() for record in found)), more=more
    )
