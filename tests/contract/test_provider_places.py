"""Several namespaces and all of them, on a server: listed, watched, and not shown where that is denied."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import ForbiddenError
from k8s_sandbox_tui.provider.freshness import Freshness
from tests.contract.cluster_client import own_cluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonValue
    from k8s_sandbox_tui.provider.inventory import Inventory

_RULES: JsonValue = [{"verbs": ["create", "get", "list", "watch", "delete"], "apiGroups": [""], "resources": ["pods"]}]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalClusterStatus]:
    member: JsonValue = {
        "token": "member",
        "user": {"name": "member", "groups": [], "grants": [{"namespace": "default", "rules": _RULES}]},
    }
    with own_cluster([member]) as status:
        yield status


@pytest.fixture
async def compute(cluster: LocalClusterStatus) -> AsyncIterator[Compute]:
    async with k8s(kube_config_path=str(cluster.kubeconfig), runtime="python") as opened:
        yield opened


class Shown:
    """What an inventory has told so far."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._ids: dict[str, str] = {}

    async def until(self, wanted: set[str], freshness: Freshness = Freshness.LIVE) -> None:
        """Reads updates until exactly these sandboxes are there, as fresh as that."""
        async with asyncio.timeout(60):
            async for update in self._inventory:
                self._ids.update({info.uid: info.id for info in update.upserted})
                for uid in update.removed:
                    self._ids.pop(uid, None)
                if set(self._ids.values()) == wanted and update.freshness is freshness:
                    return


async def test_all_namespaces_are_listed_and_watched(compute: Compute) -> None:
    assert {"default", "kube-system"} <= set(await compute.namespaces())
    made = [await compute.sandbox.create(namespace=name) for name in ("default", "kube-public", "kube-system")]
    ids = {sandbox.sandbox_id for sandbox in made}
    async with (
        compute.inventory(namespaces=()) as everywhere,
        compute.inventory(namespaces=("default", "kube-public")) as two,
    ):
        all_of_them, both = Shown(everywhere), Shown(two)
        await all_of_them.until(ids)
        await both.until({sandbox.sandbox_id for sandbox in made[:2]})
        late = await compute.sandbox.create(namespace="kube-public")
        await all_of_them.until(ids | {late.sandbox_id})
        await late.destroy()
        await all_of_them.until(ids)
    for sandbox in made:
        await sandbox.destroy()


async def test_a_role_is_enough_for_its_namespace_and_all_others_are_denied(cluster: LocalClusterStatus) -> None:
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    document["users"][0]["user"] = {"token": "member"}
    async with k8s(kube_config_raw=msgspec.json.encode(document).decode()) as member:
        with pytest.raises(ForbiddenError):
            await member.namespaces()
        mine = await member.sandbox.create()
        async with member.inventory(namespaces=("default",)) as own:
            await Shown(own).until({mine.sandbox_id})
        async with member.inventory(namespaces=()) as everywhere:
            await Shown(everywhere).until(set(), Freshness.DENIED)
