"""From the exit code of a script of ours to a typed error.

The scripts find out by tests (`[ -d … ]`) what they can. What only a failed system call tells (a full disk) is read
from the tool's message, which is in English: scripts set `LC_ALL=C`, and the libraries of both default images word it
so.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from k8s_sandbox_tui.provider.files.errors import (
    FileError,
    FileExistsAlreadyError,
    FileIsDirectoryError,
    FileMissingError,
    FileNoSpaceError,
    FileNotDirectoryError,
    FilePermissionError,
    FileTooLargeError,
    FileTransferError,
)
from k8s_sandbox_tui.provider.files.paths import shown

MISSING: Final = 71
IS_DIRECTORY: Final = 72
NOT_DIRECTORY: Final = 73
PERMISSION: Final = 74
EXISTS: Final = 76
TOO_LARGE: Final = 77
INCOMPLETE: Final = 78
FAILED: Final = 79
"""Exit codes of our scripts. `FAILED` and `INCOMPLETE` leave the reason to the message, where there is one."""

_SIGNALLED_FOR_SIZE: Final = 128 + 25  # SIGXFSZ, which a writer beyond `ulimit -f` dies of


class _Fault(NamedTuple):
    kind: type[FileError]
    message: str
    hint: str = ""


_MISSING: Final = _Fault(
    FileMissingError, "There is no {path} in the sandbox.", "Make the directories on the way with mkdir first."
)
_NO_ENTRY: Final = _Fault(FileMissingError, "There is no {path} in the sandbox.")
_IS_DIRECTORY: Final = _Fault(FileIsDirectoryError, "{path} is a directory.", "Give the path of a file.")
_NOT_DIRECTORY: Final = _Fault(
    FileNotDirectoryError, "{path} is not a directory, or runs through something that is not one."
)
_PERMISSION: Final = _Fault(
    FilePermissionError, "{path}: permission denied.", "Commands run as the image's user, or as runAsUser says."
)
_READ_ONLY: Final = _Fault(
    FilePermissionError, "{path} is on a read-only file system.", "Write to a volume, or to /tmp."
)
_EXISTS: Final = _Fault(FileExistsAlreadyError, "{path} exists already.", "Remove it first, or choose another name.")
_NO_SPACE: Final = _Fault(
    FileNoSpaceError, "No space is left for {path}.", "Remove something there, or give the sandbox a larger volume."
)
_TOO_LARGE: Final = _Fault(
    FileTooLargeError,
    "{path} is larger than what is to be kept in memory.",
    "Read it in pieces with read_stream, bring it here with download, or allow more with max_bytes.",
)
_TOO_LARGE_TO_WRITE: Final = _Fault(
    FileTooLargeError, "{path} would be larger than a file may be there.", "The file system or ulimit -f has the limit."
)
_INCOMPLETE: Final = _Fault(
    FileTransferError, "The content of {path} did not arrive whole.", "What was there before is kept; try again."
)

_BY_CODE: Final = {
    MISSING: _NO_ENTRY,
    IS_DIRECTORY: _IS_DIRECTORY,
    NOT_DIRECTORY: _NOT_DIRECTORY,
    PERMISSION: _PERMISSION,
    EXISTS: _EXISTS,
    TOO_LARGE: _TOO_LARGE,
    _SIGNALLED_FOR_SIZE: _TOO_LARGE_TO_WRITE,
}

_BY_WORDS: Final = (
    ("No space left on device", _NO_SPACE),
    ("quota exceeded", _NO_SPACE),
    ("Quota exceeded", _NO_SPACE),
    ("File too large", _TOO_LARGE_TO_WRITE),
    ("File size limit exceeded", _TOO_LARGE_TO_WRITE),
    ("Read-only file system", _READ_ONLY),
    ("Permission denied", _PERMISSION),
    ("Operation not permitted", _PERMISSION),
    ("Is a directory", _IS_DIRECTORY),
    ("Not a directory", _NOT_DIRECTORY),
    ("File exists", _EXISTS),
    ("Directory not empty", _EXISTS),
    ("Directory nonexistent", _MISSING),
    ("No such file or directory", _MISSING),
    ("File name too long", _Fault(FileError, "{path} is longer than a name may be there.")),
    ("symbolic link", _Fault(FileError, "{path} runs through symbolic links that lead nowhere but to each other.")),
    ("evice or resource busy", _Fault(FileError, "{path} is in use, for example as a mount.")),
)
"""Parts of what glibc, musl and dash say for an errno, the more telling first."""

_SHUT: Final = re.compile(
    r"(?:^|[ '])(?P<name>[./][^:']*)'?(?: for reading)?: (?:[^:]*: )?Permission denied", re.MULTILINE
)
"""What the tools of GNU and busybox say of an entry that they may not read or remove."""


def fault_error(exit_code: int, stderr: str, path: str, *, parents: bool = False, source: str = "") -> FileError:
    """The error for a script that ended with this exit code.

    Args:
        exit_code: Not 0.
        stderr: What it said.
        path: What it was about.
        parents: Whether the directories on the way could be what is missing.
        source: What it was about too. An entry in one of the two that may not be read is named itself.
    """
    fault = _BY_CODE.get(exit_code)
    if fault is None:
        fault = next((fault for words, fault in _BY_WORDS if words in stderr), None)
        if fault is _PERMISSION:
            path = _shut_in(stderr, path, source) or path
    elif fault is _PERMISSION and "Read-only file system" in stderr:
        fault = _READ_ONLY
    if fault is None:
        fault = _INCOMPLETE if exit_code == INCOMPLETE else _unknown(exit_code, stderr)
    elif fault is _NO_ENTRY and parents:
        fault = _MISSING
    return fault.kind(fault.message.replace("{path}", shown(path)), path=path, hint=fault.hint)


def _shut_in(stderr: str, *roots: str) -> str:
    """The entry in one of the directories that was complained of; scripts that are in one name it from there."""
    for found in _SHUT.finditer(stderr):
        name = found["name"].replace("//", "/").rstrip("/")
        if any(root and name.startswith(f"{root.rstrip('/')}/") for root in roots):
            return name
        if name.startswith("./"):
            return f"{roots[0].rstrip('/')}{name[1:]}"
    return ""


def _unknown(exit_code: int, stderr: str) -> _Fault:
    said = (stderr.strip().splitlines() or [""])[-1][:300]
    if exit_code == 127:
        return _Fault(FileError, f"{{path}}: the image lacks a tool: {said}", "The image needs sh and coreutils.")
    return _Fault(FileError, f"{{path}}: the sandbox could not do it: {said or f'exit code {exit_code}'}")
