"""The names of a cluster's namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.errors import TransportError
from k8s_sandbox_tui.provider.paths import NAMESPACES_PATH
from k8s_sandbox_tui.provider.pods import PAGE_SIZE
from k8s_sandbox_tui.provider.wire import ListMetadata

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.connection.connection import Connection

_ACCEPT = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json"
"""Their metadata is enough; an API server that does not know the form sends them whole."""


class _Metadata(msgspec.Struct):
    name: str = ""


class _Namespace(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _NamespaceList(msgspec.Struct):
    metadata: ListMetadata = msgspec.field(default_factory=ListMetadata)
    items: list[_Namespace] | None = None


_DECODER = msgspec.json.Decoder(_NamespaceList)


async def list_namespaces(connection: Connection) -> tuple[str, ...]:
    """All namespaces by name, sorted.

    Raises:
        ForbiddenError: They may not be listed, as with every Role: it takes a ClusterRole.
        TransportError: No answer, or one that is no list of namespaces.
    """
    names: set[str] = set()
    resume = ""
    while True:
        params = [("limit", str(PAGE_SIZE)), *([("continue", resume)] if resume else [])]
        body = await connection.request("GET", NAMESPACES_PATH, params=params, accept=_ACCEPT)
        try:
            page = _DECODER.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TransportError("The API server's list of namespaces cannot be read.", sent=True) from error
        names.update(namespace.metadata.name for namespace in page.items or ())
        resume = page.metadata.continue_ or ""
        if not resume:
            return tuple(sorted(names - {""}))
