"""Every error that the provider raises.

SandboxError
 ├ InvalidArgumentError            a value refused before any request (also a ValueError)
 ├ ConfigError                     kubeconfig or credentials cannot be used
 │  ├ KubeconfigNotFoundError      no such file, or no configuration anywhere
 │  ├ InvalidKubeconfigError       it cannot be read as a kubeconfig
 │  ├ ContextNotFoundError         no such context, cluster or user in it
 │  └ CredentialPluginError        the exec plugin failed; carries its stderr
 ├ TransportError                  no answer from the API server; `sent` says if it may have got the request
 │  ├ CertificateError             TLS: wrong authority or wrong host
 │  └ NotUpgradedError             an answer, but no WebSocket or SPDY
 ├ ApiError                        the API server refused; `status`, `reason`
 │  ├ AuthenticationError          401
 │  ├ ForbiddenError               403; `verb`, `resource`, `namespace`
 │  ├ NotFoundError                404
 │  ├ ConflictError                409
 │  ├ InvalidObjectError           400 and 422
 │  └ RateLimitedError             429; `retry_after` seconds
 ├ NotManagedError                 the Pod is not a sandbox
 ├ SandboxGoneError                the sandbox ended or was replaced under the call
 ├ DestroyTimeoutError             deleted, but still there
 ├ ForwardError                    a port cannot be forwarded: no local port, or no way into the sandbox
 ├ CreateError                     the sandbox cannot start; `reason`, `events`
 │  └ CreateTimeoutError           not Running in time
 ├ FileError                       files; see `files/errors.py` for those below it
 ├ JobError                        jobs; see `jobs/errors.py` for those below it
 └ CommandError                    no exit code; carries `stdout` and `stderr` so far
    ├ CommandTimeoutError          killed after its timeout
    ├ CommandStartError            the executable is missing or may not run; `exit_code` 127 or 126
    └ ConnectionLostError          the connection ended before the command's status
"""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - evaluated by tools that resolve annotations


class SandboxError(Exception):
    """Base of all errors of the provider.

    `hint` is the next step for the user, or empty. `retryable` is true where the
    same call can succeed later without a change by the user.
    """

    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """The message, and the hint behind it."""
        if not self.hint:
            return self.message
        # What Kubernetes says has no full stop.
        stop = "" if self.message.endswith((".", "!", "?", ":")) else "."
        return f"{self.message}{stop} {self.hint}"


class InvalidArgumentError(SandboxError, ValueError):
    """An argument that is refused before any request is made."""


class ConfigError(SandboxError):
    """The kubeconfig or its credentials cannot be used."""


class KubeconfigNotFoundError(ConfigError):
    """No such kubeconfig file, or no configuration anywhere."""


class InvalidKubeconfigError(ConfigError):
    """The text is not a kubeconfig, or an entry in it is malformed."""


class ContextNotFoundError(ConfigError):
    """The kubeconfig has no such context, or the context names a missing cluster or user."""


class CredentialPluginError(ConfigError):
    """A credential plugin (`users[].user.exec`) failed; `stderr` is what it said."""

    def __init__(self, message: str, *, stderr: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.stderr = stderr


class TransportError(SandboxError):
    """The API server did not answer. `sent` is true where it may have got the request all the same."""

    retryable = True

    def __init__(self, message: str, *, sent: bool, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.sent = sent


class CertificateError(TransportError):
    """The server's certificate is not signed by the expected authority, or is for another host."""

    retryable = False


class NotUpgradedError(TransportError):
    """The API server, or a proxy on the way, answered a request for a WebSocket or SPDY as if it were a plain one."""

    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=True, hint="A proxy in between may pass on neither WebSockets nor SPDY.")


class ApiError(SandboxError):
    """The API server answered with a failure (Kubernetes `Status`)."""

    def __init__(self, message: str, *, status: int, reason: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.reason = reason
        self.retryable = status >= 500 or status == 429


class AuthenticationError(ApiError):
    """401: the credentials are missing, expired or wrong."""


class ForbiddenError(ApiError):
    """403: the identity lacks a right; `verb`, `resource` and `namespace` say which, where the server says it.

    `namespace` is empty at the scope of the cluster.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 403,
        reason: str = "Forbidden",
        hint: str = "",
        verb: str = "",
        resource: str = "",
        namespace: str = "",
    ) -> None:
        super().__init__(message, status=status, reason=reason, hint=hint)
        self.verb = verb
        self.resource = resource
        self.namespace = namespace


class NotFoundError(ApiError):
    """404: the object does not exist."""


class ConflictError(ApiError):
    """409: the name is taken, or the object changed."""


class InvalidObjectError(ApiError):
    """400 or 422: the API server refuses the object."""


class RateLimitedError(ApiError):
    """429: too many requests; `retry_after` is the server's advice in seconds."""

    def __init__(self, message: str, *, retry_after: float, reason: str = "", hint: str = "") -> None:
        super().__init__(message, status=429, reason=reason, hint=hint)
        self.retry_after = retry_after


class NotManagedError(SandboxError):
    """The Pod lacks the label `computesdk.io/managed=true` and is left alone."""


class SandboxGoneError(SandboxError):
    """The sandbox ended, was deleted, or was replaced by another Pod of its name."""


class DestroyTimeoutError(SandboxError):
    """The sandbox was deleted, but had not gone in the time that the call was to wait."""


class ForwardError(SandboxError):
    """A port cannot be forwarded: the local port cannot be had, or nothing carries connections into the sandbox."""


class CreateError(SandboxError):
    """The sandbox cannot start; it has been deleted again. `events` are the Pod's, oldest first."""

    def __init__(self, message: str, *, reason: str = "", events: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.events = tuple(events)


class CreateTimeoutError(CreateError):
    """The sandbox was not Running within its timeout; it has been deleted again."""


class CommandError(SandboxError):
    """A command that ended without an exit code of its own; carries the output so far."""

    def __init__(self, message: str, *, stdout: str = "", stderr: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.stdout = stdout
        self.stderr = stderr


class CommandTimeoutError(CommandError):
    """The command outlived its timeout; its processes were killed."""


class CommandStartError(CommandError):
    """The executable is missing (`exit_code` 127) or may not be run (126)."""

    def __init__(self, message: str, *, exit_code: int, stdout: str = "", stderr: str = "", hint: str = "") -> None:
        super().__init__(message, stdout=stdout, stderr=stderr, hint=hint)
        self.exit_code = exit_code


class ConnectionLostError(CommandError):
    """The connection ended before the command's status; whether it still runs is not known."""
