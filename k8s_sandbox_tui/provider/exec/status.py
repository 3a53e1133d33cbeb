"""What the status at the end of a command says: the exit code, or why there is none."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class StatusKind(StrEnum):
    """What became of the command."""

    EXITED = "exited"
    """It ran and ended; the exit code is its own (128+n for signal n)."""
    NOT_STARTED = "not started"
    """Its executable is missing (exit code 127) or may not be run (126)."""
    CONTAINER_GONE = "container gone"
    """The container had ended, or does not run."""
    FAILED = "failed"
    """Anything else: the runtime's own words are in the message."""


class CommandStatus(NamedTuple):
    """The parsed status; `exit_code` is None where there is none, never 0 by default."""

    kind: StatusKind
    exit_code: int | None
    message: str


class _Cause(msgspec.Struct):
    reason: str = ""
    message: str = ""


class _Details(msgspec.Struct):
    causes: list[_Cause] | None = None


class _Status(msgspec.Struct):
    status: str = ""
    message: str = ""
    reason: str = ""
    details: _Details | None = None


_decoder: Final = msgspec.json.Decoder(_Status)

_WORDINGS: Final = (
    (
        StatusKind.CONTAINER_GONE,
        None,
        ("container not found", "is not running", "stopped container", "no running task"),
    ),
    (StatusKind.NOT_STARTED, 127, ("executable file not found", "no such file or directory")),
    (
        StatusKind.NOT_STARTED,
        126,
        ("permission denied", "exec format error", "is a directory", "argument list too long"),
    ),
)
"""Parts of the runtimes' (containerd, CRI-O; runc, crun) messages; nothing else tells these cases apart."""


def parse_status(text: bytes) -> CommandStatus:
    """Reads the `Status` object that ends a command (Kubernetes' `metav1.Status`, reason `NonZeroExitCode`)."""
    try:
        status = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        shown = text[:200].decode(errors="replace")
        return CommandStatus(StatusKind.FAILED, None, f"the status at the end of the command cannot be read: {shown}")
    if status.status == "Success":
        return CommandStatus(StatusKind.EXITED, 0, "")
    exit_code = _exit_code(status)
    if exit_code is not None:
        return CommandStatus(StatusKind.EXITED, exit_code, status.message)
    message = status.message or status.reason or "the command failed without a reason"
    lower = message.lower()
    for kind, code, parts in _WORDINGS:
        if any(part in lower for part in parts):
            return CommandStatus(kind, code, message)
    return CommandStatus(StatusKind.FAILED, None, message)


def _exit_code(status: _Status) -> int | None:
    """The cause with reason `ExitCode`, wherever it stands; 0 in a failure is no exit code."""
    causes = status.details.causes if status.details else None
    for cause in causes or ():
        if cause.reason == "ExitCode" and _NUMBER.fullmatch(cause.message):
            return int(cause.message) or None
    return None
