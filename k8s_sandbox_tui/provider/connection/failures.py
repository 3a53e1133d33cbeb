"""From a refusal or a broken connection to the provider's errors: what happened, and what to do about it."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping  # noqa: TC003 - a public signature

import aiohttp
import msgspec

from k8s_sandbox_tui.provider.errors import (
    ApiError,
    AuthenticationError,
    CertificateError,
    ConflictError,
    ForbiddenError,
    InvalidObjectError,
    NotFoundError,
    NotUpgradedError,
    RateLimitedError,
    TransportError,
)

_FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)")?'
)
_MESSAGE_CHARACTERS = 2000
_SWITCHING_PROTOCOLS = 101
DEFAULT_RETRY_AFTER = 1.0


class _Details(msgspec.Struct, rename="camel"):
    kind: str | None = None
    name: str | None = None
    retry_after_seconds: float | None = None


class _Status(msgspec.Struct):
    kind: str = ""
    message: str | None = None
    reason: str | None = None
    details: _Details | None = None


_STATUS = msgspec.json.Decoder(_Status)


class Refusal(Exception):  # noqa: N818 - becomes one of the provider's errors before anybody sees it
    """An answer that is neither 2xx nor an upgrade, with its body."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.body = body


_BY_STATUS: dict[int, type[ApiError]] = {
    400: InvalidObjectError,
    401: AuthenticationError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidObjectError,
}
_TROUBLE_HINT = "Try again. If it stays so, ask how the API server is: kubectl get --raw '/readyz?verbose'."
_REDIRECT_HINT = "Check the server of the kubeconfig's cluster: it may be the address of a login page."


def api_error(refusal: Refusal, *, login: str = "") -> ApiError:
    """The error for an answer of the API server, or of something between us and it.

    Args:
        refusal: The answer.
        login: The next step where the credentials are not accepted.
    """
    status, said = refusal.status, _status_of(refusal)
    reason, hint = said.reason or "", ""
    message = said.message or f"The API server answered HTTP {status}."
    if status == 403:
        return _forbidden(message, reason)
    if status == 429:
        seconds = retry_after(refusal, said)
        return RateLimitedError(
            message, retry_after=seconds, reason=reason, hint=f"Try again in {max(seconds, 1):g} s."
        )
    if status == 401:
        message, hint = "The API server does not accept the credentials.", login
    elif status == 404 and said.details is not None and said.details.kind == "namespaces":
        hint = f"Create it (kubectl create namespace {said.details.name}), or choose another namespace."
    elif status >= 500:
        hint = _TROUBLE_HINT
    elif status < 400:
        message, hint = f"The API server answered HTTP {status}, a redirect, which is not followed.", _REDIRECT_HINT
    return _BY_STATUS.get(status, ApiError)(message, status=status, reason=reason, hint=hint)


def retry_after(refusal: Refusal, said: _Status | None = None) -> float:
    """The server's advice in seconds: its `Retry-After` header, else `details.retryAfterSeconds`, else 1."""
    header = refusal.headers.get("Retry-After", "")
    if header.isdecimal():
        return float(header)
    details = (said or _status_of(refusal)).details
    if details is not None and details.retry_after_seconds:
        return max(details.retry_after_seconds, 0.0)
    return DEFAULT_RETRY_AFTER


class _Broken(msgspec.Struct, frozen=True):
    """How one kind of failure is told; `{server}` and `{reason}` are filled in."""

    kind: type[BaseException]
    message: str
    sent: bool
    hint: str = ""


# The first that fits counts: special ones stand before general ones.
_BROKEN = (
    _Broken(
        aiohttp.ClientConnectorDNSError,
        "The host of {server} is not known.",
        sent=False,
        hint="Check the kubeconfig's server, and whether a VPN is needed.",
    ),
    _Broken(aiohttp.ClientHttpProxyError, "The proxy refuses to connect to {server}: {reason}.", sent=False),
    _Broken(
        aiohttp.ClientProxyConnectionError,
        "The proxy on the way to {server} cannot be reached: {reason}.",
        sent=False,
        hint="Check proxy-url of the kubeconfig, or HTTPS_PROXY.",
    ),
    _Broken(
        aiohttp.ClientConnectorSSLError,
        "No TLS connection to {server}: {reason}.",
        sent=False,
        hint="Check that the kubeconfig's server is the https address of an API server.",
    ),
    _Broken(
        aiohttp.ClientConnectorError,
        "{server} cannot be reached: {reason}.",
        sent=False,
        hint="Check that the cluster runs and that its address is reachable from here.",
    ),
    _Broken(
        aiohttp.ConnectionTimeoutError,
        "{server} cannot be reached: no connection in time.",
        sent=False,
        hint="Check that the cluster runs and that no firewall or missing VPN is in the way.",
    ),
    _Broken(TimeoutError, "{server} did not answer in time.", sent=True),
    _Broken(aiohttp.ServerDisconnectedError, "{server} closed the connection before it answered.", sent=True),
    _Broken(aiohttp.WSServerHandshakeError, "{server} did not agree to a WebSocket: {reason}.", sent=True),
    _Broken(BaseException, "The connection to {server} broke: {reason}.", sent=True),
)


def transport_error(error: BaseException, server: str) -> TransportError:
    """The error for a connection that could not be made or broke; `server` is the API server's URL."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _certificate_error(error.certificate_error, server)
    if isinstance(error, aiohttp.WSServerHandshakeError) and error.status != _SWITCHING_PROTOCOLS:
        return NotUpgradedError(f"{server} did not agree to a WebSocket: {_reason(error)}.")
    broken = next(entry for entry in _BROKEN if isinstance(error, entry.kind))
    message = broken.message.format(server=server, reason=_reason(error))
    return TransportError(message, sent=broken.sent, hint=broken.hint)


def _status_of(refusal: Refusal) -> _Status:
    """The Kubernetes Status of the body; a short plain text as its message; else nothing."""
    try:
        status = _STATUS.decode(refusal.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = refusal.body.decode("utf-8", "replace").strip()
        plain = refusal.headers.get("Content-Type", "").startswith("text/plain")
        return _Status(message=text[:_MESSAGE_CHARACTERS] if plain and text else None)
    return status if status.kind == "Status" else _Status()


def _forbidden(message: str, reason: str) -> ForbiddenError:
    match = _FORBIDDEN.search(message)
    if match is None:
        return ForbiddenError(message, status=403, reason=reason)
    verb, resource, namespace = match["verb"], match["resource"], match["namespace"] or ""
    if match["user"] == "system:anonymous":
        hint = "The API server saw no credentials: check the user of the kubeconfig's context."
    else:
        where = f"namespace {namespace}" if namespace else "the whole cluster"
        role = "Role" if namespace else "ClusterRole"
        hint = f"A {role} with the verb {verb!r} on {resource!r} in {where} grants it."
    return ForbiddenError(
        message, status=403, reason=reason, hint=hint, verb=verb, resource=resource, namespace=namespace
    )


def _certificate_error(error: BaseException, server: str) -> CertificateError:
    if isinstance(error, ssl.SSLCertVerificationError):
        # 62 and 64 are OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH.
        if error.verify_code in {62, 64}:
            return CertificateError(
                f"The certificate of {server} is for another host: {error.verify_message.rstrip('.')}.",
                sent=False,
                hint="Use the name on the certificate, or set tls-server-name in the kubeconfig.",
            )
        # 10 is X509_V_ERR_CERT_HAS_EXPIRED.
        if error.verify_code == 10:
            return CertificateError(
                f"The certificate of {server} has expired.", sent=False, hint="The cluster's operator has to renew it."
            )
        detail = error.verify_message
    else:
        detail = _reason(error)
    return CertificateError(
        f"The certificate of {server} is not signed by the authority that the kubeconfig expects: {detail}.",
        sent=False,
        hint="Check certificate-authority in the kubeconfig, and that this is the right server.",
    )


def _reason(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return _reason(error.os_error)
    if isinstance(error, aiohttp.ClientResponseError):
        return f"HTTP {error.status} {error.message}".rstrip()
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)  # asyncio and others put sentences of their own in its place
    return str(error).rstrip(".") or type(error).__name__
