"""Locks on files: the system lets go of them when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

_PAUSE = 0.01


class FileLock:
    """An exclusive lock, held from `acquire` to `release`, or as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self, timeout: float) -> bool:
        """Takes the lock; False when another process holds it for `timeout` seconds."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        end = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    os.close(descriptor)
                    return False
                time.sleep(_PAUSE)
            else:
                self._descriptor = descriptor
                return True

    def release(self) -> None:
        """Lets go; again is fine."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        """For use after `acquire`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Releases."""
        self.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock now."""
    if not path.exists():
        return False
    lock = FileLock(path)
    if lock.acquire(0):
        lock.release()
        return False
    return True
