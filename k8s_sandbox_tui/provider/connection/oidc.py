"""The `oidc` auth provider of a kubeconfig: an ID token, renewed with a refresh token.

OpenID Connect Core 1.0 section 12 for the renewal. The kubeconfig is not written back: an identity provider
that replaces refresh tokens then wants a new login in kubectl.
"""

from __future__ import annotations

import base64
import os
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp
import msgspec

from k8s_sandbox_tui.provider.connection.certificates import pem
from k8s_sandbox_tui.provider.connection.credential import Credential
from k8s_sandbox_tui.provider.connection.proxy import proxy_for
from k8s_sandbox_tui.provider.connection.renewal import Issued
from k8s_sandbox_tui.provider.connection.user_files import bearer
from k8s_sandbox_tui.provider.errors import ConfigError, InvalidKubeconfigError

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.connection.kubeconfig_schema import AuthProvider

TIMEOUT_SECONDS = 20.0
LOGIN_HINT = "Log in again with the tool that wrote the kubeconfig (for example kubectl oidc-login)."


class _Claims(msgspec.Struct):
    exp: float | None = None


class _Discovery(msgspec.Struct):
    token_endpoint: str


class _Tokens(msgspec.Struct):
    id_token: str | None = None
    refresh_token: str | None = None


class OidcIssuer:
    """Gives the kubeconfig's ID token while it lasts, then renews it."""

    def __init__(self, provider: AuthProvider) -> None:
        self._config = dict(provider.config)
        self._id_token = self._config.get("id-token", "")
        self._refresh_token = self._config.get("refresh-token", "")
        self._first = True

    async def issue(self) -> Issued:
        """The token of the kubeconfig the first time, if it is still good; else a new one.

        Raises:
            ConfigError: There is no refresh token, or the identity provider refuses or does not answer.
        """
        expires = expiry(self._id_token)
        if not (self._first and self._id_token and (expires is None or expires > datetime.now(UTC))):
            await self._refresh()
            expires = expiry(self._id_token)
        self._first = False
        return Issued(Credential(bearer(self._id_token)), expires)

    async def _refresh(self) -> None:
        issuer = self._config.get("idp-issuer-url", "").rstrip("/")
        if not self._refresh_token or not issuer:
            raise ConfigError("The OIDC token of the kubeconfig has expired and cannot be renewed.", hint=LOGIN_HINT)
        if not issuer.startswith("https://"):
            raise InvalidKubeconfigError("idp-issuer-url of the kubeconfig is not an https URL.")
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                tokens = await self._ask(session, issuer, self._authority())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConfigError(f"The identity provider {issuer} cannot be asked for a new token: {error}.") from error
        if not tokens.id_token:
            raise ConfigError(f"The identity provider {issuer} gave no new ID token.", hint=LOGIN_HINT)
        self._id_token = tokens.id_token
        self._refresh_token = tokens.refresh_token or self._refresh_token

    async def _ask(self, session: aiohttp.ClientSession, issuer: str, context: ssl.SSLContext) -> _Tokens:
        try:
            discovery = f"{issuer}/.well-known/openid-configuration"
            async with session.get(discovery, ssl=context, proxy=proxy_for(discovery, os.environ)) as answer:
                endpoint = msgspec.json.decode(await answer.read(), type=_Discovery).token_endpoint
            if not endpoint.startswith("https://"):
                raise ConfigError(f"The identity provider {issuer} names a token endpoint that is not https.")
            form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
            headers: dict[str, str] = {}
            client, secret = self._config.get("client-id", ""), self._config.get("client-secret", "")
            if secret:
                # RFC 6749 section 2.3.1: the way that every server has to support.
                pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
                headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
            else:
                form["client_id"] = client
            proxy = proxy_for(endpoint, os.environ)
            request = session.post(
                endpoint, data=form, headers=headers, ssl=context, proxy=proxy, allow_redirects=False
            )
            async with request as answer:
                if answer.status != 200:
                    raise ConfigError(
                        f"The identity provider {issuer} refuses to renew the token (HTTP {answer.status}).",
                        hint=LOGIN_HINT,
                    )
                return msgspec.json.decode(await answer.read(), type=_Tokens)
        except msgspec.DecodeError:
            raise ConfigError(f"The identity provider {issuer} did not answer as OpenID Connect says.") from None

    def _authority(self) -> ssl.SSLContext:
        authority = pem(
            "idp-certificate-authority",
            self._config.get("idp-certificate-authority-data", ""),
            self._config.get("idp-certificate-authority", ""),
        )
        try:
            return ssl.create_default_context(cadata=authority.decode("ascii") if authority else None)
        except (ssl.SSLError, ValueError):
            raise InvalidKubeconfigError("idp-certificate-authority is not a PEM certificate.") from None


def expiry(token: str) -> datetime | None:
    """When a JSON Web Token ends; None when it does not say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)), type=_Claims)
    except (ValueError, msgspec.DecodeError):
        return None
    if claims.exp is None:
        return None
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=claims.exp)
    except OverflowError:
        return None
