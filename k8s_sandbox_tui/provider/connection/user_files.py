"""Credentials that stand in the kubeconfig or in files that it names."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable  # noqa: TC003 - a public signature
from pathlib import Path

from k8s_sandbox_tui.provider.connection.certificates import client_certificate
from k8s_sandbox_tui.provider.connection.credential import Credential
from k8s_sandbox_tui.provider.connection.kubeconfig_schema import User  # noqa: TC001 - a public signature
from k8s_sandbox_tui.provider.errors import InvalidKubeconfigError

REREAD_SECONDS = 60.0
"""How long what a file said is trusted; client-go's figure for token files."""


class UserFileCredentials:
    """The user's token, password and certificate; files are read again every minute and after a 401."""

    def __init__(self, user: User, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._user = user
        self._clock = clock
        self._rotates = bool(user.token_file or user.client_certificate or user.client_key)
        self._current = read_user(user)
        self._read_at = clock()

    async def get(self) -> Credential:
        """The credential, at most a minute old."""
        if self._rotates and self._clock() - self._read_at >= REREAD_SECONDS:
            self._read()
        return self._current

    async def renew(self, rejected: Credential) -> Credential | None:
        """What the files say now, when that differs from what was rejected."""
        if self._rotates and self._current == rejected:
            self._read()
        return self._current if self._current != rejected else None

    async def aclose(self) -> None:
        """Nothing runs for files."""

    def _read(self) -> None:
        self._current = read_user(self._user)
        self._read_at = self._clock()


def read_user(user: User) -> Credential:
    """The credential that the user entry and its files give now.

    A token file goes before a token and both before a password, as in client-go.

    Raises:
        InvalidKubeconfigError: A file cannot be read, or a value cannot be sent.
    """
    return Credential(authorization=_authorization(user), certificate=client_certificate(user))


def bearer(token: str) -> str:
    """The header for a token.

    Raises:
        InvalidKubeconfigError: It has characters that no header may have.
    """
    if not token.isascii() or not token.isprintable():
        raise InvalidKubeconfigError("The token has characters that an HTTP header cannot carry.")
    return f"Bearer {token}"


def _authorization(user: User) -> str:
    if user.token_file:
        try:
            token = Path(user.token_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise InvalidKubeconfigError(f"tokenFile {user.token_file} cannot be read: {reason}.") from error
        if not token:
            raise InvalidKubeconfigError(f"tokenFile {user.token_file} is empty.")
        return bearer(token)
    if user.token:
        return bearer(user.token)
    if user.username:
        pair = f"{user.username}:{user.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"
    return ""
