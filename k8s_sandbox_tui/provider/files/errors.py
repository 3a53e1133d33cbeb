"""What can go wrong with files in a sandbox, and with the local ones in a transfer.

FileError                        below SandboxError; `path`
 ├ FileMissingError              nothing is there
 ├ FileIsDirectoryError          a directory where a file is needed
 ├ FileNotDirectoryError         no directory where one is needed
 ├ FilePermissionError           not allowed, or the file system is read-only
 ├ FileExistsAlreadyError        something is in the way
 ├ FileNoSpaceError              the file system or the quota is full
 ├ FileTooLargeError             larger than a limit
 ├ FileTransferError             it did not arrive whole, or changed under way
 ├ FileTimeoutError              it took longer than its timeout, or stood still
 ├ UnsafeArchiveError            the sandbox sent what would land outside of the target
 └ LocalFileError                a file on this machine
"""

from __future__ import annotations

from k8s_sandbox_tui.provider.errors import SandboxError


class FileError(SandboxError):
    """Something about a file; `path` is the one that was asked for."""

    def __init__(self, message: str, *, path: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class FileMissingError(FileError):
    """There is nothing at this path, or a directory on the way to it is missing."""


class FileIsDirectoryError(FileError):
    """There is a directory where a file is needed."""


class FileNotDirectoryError(FileError):
    """There is something else where a directory is needed, at the path or on the way to it."""


class FilePermissionError(FileError):
    """The user of the sandbox's commands may not do that there, or the file system is read-only."""


class FileExistsAlreadyError(FileError):
    """Something is there that would have to go first."""


class FileNoSpaceError(FileError):
    """The file system, or the user's share of it, is full."""


class FileTooLargeError(FileError):
    """It is larger than the limit of the call, of the process or of the file system."""


class FileTransferError(FileError):
    """The content did not arrive whole, or changed while it was on the way. Nothing was replaced by it."""

    retryable = True


class FileTimeoutError(FileError):
    """It took longer than its timeout, or nothing moved for too long."""


class UnsafeArchiveError(FileError):
    """The sandbox sent something that would land outside of the target, or more than was agreed to. It was refused."""


class LocalFileError(FileError):
    """A file on this machine cannot be read or written; the cause is the `OSError`."""
