"""Puts what has arrived in its place on this machine: whole files in one step, never through a symbolic link.

Blocking; runs beside the event loop.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.files.errors import (
    FileExistsAlreadyError,
    FileIsDirectoryError,
    FileNotDirectoryError,
    UnsafeArchiveError,
)
from k8s_sandbox_tui.provider.files.local_tree import local_error

if TYPE_CHECKING:
    from collections.abc import Iterator


class TreePlace:
    """Where a tree is to be: filled in `staging`, on the same file system, and then `put` there.

    A directory that is there is added to; one that is not appears at once, whole.
    """

    def __init__(self, target: Path, nonce: str) -> None:
        """Makes the staging directory.

        Raises:
            FileNotDirectoryError: There is something else at the target.
            LocalFileError: It cannot be made.
        """
        self.target = Path(os.path.realpath(target))
        there = _mode_of(self.target)
        self._there = stat.S_ISDIR(there)
        if there and not self._there:
            msg = f"{str(target)!r} on this machine is not a directory."
            raise FileNotDirectoryError(msg, path=str(target), hint="Remove it, or choose another place.")
        self.staging = (self.target if self._there else self.target.parent) / f".computesdk-{nonce}"
        try:
            self.staging.mkdir(0o700)
        except OSError as error:
            raise local_error(error, self.staging) from error

    def put(self) -> None:
        """Gives everything its name. What would not fit is found before anything is changed.

        Raises:
            FileIsDirectoryError: A directory is where a file is to be.
            FileNotDirectoryError: The other way round.
            UnsafeArchiveError: A symbolic link is where a directory is to be: the files would land elsewhere.
            LocalFileError: This machine refuses.
        """
        try:
            if not self._there:
                self.staging.rename(self.target)
                return
            for path in list(self._moves(Path())):
                (self.staging / path).replace(self.target / path)
        except OSError as error:
            if not self._there and _mode_of(self.target):
                shown = str(self.target)
                msg = f"{shown!r} on this machine has appeared meanwhile."
                raise FileExistsAlreadyError(msg, path=shown, hint="Try again.") from error
            raise local_error(error, self.target) from error

    def discard(self) -> None:
        """Removes what is left of the staging directory."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def _moves(self, folder: Path) -> Iterator[Path]:
        """What to move: files, and directories that are not there yet, with all that is in them."""
        with os.scandir(self.staging / folder) as entries:
            found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        for name, is_directory in found:
            path, shown = folder / name, str(folder / name)
            there = _mode_of(self.target / path)
            if not is_directory and stat.S_ISDIR(there):
                msg = f"{shown!r} is a directory on this machine, and a file in the sandbox."
                raise FileIsDirectoryError(msg, path=shown, hint="Remove one of them.")
            if not is_directory or not there:
                yield path
            elif stat.S_ISDIR(there):
                yield from self._moves(path)
            elif stat.S_ISLNK(there):
                msg = f"{shown!r} is a symbolic link on this machine; what is in it would land elsewhere."
                raise UnsafeArchiveError(msg, path=shown, hint="Remove the link, or fetch into another directory.")
            else:
                msg = f"{shown!r} is not a directory on this machine, but is one in the sandbox."
                raise FileNotDirectoryError(msg, path=shown, hint="Remove one of them.")


class FilePlace:
    """Where a file is to be: written beside the target, and then `put` there.

    What is no regular file, such as `/dev/null` or a pipe, is written to as it is.
    """

    def __init__(self, target: Path, nonce: str, mode: int) -> None:
        """Opens what is to be written.

        Raises:
            FileIsDirectoryError: The target is a directory.
            LocalFileError: It cannot be made.
        """
        self.target = Path(os.path.realpath(target))
        there = _mode_of(self.target)
        if stat.S_ISDIR(there):
            msg = f"{str(target)!r} on this machine is a directory."
            raise FileIsDirectoryError(msg, path=str(target), hint="Give the path of the file itself.")
        direct = bool(there) and not stat.S_ISREG(there)
        self._temporary = None if direct else self.target.parent / f".computesdk-{nonce}"
        flags = os.O_WRONLY if direct else os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            self._file = os.open(self._temporary or self.target, flags | getattr(os, "O_BINARY", 0), mode)
        except OSError as error:
            raise local_error(error, target) from error

    def write(self, data: bytes) -> None:
        """Writes all of it; raises LocalFileError."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            raise local_error(error, self.target) from error

    def put(self, modified: int) -> None:
        """Gives the file its time and its name; raises LocalFileError."""
        try:
            if self._temporary:
                with contextlib.suppress(OSError, OverflowError):
                    os.utime(self._temporary, (modified, modified))
                self._close()
                self._temporary.replace(self.target)
                self._temporary = None
        except OSError as error:
            raise local_error(error, self.target) from error

    def discard(self) -> None:
        """Closes it, and removes what has not been put."""
        self._close()
        if self._temporary:
            self._temporary.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _mode_of(path: Path) -> int:
    """What is there, itself and not what a link leads to; 0 for nothing."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise local_error(error, path) from error
