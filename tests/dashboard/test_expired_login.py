"""A login that ends while one looks: the dashboard over the provider, and an API server that takes another token."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.dashboard.looks import UNICODE
from k8s_sandbox_tui.provider import feed
from k8s_sandbox_tui.provider.compute import k8s
from k8s_sandbox_tui.provider.opened import OpenedCluster
from tests.dashboard.scripted import Dashboard, FixedClock, ScriptedCluster
from tests.unit.provider.api_server import ApiServer, Watch, refusal
from tests.unit.provider.cluster import PODS, REFUSALS, pod, pod_list

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from aiohttp import web

    from k8s_sandbox_tui.provider.opened import ClusterWish

BEFORE, AFTER = "sha256~before", "sha256~after"
"""Tokens as OpenShift has them: `oc login` writes another one into the kubeconfig."""


async def test_rows_stay_the_command_is_named_and_a_new_login_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "FIRST_BACKOFF", 0.02)
    monkeypatch.setattr(feed, "LONGEST_BACKOFF", 0.05)
    kubeconfig = tmp_path / "config"
    taken, watch = BEFORE, Watch()

    async def pods(request: web.Request) -> web.StreamResponse:
        if request.headers["Authorization"] != f"Bearer {taken}":
            return await refusal(REFUSALS["unauthorized"])(request)
        return await (watch if "watch" in request.query else pod_list(pod()))(request)

    async def open_cluster(wish: ClusterWish | None = None, /) -> OpenedCluster:
        compute = k8s(kube_config_path=kubeconfig)
        return OpenedCluster(compute=compute, cluster=await compute.connect())

    async with ApiServer() as server:
        server.on("GET", PODS, pods)
        kubeconfig.write_text(server.kubeconfig(token=BEFORE))
        app = DashboardApp(open_cluster, clock=FixedClock(), glyphs=UNICODE)
        async with app.run_test(size=(120, 40)) as pilot:
            shown = Dashboard(app, pilot, ScriptedCluster(), FixedClock())
            await shown.until(lambda: "LIVE" in shown.text and "golden-a" in shown.text)

            taken = AFTER
            watch.end()
            await shown.until(lambda: "STALE" in shown.text and f"Run: oc login {server.url}" in shown.text)
            assert "The API server does not accept the credentials." in shown.text
            assert "golden-a" in shown.text

            watch.opened.clear()
            await asyncio.to_thread(kubeconfig.write_text, server.kubeconfig(token=AFTER))
            await shown.until(lambda: "LIVE" in shown.text and "credentials" not in shown.text)
            watch.send("ADDED", pod("exited 3"))
            await shown.until(lambda: "golden-exit" in shown.text)
            assert "golden-a" in shown.text
            await pilot.press("q")
