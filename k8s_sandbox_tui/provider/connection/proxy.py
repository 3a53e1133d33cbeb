"""Whether a request goes through a proxy: the kubeconfig's `proxy-url`, else the environment, read as Go reads it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping  # noqa: TC003 - a public signature
from urllib.parse import urlsplit

from k8s_sandbox_tui.provider.errors import InvalidKubeconfigError


def proxy_from_kubeconfig(url: str) -> str:
    """The cluster's `proxy-url`, checked.

    Raises:
        InvalidKubeconfigError: It is no http or https URL. Its text is not repeated: it may hold a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidKubeconfigError(
            f"proxy-url of the kubeconfig has the scheme {parts.scheme or 'none'!r}, which is not supported.",
            hint="Use an http:// or https:// proxy.",
        )
    return url


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name for a URL; None: directly.

    The rules are those of Go's golang.org/x/net/http/httpproxy, which kubectl follows: loopback always goes
    directly, `NO_PROXY` holds names (with their subdomains), `.suffix`es, addresses, CIDR ranges, each with an
    optional port, or `*`.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    names = ("HTTPS_PROXY", "https_proxy") if parts.scheme == "https" else ("HTTP_PROXY", "http_proxy")
    proxy = next((environ[name] for name in names if environ.get(name)), "")
    if not proxy or is_loopback(host):
        return None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    exceptions = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if any(_excepts(pattern.strip().lower(), host, port) for pattern in exceptions.split(",")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _excepts(pattern: str, host: str, port: int) -> bool:
    if not pattern:
        return False
    if pattern == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        pass
    name, colon, wanted = pattern.rpartition(":")
    if colon and wanted.isdecimal():
        if int(wanted) != port:
            return False
        pattern = name.strip("[]")
    if pattern == host:
        return True
    pattern = pattern.removeprefix("*")
    return host.endswith(pattern if pattern.startswith(".") else f".{pattern}")
