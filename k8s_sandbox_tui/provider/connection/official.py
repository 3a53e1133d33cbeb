"""A ready configuration of the official Python client in the place of a kubeconfig.

For programs that load their clusters with `kubernetes.config` already. Both the synchronous client's class and that
of `kubernetes.aio` fit; neither is imported here.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import ssl
from functools import partial
from typing import TYPE_CHECKING, Protocol

from k8s_sandbox_tui.provider.connection.certificates import client_certificate
from k8s_sandbox_tui.provider.connection.credential import Credential
from k8s_sandbox_tui.provider.connection.kubeconfig import ClusterTarget
from k8s_sandbox_tui.provider.connection.kubeconfig_schema import Cluster, User
from k8s_sandbox_tui.provider.connection.proxy import proxy_for
from k8s_sandbox_tui.provider.daemon_thread import in_daemon_thread
from k8s_sandbox_tui.provider.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = "configuration"
_TOKEN_KEYS = ("BearerToken", "authorization")


class OfficialConfiguration(Protocol):
    """What is used of `kubernetes.client.Configuration` and `kubernetes.aio.client.Configuration`."""

    @property
    def host(self) -> str:
        """The API server's URL."""
        ...

    api_key: dict[str, str]
    api_key_prefix: dict[str, str]
    verify_ssl: bool


def target_of(configuration: OfficialConfiguration) -> ClusterTarget:
    """The cluster of a configuration; its user's credentials are asked for with each request.

    Raises:
        ConfigError: It has a setting that cannot be followed.
    """
    if _value(configuration, "assert_hostname") not in {None, True}:
        raise ConfigError(
            "The configuration sets assert_hostname, which is not supported.",
            hint="Set tls_server_name to the name on the server's certificate.",
        )
    if _value(configuration, "proxy_headers"):
        raise ConfigError(
            "The configuration sets proxy_headers, which is not supported.",
            hint="Put the proxy's user and password into its URL.",
        )
    verified = configuration.verify_ssl
    cluster = Cluster(
        server=configuration.host,
        certificate_authority=_setting(configuration, "ssl_ca_cert") if verified else "",
        certificate_authority_data=_authority_data(configuration) if verified else "",
        insecure_skip_tls_verify="" if verified else "true",
        tls_server_name=_setting(configuration, "tls_server_name"),
        proxy_url=_proxy(configuration),
    )
    return ClusterTarget(context="", user_name="", namespace="", cluster=cluster, user=User(), source=SOURCE)


class ConfiguredCredentials:
    """The token, password and certificate of a configuration, whose hook is called before each use.

    So the official client does it. A hook that is no coroutine may block, as it runs a program or asks an identity
    provider; it runs in a thread that nobody waits for at exit.
    """

    def __init__(self, configuration: OfficialConfiguration) -> None:
        self._configuration = configuration
        self._secure = configuration.host.startswith("https://")
        self._lock = asyncio.Lock()

    async def get(self) -> Credential:
        """The credential to use now.

        Raises:
            ConfigError: The hook failed, or a file cannot be read.
        """
        hook = _value(self._configuration, "refresh_api_key_hook")
        if callable(hook):
            async with self._lock:
                await self._refresh(hook)
        if not self._secure:
            return Credential()
        return Credential(authorization=self._authorization(), certificate=client_certificate(self._files()))

    async def renew(self, rejected: Credential) -> Credential | None:
        """What the configuration has now, when that differs from what was rejected."""
        current = await self.get()
        return current if current != rejected else None

    async def aclose(self) -> None:
        """Nothing runs for it."""

    async def _refresh(self, hook: Callable[[OfficialConfiguration], object]) -> None:
        """Calls the hook; what it raises goes to the caller, whose hook it is."""
        if inspect.iscoroutinefunction(hook):
            await hook(self._configuration)
            return
        pending = await in_daemon_thread(partial(hook, self._configuration), name="refresh_api_key_hook")
        if inspect.isawaitable(pending):
            await pending

    def _authorization(self) -> str:
        configuration = self._configuration
        for name in _TOKEN_KEYS:
            key = configuration.api_key.get(name)
            if key:
                prefixes = configuration.api_key_prefix
                prefix = next((prefixes[one] for one in _TOKEN_KEYS if prefixes.get(one)), "")
                header = f"{prefix} {key}" if prefix else key
                if not header.isascii() or not header.isprintable():
                    raise ConfigError("The token of the configuration has characters that an HTTP header cannot carry.")
                return header
        username = _setting(configuration, "username")
        if username:
            pair = f"{username}:{_setting(configuration, 'password')}".encode()
            return f"Basic {base64.b64encode(pair).decode()}"
        return ""

    def _files(self) -> User:
        return User(
            client_certificate=_setting(self._configuration, "cert_file"),
            client_key=_setting(self._configuration, "key_file"),
        )


def _value(configuration: OfficialConfiguration, name: str) -> object:
    """A setting that not every version of the client has."""
    return getattr(configuration, name, None)


def _setting(configuration: OfficialConfiguration, name: str) -> str:
    """The same as text; empty where it is not set."""
    value = _value(configuration, name)
    return "" if value is None else str(value)


def _authority_data(configuration: OfficialConfiguration) -> str:
    """The authority that is given as text or bytes, in the kubeconfig's form."""
    data = _value(configuration, "ca_cert_data")
    if isinstance(data, str):
        return base64.b64encode(data.encode()).decode()
    if isinstance(data, bytes):
        pem = data if data.lstrip().startswith(b"-----") else ssl.DER_cert_to_PEM_cert(data).encode()
        return base64.b64encode(pem).decode()
    return ""


def _proxy(configuration: OfficialConfiguration) -> str:
    proxy, exceptions = _setting(configuration, "proxy"), _setting(configuration, "no_proxy")
    if not proxy or not exceptions:
        return proxy
    environ = {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "NO_PROXY": exceptions}
    return proxy_for(configuration.host, environ) or ""
