"""Files of the user's own that several dashboards may write at once: never half a file, never readable for others."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

PATIENCE = 5.0
"""Seconds to wait for another dashboard that writes."""


@contextmanager
def locked(path: Path, *, patience: float = PATIENCE) -> Generator[None]:
    """Keep other dashboards from writing a file meanwhile; its folder is made if need be. Blocks.

    Args:
        path: The file. The lock is a file beside it, as the file itself is replaced.
        patience: Seconds to wait at the longest.

    Raises:
        TimeoutError: Another one holds it all the time.
        OSError: The folder cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        ends = time.monotonic() + patience
        while not _lock(descriptor):
            if time.monotonic() >= ends:
                raise TimeoutError(0, "another dashboard keeps it locked")
            time.sleep(0.01)
        yield
    finally:
        # Closing it lets go of the lock.
        os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file anew: readers see the old one or the new one, never a part. Blocks; hold `locked` meanwhile.

    Raises:
        OSError: It cannot be written; the old one is as it was.
    """
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    part.replace(path)


if sys.platform == "win32":

    def _lock(descriptor: int) -> bool:  # noqa: ARG001
        """Windows has no `flock`; there, of two dashboards that write at once one can lose what it wrote."""
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        """Whether no other process holds the file now."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
