"""Whether a watch can go on from the version that it had, after something has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import ApiError, AuthenticationError, SandboxError, TransportError
from k8s_sandbox_tui.provider.pods import pod_pages

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.connection.connection import Connection


def is_resumable(error: SandboxError) -> bool:
    """Whether it can after this error: the connection failed, not the request."""
    if isinstance(error, ApiError):
        return isinstance(error, AuthenticationError) or error.status == 429
    return isinstance(error, TransportError)


async def known_version(connection: Connection, namespace: str, label_selector: str, version: str) -> str:
    """The version, where the server that has come back has got as far; else empty.

    One whose etcd was restored from a copy counts on from there. A watch from a version that it has yet to reach brings
    nothing and fails with nothing, so what the list says is asked for with one Pod.

    Raises:
        SandboxError: The server does not tell.
    """
    pages = pod_pages(connection, namespace, label_selector=label_selector, page_size=1)
    page = await anext(pages)
    await pages.aclose()
    return "" if is_before(page.metadata.resource_version, version) else version


def is_before(version: str, other: str) -> bool:
    """Whether a version is an earlier one; False where they are no numbers (kubernetes.io, KEP-5504: they are)."""
    return version.isdecimal() and other.isdecimal() and int(version) < int(other)
