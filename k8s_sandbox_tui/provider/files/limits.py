"""What the operations on files are bounded by, unless the caller says otherwise."""

from __future__ import annotations

from typing import Final

TIMEOUT: Final = 120_000
"""Milliseconds for an operation whose time does not depend on the size of a file's content."""

MAX_BYTES: Final = 256 * 1024 * 1024
"""Bytes that are read into memory at most, unless the caller allows more."""

MAX_DOWNLOAD: Final = 64 << 30
MAX_FILES: Final = 1_000_000
"""What a download may bring, unless the caller allows more: a sandbox could send for ever."""
