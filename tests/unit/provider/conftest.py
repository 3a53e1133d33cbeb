"""An API server over loopback, and the provider over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.connection.connection import Connection
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target
from tests.unit.provider.api_server import ApiServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with ApiServer() as running:
        yield running


@pytest.fixture
async def connection(server: ApiServer) -> AsyncIterator[Connection]:
    opened = Connection(load_target(raw=server.kubeconfig(), environ={}))
    yield opened
    await opened.aclose()
