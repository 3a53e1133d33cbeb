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
    NODE_UNREACHABLE = "node unreachable"
    """The API server does not reach the kubelet of its node, or is not let in by it: nothing has begun."""
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
    # First: it may repeat the whole command.
    (
        StatusKind.NODE_UNREACHABLE,
        None,
        (
            "error dialing backend",
            "error sending request: post ",
            "no agent available",
            "unable to upgrade connection: unauthorized",
            "unable to upgrade connection: forbidden",
            "unable to upgrade connection: 404 page not found",
        ),
    ),
    (
        StatusKind.CONTAINER_GONE,
        None,
        (
            "container not found",
            "pod does not exist",
            "is not running",
            "not created or running",
            "container is in container_",
            "stopped container",
            "in a stopped state",
            "in a deleted state",
            "no running task",
            "error adding pid",
        ),
    ),
    (StatusKind.NOT_STARTED, 126, ("chdir to cwd",)),
    (StatusKind.NOT_STARTED, 127, ("executable file", "no such file or directory")),
    (
        StatusKind.NOT_STARTED,
        126,
        ("permission denied", "exec format error", "is a directory", "argument list too long"),
    ),
)
"""Parts of the messages of the API server, the kubelet and the runtimes (containerd, CRI-O; runc, crun); nothing else
tells these cases apart. The first that fits counts."""

_WRAPPED: Final = re.compile(
    r"internal error occurred: |error executing command in container: |failed to exec in container: "
    r'|failed to (?:start|create) exec "[^"]*": |OCI runtime exec failed: |exec failed: '
    r"|unable to start container process: |rpc error: code = \w+ desc = |command error: "
    r'|error sending request: Post "[^"]*": |Get "[^"]*/containerLogs/[^"]*": |error dialing backend: ',
    re.IGNORECASE,
)
"""What each layer puts before the words of the one below; one of them has the URL with the command in it."""


def bare_words(message: str) -> str:
    """What the innermost layer says, without what the others have put before it and behind it."""
    end = 0
    while (match := _WRAPPED.match(message, end)) is not None:
        end = match.end()
    return message[end:].removesuffix(": unknown") or message


def kind_of(message: str) -> tuple[StatusKind, int | None]:
    """What a failure without an exit code of the command's own is, and the exit code that shells have for it."""
    lower = message.lower()
    return next(
        ((kind, code) for kind, code, parts in _WORDINGS if any(part in lower for part in parts)),
        (StatusKind.FAILED, None),
    )


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
    kind, code = kind_of(message)
    return CommandStatus(kind, code, message)


def _exit_code(status: _Status) -> int | None:
    """The cause with reason `ExitCode`, wherever it stands; 0 in a failure is no exit code."""
    causes = status.details.causes if status.details else None
    for cause in causes or ():
        if cause.reason == "ExitCode" and _NUMBER.fullmatch(cause.message):
            return int(cause.message) or None
    return None
