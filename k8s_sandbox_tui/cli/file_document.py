"""A file as JSON for programs. Fields are added, never renamed or removed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.cli.text import shown_path

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.files.entries import FileEntry


class FileDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a directory in the form of `-o json`."""

    name: str
    """What is no text in UTF-8, or cannot be printed, stands as an escape."""
    type: str
    size: int
    mode: str
    """In octal, as `0644`."""
    modified: datetime


def file_document(entry: FileEntry) -> FileDocument:
    """Returns an entry in the form of `-o json`."""
    return FileDocument(
        name=shown_path(entry.name),
        type=entry.type,
        size=entry.size,
        mode=f"{entry.mode:04o}",
        modified=entry.modified,
    )
