"""What one request proves its identity with, and the shape of the places that it comes from."""

from __future__ import annotations

from typing import Protocol

import msgspec

from k8s_sandbox_tui.provider.connection.certificates import ClientCertificate


class Credential(msgspec.Struct, frozen=True):
    """The `Authorization` header and the client certificate of a request; both may be missing."""

    authorization: str = ""
    certificate: ClientCertificate | None = None

    def __repr__(self) -> str:
        """Without its secrets."""
        return "Credential(…)"


ANONYMOUS = Credential()


class CredentialSource(Protocol):
    """Where credentials come from."""

    async def get(self) -> Credential:
        """The credential to use now; fetched or renewed first when it has expired.

        Raises:
            ConfigError: None can be had.
        """
        ...

    async def renew(self, rejected: Credential) -> Credential | None:
        """After a 401: another credential than the rejected one; None when there is no other to be had."""
        ...

    async def aclose(self) -> None:
        """Ends whatever still runs for it."""
        ...
