"""The files of one sandbox, as `sandbox.filesystem`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.files import operations, reader, writing
from k8s_sandbox_tui.provider.files.errors import FileError
from k8s_sandbox_tui.provider.files.limits import MAX_BYTES, MAX_DOWNLOAD, MAX_FILES, TIMEOUT
from k8s_sandbox_tui.provider.files.name_list import MOST_NAMES
from k8s_sandbox_tui.provider.files.paths import check_file_path, check_path, shown
from k8s_sandbox_tui.provider.files.runner import Runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from k8s_sandbox_tui.provider.exec.target import ExecTarget
    from k8s_sandbox_tui.provider.files.content import Data
    from k8s_sandbox_tui.provider.files.entries import FileEntry
    from k8s_sandbox_tui.provider.files.local_tree import LocalPath
    from k8s_sandbox_tui.provider.files.name_list import NameList
    from k8s_sandbox_tui.provider.files.paths import RemotePath
    from k8s_sandbox_tui.provider.files.reader import FileReader
    from k8s_sandbox_tui.provider.files.runner import Access
    from k8s_sandbox_tui.provider.files.sync_face import FileSync
    from k8s_sandbox_tui.provider.files.transfer import OnProgress, TransferResult


class FileSystem:
    """The files of a sandbox: ComputeSDK's six methods, and what goes beyond them.

    It needs a shell and the usual tools in the image, and works as the user of its commands. Paths are text, bytes or
    path objects with any characters but NUL; a relative one counts from the container's own directory. A file is
    replaced in one step, when all of its new content has arrived and been checked; on any failure the old content
    stays. Errors are below `FileError`, itself a `SandboxError`, and carry the `path`; where the sandbox or the
    connection fails, they are those of `run_command`. `timeout` is in milliseconds. Where content is moved there is
    none unless it is given, but a minute in which nothing moves is an error.
    """

    def __init__(self, access: Access, target: ExecTarget) -> None:
        self._runner = Runner(access, target)

    @property
    def sync(self) -> FileSync:
        """Brings a directory here and one there to the same content, by what has changed."""
        from k8s_sandbox_tui.provider.files.sync_face import FileSync

        return FileSync(self._runner)

    async def read_file(
        self, path: RemotePath, *, max_bytes: int | None = MAX_BYTES, timeout: int | None = None
    ) -> str:
        """The content of a text file in UTF-8.

        Args:
            path: The file; a symbolic link is followed.
            max_bytes: A larger file is refused; None: none is.
            timeout: Milliseconds.

        Raises:
            FileMissingError: There is none.
            FileTooLargeError: It is larger than `max_bytes`.
            FileError: It cannot be read, or is not UTF-8.
        """
        content = await self.read_bytes(path, max_bytes=max_bytes, timeout=timeout)
        try:
            return content.decode()
        except UnicodeDecodeError:
            checked = check_path(path)
            msg = f"{shown(checked)} is not text in UTF-8."
            raise FileError(msg, path=checked, hint="Use read_bytes.") from None

    async def read_bytes(
        self, path: RemotePath, *, max_bytes: int | None = MAX_BYTES, timeout: int | None = None
    ) -> bytes:
        """The content of a file; arguments and errors are those of `read_file`."""
        return await reader.read_bytes(self._runner, check_path(path), max_bytes=max_bytes, timeout=timeout)

    async def read_stream(self, path: RemotePath, *, timeout: int | None = None) -> FileReader:
        """Opens a file to be read in pieces, at the reader's pace and with little memory.

        Args:
            path: The file; a symbolic link is followed.
            timeout: Milliseconds for all of the reading.

        Raises:
            FileMissingError: There is none.
            FileError: It cannot be read; what fails later is raised by the iteration.
        """
        return await reader.open_reader(self._runner, check_path(path), timeout=timeout)

    async def write_file(
        self,
        path: RemotePath,
        content: str | Data,
        *,
        mode: int | None = None,
        parents: bool = False,
        timeout: int | None = None,
    ) -> None:
        """Replaces the content of a file, or makes it.

        A symbolic link is written through. A file that was there passes on its mode and owner. What is no regular file,
        such as a device, is written to as it is, and so is a file that is a mount of its own.

        Args:
            path: The file.
            content: Text, which is written as UTF-8, or bytes.
            mode: Its permissions, as in `0o755`; None: as before, or as the sandbox's umask says.
            parents: Make the directories on the way.
            timeout: Milliseconds.

        Raises:
            FileMissingError: A directory on the way is missing.
            FileIsDirectoryError: The path is a directory.
            FileNoSpaceError: There is no space left.
            FileError: It cannot be written.
        """
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        await writing.write(self._runner, check_file_path(path), data, mode=mode, parents=parents, timeout=timeout)

    async def write_stream(
        self,
        path: RemotePath,
        content: Iterable[bytes] | AsyncIterable[bytes],
        *,
        mode: int | None = None,
        parents: bool = False,
        timeout: int | None = None,
    ) -> None:
        """Replaces the content of a file by what an iterable gives, with little memory; checks its checksum as well.

        Arguments and errors are those of `write_file`; where the iterable raises, the old content stays.
        """
        target = check_file_path(path)
        await writing.write(self._runner, target, content, summed=True, mode=mode, parents=parents, timeout=timeout)

    async def upload(
        self,
        local: LocalPath,
        remote: RemotePath,
        *,
        parents: bool = False,
        on_progress: OnProgress | None = None,
        timeout: int | None = None,
    ) -> TransferResult:
        """Brings a file, or a directory with all that is in it, to the sandbox; with modes and times, in little memory.

        A directory that is there is added to, file by file in one step each, when all have arrived; one that is not
        appears at once, whole. Symbolic links go as links with the target they have, and are never followed: they could
        lead to what is not meant for the sandbox. Devices, pipes and sockets are skipped.

        Args:
            local: The file or directory.
            remote: The path that it gets; nothing is put *into* a directory of that name.
            parents: Make the directories on the way.
            on_progress: Called now and then.
            timeout: Milliseconds for all of it.

        Raises:
            LocalFileError: It cannot be read.
            FileTransferError: It did not arrive whole: its size and checksum are checked.
            FileError: It cannot be written there.
        """
        from k8s_sandbox_tui.provider.files.upload import upload

        return await upload(self._runner, local, remote, parents=parents, on_progress=on_progress, timeout=timeout)

    async def download(
        self,
        remote: RemotePath,
        local: LocalPath,
        *,
        max_bytes: int = MAX_DOWNLOAD,
        max_files: int = MAX_FILES,
        on_progress: OnProgress | None = None,
        timeout: int | None = None,
    ) -> TransferResult:
        """Brings a file, or a directory with all that is in it, to this machine; the other way round as `upload`.

        What the sandbox sends is taken for hostile: whatever it is, nothing lands outside of `local` and nothing is
        written through a symbolic link. Links that lead out of the tree are skipped, as devices and pipes are.

        Args:
            remote: The file or directory; a symbolic link is followed.
            local: The path that it gets.
            max_bytes: What is larger is refused, 64 GiB when it is left out.
            max_files: More entries than that are refused, a million when it is left out.
            on_progress: Called now and then.
            timeout: Milliseconds for all of it.

        Raises:
            FileMissingError: There is nothing.
            UnsafeArchiveError: It would land elsewhere, or is more than is allowed. Nothing of it was kept.
            FileTransferError: It did not arrive whole: its size and checksum are checked.
            LocalFileError: It cannot be written.
            FileError: It cannot be read.
        """
        from k8s_sandbox_tui.provider.files.download import download

        return await download(
            self._runner,
            remote,
            local,
            max_bytes=max_bytes,
            max_files=max_files,
            on_progress=on_progress,
            timeout=timeout,
        )

    async def append(self, path: RemotePath, content: str | Data, *, timeout: int | None = None) -> None:
        """Adds to the end of a file, or makes it; adds all or nothing.

        Raises:
            FileError: As `write_file`.
        """
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        await writing.write(self._runner, check_file_path(path), data, append=True, timeout=timeout)

    async def mkdir(self, path: RemotePath, *, timeout: int | None = TIMEOUT) -> None:
        """Makes a directory and those on the way to it; one that is there is no error.

        Raises:
            FileExistsAlreadyError: Something else is there.
            FileError: It cannot be made.
        """
        await operations.mkdir(self._runner, path, timeout)

    async def readdir(self, path: RemotePath, *, timeout: int | None = TIMEOUT) -> list[FileEntry]:
        """What is in a directory, by name; symbolic links as links.

        Raises:
            FileMissingError: There is none.
            FileNotDirectoryError: It is none.
            FileError: It cannot be read.
        """
        return await operations.readdir(self._runner, path, timeout)

    async def names(
        self, path: RemotePath, begin: str = "", *, most: int = MOST_NAMES, timeout: int | None = TIMEOUT
    ) -> NameList:
        """The names in a directory that begin with a text, fast: for completion.

        Args:
            path: The directory. `~`, and what begins with `~/`, is the home directory of the sandbox's user.
            begin: What the names begin with. Hidden ones are listed where it begins with a dot.
            most: Names that are listed.
            timeout: Milliseconds.

        Raises:
            FileError: As `readdir`.
        """
        return await operations.names(self._runner, path, begin, most, timeout)

    async def stat(self, path: RemotePath, *, follow_symlinks: bool = True, timeout: int | None = TIMEOUT) -> FileEntry:
        """What there is at a path.

        Raises:
            FileMissingError: Nothing, or a symbolic link to nothing that is to be followed.
            FileError: It cannot be looked at.
        """
        return await operations.stat(self._runner, path, timeout, follow_symlinks=follow_symlinks)

    async def exists(self, path: RemotePath, *, timeout: int | None = TIMEOUT) -> bool:
        """Whether there is something at a path, be it a symbolic link to nothing.

        What cannot be reached, for want of a permission or as something on the way is no directory, does not exist.
        Where the sandbox itself cannot be asked, that is raised: the answer is not known.
        """
        return await operations.exists(self._runner, path, timeout)

    async def remove(self, path: RemotePath, *, timeout: int | None = TIMEOUT) -> None:
        """Removes a file, a symbolic link, or a directory with all that is in it.

        Raises:
            InvalidArgumentError: It is the root directory, `.` or `..`.
            FileMissingError: There is nothing.
            FileError: It, or something in it, cannot be removed.
        """
        await operations.remove(self._runner, path, timeout)

    async def move(self, source: RemotePath, target: RemotePath, *, timeout: int | None = TIMEOUT) -> None:
        """Gives an entry another path, in one step within one file system; a file there is replaced.

        Raises:
            FileMissingError: There is no source, or no directory for the target.
            FileIsDirectoryError: The target is a directory: name the path itself, nothing is moved into one.
            FileExistsAlreadyError: The source is a directory, and there is something at the target.
            FileError: It cannot be moved.
        """
        await operations.move(self._runner, source, target, timeout)

    async def copy(self, source: RemotePath, target: RemotePath, *, timeout: int | None = TIMEOUT) -> None:
        """Copies an entry with all that is in it, its modes and times; what it may replace is as with `move`.

        Raises:
            FileError: As `move`.
        """
        await operations.copy(self._runner, source, target, timeout)
