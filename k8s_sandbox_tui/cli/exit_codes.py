"""Which exit code an error ends a command with. The numbers are part of the interface; `--help` lists them."""

from __future__ import annotations

from k8s_sandbox_tui.provider.errors import (
    AuthenticationError,
    CommandStartError,
    CommandTimeoutError,
    ConfigError,
    ForbiddenError,
    InvalidArgumentError,
    NotFoundError,
    NotManagedError,
    SandboxError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.files.errors import FileTimeoutError
from k8s_sandbox_tui.provider.jobs.errors import JobNotFoundError, JobTimeoutError

OK = 0
FAILED = 1
USAGE = 2
NO_SUCH_SANDBOX = 3
NOT_ALLOWED = 4
TIMED_OUT = 124  # as timeout(1)
CANNOT_RUN = 126  # as POSIX shells
NO_SUCH_PROGRAM = 127  # as POSIX shells
SIGNAL = 128  # plus the signal's number, as shells report it
INTERRUPTED = 130  # SIGINT
READER_GONE = 141  # as if ended by SIGPIPE


def of(error: SandboxError) -> int:
    """Returns the exit code for an error of the provider."""
    if isinstance(error, CommandStartError):
        return error.exit_code
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    return FAILED


_CODES: tuple[tuple[tuple[type[SandboxError], ...], int], ...] = (
    ((CommandTimeoutError, FileTimeoutError, JobTimeoutError), TIMED_OUT),
    ((InvalidArgumentError, ConfigError), USAGE),
    ((NotFoundError, NotManagedError, SandboxGoneError, JobNotFoundError), NO_SUCH_SANDBOX),
    ((AuthenticationError, ForbiddenError), NOT_ALLOWED),
)
