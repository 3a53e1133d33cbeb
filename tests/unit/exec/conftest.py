from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.exec.exec_server import ExecServer, LoopbackConnection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def server() -> AsyncIterator[ExecServer]:
    async with ExecServer() as running:
        yield running


@pytest.fixture
async def connection(server: ExecServer) -> AsyncIterator[LoopbackConnection]:
    async with LoopbackConnection(server) as opened:
        yield opened
