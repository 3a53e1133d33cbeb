from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.forward.forward_cluster import ForwardCluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def cluster() -> AsyncIterator[ForwardCluster]:
    async with ForwardCluster() as running:
        yield running
