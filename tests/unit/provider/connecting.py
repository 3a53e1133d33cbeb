"""Connections of the provider to a server of a test."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.connection.connection import Connection
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


@asynccontextmanager
async def connected(kubeconfig: str, **cluster: object) -> AsyncGenerator[Connection]:
    """A connection by a kubeconfig with some of its cluster's fields changed."""
    document = msgspec.json.decode(kubeconfig)
    document["clusters"][0]["cluster"].update(cluster)
    opened = Connection(load_target(raw=msgspec.json.encode(document).decode(), environ={}))
    try:
        yield opened
    finally:
        await opened.aclose()
