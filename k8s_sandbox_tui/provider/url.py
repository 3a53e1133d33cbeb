"""The URL of a port of a sandbox, from a template; ComputeSDK's `getUrl`."""

from __future__ import annotations

import re

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

NOT_CONFIGURED = "k8s-sandbox-url-not-configured.invalid"
_PLACEHOLDER = re.compile(r"\{(protocol|service|namespace|port)\}")
_SCHEME = re.compile(r"[A-Za-z][-A-Za-z0-9+.]*", re.ASCII)


def service_name(pod_name: str) -> str:
    """The Service that may stand in front of a sandbox; the provider never makes one."""
    return f"{pod_name}-svc"


def sandbox_url(template: str, *, namespace: str, name: str, port: int, protocol: str = "http") -> str:
    """Fills `{protocol}`, `{service}`, `{namespace}` and `{port}` in; other placeholders stay.

    Without a template the host ends in `.invalid`, so that the missing configuration is seen.

    Raises:
        InvalidArgumentError: The port is not from 1 to 65535, or the protocol is not a URL scheme.
    """
    check_port(port)
    protocol = protocol or "http"
    if not _SCHEME.fullmatch(protocol):
        raise InvalidArgumentError(f"{protocol!r} is not a protocol.", hint="It looks like http, https or wss.")
    if not template:
        return f"{protocol}://{NOT_CONFIGURED}:{port}"
    values = {"protocol": protocol, "service": service_name(name), "namespace": namespace, "port": str(port)}
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def check_port(port: object) -> int:
    """Returns the number when it is a port, else raises InvalidArgumentError."""
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise InvalidArgumentError(f"{port!r} is not a port.", hint="A port is a whole number from 1 to 65535.")
    return port
