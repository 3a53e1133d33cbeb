"""Unpacks what a sandbox sends into a directory that is new and this process's own. Nothing lands outside of it.

Blocking; runs beside the event loop. Only directories and files that this has made are ever walked through: symbolic
links are made at the end, when nothing is written any more.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.files.archive_rules import UnsafeNameError, safe_parts, stays_inside
from k8s_sandbox_tui.provider.files.errors import UnsafeArchiveError
from k8s_sandbox_tui.provider.files.local_tree import local_error
from k8s_sandbox_tui.provider.files.tar_reader import TarError, TarMember, TarReader
from k8s_sandbox_tui.provider.files.transfer import SkippedEntry

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.transfer import Meter

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

Parts = tuple[str, ...]


class Extractor:
    """Fills one directory from one tar stream."""

    def __init__(self, folder: Path, meter: Meter, *, max_bytes: int, max_entries: int) -> None:
        self._folder = folder
        self._meter = meter
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._reader = TarReader()
        self._entries = 0
        self._announced = 0
        self._file = -1
        self._left = 0
        self._member: TarMember | None = None
        self._umask = _umask(folder)
        self._directories: dict[Parts, TarMember | None] = {(): None}
        self._links: list[tuple[Parts, TarMember]] = []
        self.skipped: list[SkippedEntry] = []

    def feed(self, data: bytes) -> None:
        """Takes a piece of the stream.

        Raises:
            UnsafeArchiveError: Something in it would land elsewhere, or it is more than is allowed.
            LocalFileError: This machine refuses.
        """
        try:
            for found in self._reader.feed(data):
                if isinstance(found, TarMember):
                    self._begin(found)
                else:
                    self._write(found)
        except TarError as error:
            raise _refused(f"The sandbox did not send a tar archive: {error}.") from None

    def finish(self) -> None:
        """Makes the links and gives the directories their modes and times; raises as `feed`."""
        try:
            self._reader.finish()
        except TarError as error:
            raise _refused(f"The sandbox's archive cannot be used: {error}.") from None
        for parts, member in self._links:
            path = self._path(parts, member.name)
            try:
                path.symlink_to(member.link)
            except FileExistsError:
                raise _twice(member.name) from None
            except OSError as error:
                raise local_error(error, path) from error
        for parts in sorted(self._directories, reverse=True):
            member = self._directories[parts]
            path = self._folder.joinpath(*parts)
            # Its owner must be able to remove it again.
            mode = 0o777 if member is None else member.mode | 0o700
            try:
                path.chmod(mode & ~self._umask)
            except OSError as error:
                raise local_error(error, path) from error
            if member is not None:
                _set_time(path, member.modified)

    def close(self) -> None:
        """Closes the file that is open, if any."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _begin(self, member: TarMember) -> None:
        self._entries += 1
        self._announced += member.size
        if self._entries > self._max_entries:
            raise _too_much(f"more than {self._max_entries} entries", "max_files")
        if self._announced > self._max_bytes:
            raise _too_much(f"more than {self._max_bytes} bytes", "max_bytes")
        try:
            parts = safe_parts(member.name)
        except UnsafeNameError as error:
            raise _refused(f"The sandbox sent {member.name!r}, which was refused: {error}.") from None
        if member.type == "directory":
            self._make_directory(parts, member)
        elif not parts:
            raise _refused(f"The sandbox sent {member.name!r} as the place of the whole tree.")
        elif member.type == "file":
            self._open(parts, member)
        elif member.type == "hardlink":
            self._link(parts, member)
        elif member.type == "symlink" and stays_inside(parts, member.link):
            self._links.append((parts, member))
        else:
            reason = "a symbolic link out of the tree" if member.type == "symlink" else "a device or a pipe"
            self.skipped.append(SkippedEntry(path="/".join(parts), reason=reason))

    def _make_directory(self, parts: Parts, member: TarMember) -> None:
        self._ensure(parts, member.name)
        self._directories[parts] = member

    def _ensure(self, parts: Parts, name: str) -> None:
        """Makes a directory and those on the way; each must be one that this has made."""
        for length in range(1, len(parts) + 1):
            part = parts[:length]
            if part in self._directories:
                continue
            path = self._folder.joinpath(*part)
            try:
                path.mkdir(0o700)
            except FileExistsError:
                raise _twice(name) from None
            except OSError as error:
                raise local_error(error, path) from error
            self._directories[part] = None

    def _path(self, parts: Parts, name: str) -> Path:
        self._ensure(parts[:-1], name)
        return self._folder.joinpath(*parts)

    def _open(self, parts: Parts, member: TarMember) -> None:
        path = self._path(parts, member.name)
        try:
            self._file = os.open(path, _NEW, member.mode)
        except FileExistsError:
            raise _twice(member.name) from None
        except OSError as error:
            raise local_error(error, path) from error
        self._member, self._left = member, member.size
        self._meter.path = "/".join(parts)
        if not self._left:
            self._end_file()

    def _write(self, piece: memoryview) -> None:
        self._left -= len(piece)
        self._meter.bytes += len(piece)
        try:
            while piece:
                piece = piece[os.write(self._file, piece) :]
        except OSError as error:
            raise local_error(error, self._meter.path) from error
        if not self._left:
            self._end_file()

    def _end_file(self) -> None:
        if self._member is not None:
            _set_time(self._file, self._member.modified)
        self.close()
        self._meter.files += 1

    def _link(self, parts: Parts, member: TarMember) -> None:
        """A second name of a file that came before; of nothing else."""
        path = self._path(parts, member.name)
        try:
            source = safe_parts(member.link)
        except UnsafeNameError as error:
            raise _refused(f"The sandbox sent a link to {member.link!r}, which was refused: {error}.") from None
        if not source or source[:-1] not in self._directories or source in self._directories:
            raise _refused(f"The sandbox sent a link to {member.link!r}, which it had not sent.")
        try:
            path.hardlink_to(self._folder.joinpath(*source))
        except FileExistsError:
            raise _twice(member.name) from None
        except FileNotFoundError:
            raise _refused(f"The sandbox sent a link to {member.link!r}, which it had not sent.") from None
        except OSError as error:
            raise local_error(error, path) from error
        self._meter.files += 1


def _set_time(path: Path | int, modified: int) -> None:
    """A time that this machine cannot say, or may not set, is no reason to lose a file."""
    with contextlib.suppress(OSError, OverflowError):
        os.utime(path, (modified, modified))


def _umask(folder: Path) -> int:
    """This process's umask, which the system tells only by what it does."""
    probe = folder / "umask"
    try:
        probe.mkdir(0o777)
        mode = stat.S_IMODE(probe.stat().st_mode)
        probe.rmdir()
    except OSError as error:
        raise local_error(error, folder) from error
    return 0o777 & ~mode


def _refused(message: str) -> UnsafeArchiveError:
    return UnsafeArchiveError(message, hint="Nothing was kept of it. Look at what is there, or fetch less.")


def _twice(name: str) -> UnsafeArchiveError:
    return _refused(
        f"The sandbox sent {name!r} twice, or beside another name that is the same on this machine's file system."
    )


def _too_much(what: str, argument: str) -> UnsafeArchiveError:
    return UnsafeArchiveError(f"The sandbox sent {what}.", hint=f"Nothing was kept of it. {argument} allows more.")
