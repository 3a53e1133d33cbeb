"""Which exit code an error ends a command with. The numbers are part of the interface; `--help` lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.errors import SandboxError

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
    from k8s_sandbox_tui.provider import errors
    from k8s_sandbox_tui.provider.files.errors import FileTimeoutError
    from k8s_sandbox_tui.provider.jobs.errors import JobNotFoundError, JobTimeoutError

    match error:
        case errors.CommandStartError():
            return error.exit_code
        case errors.CommandTimeoutError() | FileTimeoutError() | JobTimeoutError():
            return TIMED_OUT
        case errors.InvalidArgumentError() | errors.ConfigError():
            return USAGE
        case errors.NotFoundError() | errors.NotManagedError() | errors.SandboxGoneError() | JobNotFoundError():
            return NO_SUCH_SANDBOX
        case errors.AuthenticationError() | errors.ForbiddenError():
            return NOT_ALLOWED
        case _:
            return FAILED
