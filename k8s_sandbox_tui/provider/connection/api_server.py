"""Where the API server is and what every request to it brings along: URL, headers, certificates and proxy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import quote, urlencode, urlsplit

from multidict import CIMultiDict
from yarl import URL

from k8s_sandbox_tui.provider.connection.certificates import ClientCertificate, tls_context
from k8s_sandbox_tui.provider.connection.credentials import impersonation_headers
from k8s_sandbox_tui.provider.connection.kubeconfig_schema import is_true
from k8s_sandbox_tui.provider.connection.proxy import is_loopback, proxy_for, proxy_from_kubeconfig
from k8s_sandbox_tui.provider.errors import InvalidKubeconfigError

if TYPE_CHECKING:
    import ssl

    from k8s_sandbox_tui.provider.connection.credential import Credential
    from k8s_sandbox_tui.provider.connection.kubeconfig import ClusterTarget

Params = Sequence[tuple[str, str]]
"""A query, in this order; a name may repeat."""


class Addressed(TypedDict):
    """A request's way to the API server, as aiohttp's methods take it."""

    url: URL
    headers: CIMultiDict[str]
    ssl: ssl.SSLContext | bool
    server_hostname: str | None
    proxy: str | None


class ApiServer:
    """One API server, for one user."""

    def __init__(self, target: ClusterTarget) -> None:
        """Checks what can be checked without a request.

        Raises:
            ConfigError: The kubeconfig's cluster or user cannot be used.
        """
        self._cluster = target.cluster
        self.url = target.cluster.server.rstrip("/")
        parts = urlsplit(self.url)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise InvalidKubeconfigError(
                f"The server {self.url!r} of the kubeconfig is not an http or https URL.",
                hint="It looks like https://host:6443.",
            )
        self._secure = parts.scheme == "https"
        self._impersonation = impersonation_headers(target.user)
        if target.cluster.proxy_url:
            self._proxy: str | None = proxy_from_kubeconfig(target.cluster.proxy_url)
        else:
            self._proxy = proxy_for(self.url, os.environ)
        compress = not is_loopback(parts.hostname) and not is_true(target.cluster.disable_compression)
        self.encoding = "gzip" if compress else "identity"
        """What to accept: on this machine, to compress costs more than it saves."""
        self._tls: tuple[ClientCertificate | None, ssl.SSLContext] | None = None

    def address(
        self, credential: Credential, path: str, params: Params, headers: Sequence[tuple[str, str]] = ()
    ) -> Addressed:
        """A request's way.

        Args:
            credential: Who asks.
            path: The path below the server's URL, with its segments quoted.
            params: The query.
            headers: Those of this request alone.
        """
        query = urlencode(list(params), quote_via=quote)
        sent = CIMultiDict[str](headers)
        if credential.authorization:
            sent.add("Authorization", credential.authorization)
        for name, value in self._impersonation:
            sent.add(name, value)
        return {
            "url": URL(f"{self.url}{path}?{query}" if query else f"{self.url}{path}", encoded=True),
            "headers": sent,
            "ssl": self.tls(credential),
            "server_hostname": self._cluster.tls_server_name or None,
            "proxy": self._proxy,
        }

    def tls(self, credential: Credential) -> ssl.SSLContext | bool:
        """The TLS settings for this credential; made anew when its certificate has changed.

        Raises:
            InvalidKubeconfigError: The authority or the client certificate cannot be used.
        """
        if not self._secure:
            return True
        if self._tls is None or self._tls[0] != credential.certificate:
            self._tls = (credential.certificate, tls_context(self._cluster, credential.certificate))
        return self._tls[1]
