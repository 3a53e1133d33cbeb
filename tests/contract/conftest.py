"""A client for the session's local cluster, and a namespace of each test's own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.contract.cluster_client import ApiClient, api_client

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus


@pytest.fixture
async def client(local_cluster: LocalClusterStatus) -> AsyncGenerator[ApiClient]:
    """The owner's client."""
    async with api_client(local_cluster.kubeconfig) as opened:
        yield opened


@pytest.fixture
async def namespace(client: ApiClient) -> AsyncGenerator[str]:
    """An empty namespace; what is in it ends with the test."""
    name = f"test-{secrets.token_hex(4)}"
    await client.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    yield name
    await client.request("DELETE", f"/api/v1/namespaces/{name}/pods?gracePeriodSeconds=0")
    await client.request("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture
def pods(namespace: str) -> str:
    """The path of the Pods of that namespace."""
    return f"/api/v1/namespaces/{namespace}/pods"
