"""Leaving waits for nothing: whatever is under way is given up, and nothing of it is left behind."""

from __future__ import annotations

import asyncio

import pytest

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.dashboard.columns.screen import ColumnsScreen
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.forwards.screen import ForwardsScreen
from k8s_sandbox_tui.dashboard.inside.screen import InsideScreen
from k8s_sandbox_tui.dashboard.jobs.screen import JobsScreen
from k8s_sandbox_tui.dashboard.settings.model import Settings
from tests.dashboard.scripted import ScriptedCluster, ScriptedSandbox, dashboard, sandbox_info

ROWS = [sandbox_info(number) for number in range(1, 4)]
LIVENESS = 20.0
"""Seconds after which something that never ends was waited for; Textual's own patience is made longer than that."""


class Hangs:
    """Takes the place of something asynchronous that never ends, and counts."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    async def __call__(self, *_arguments: object, **_options: object) -> None:
        self.begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.ended += 1


@pytest.fixture(autouse=True)
def no_patience_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DashboardApp, "CLOSE_TIMEOUT", 10 * LIVENESS)


async def given_up(*hanging: Hangs) -> None:
    """All of these have begun, and end now that the dashboard has been left."""
    async with asyncio.timeout(LIVENESS):
        while any(one.ended < one.begun for one in hanging):  # noqa: ASYNC110 - cancelled tasks end by themselves
            await asyncio.sleep(0)
    assert [one.begun for one in hanging] == [1] * len(hanging)


async def test_all_that_can_be_open_at_once_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command, a forward and the list of jobs that hang on the way, and details over a clipboard that hangs."""
    command, forward, jobs, pod, clipboard, usage = [Hangs() for _ in range(6)]
    cluster = ScriptedCluster()
    sandbox = ScriptedSandbox(ROWS[0].id, ROWS[0].uid, info=ROWS[0])
    cluster.compute.sandbox.known[ROWS[0].id] = sandbox
    monkeypatch.setattr(sandbox, "start_command", command)
    monkeypatch.setattr(sandbox, "forward_port", forward)
    monkeypatch.setattr(sandbox.jobs, "list", jobs)
    monkeypatch.setattr(sandbox, "get_pod", pod)
    monkeypatch.setattr(cluster.compute, "list_usage", usage)
    monkeypatch.setattr("k8s_sandbox_tui.dashboard.clipboard.copy_text", clipboard)
    async with asyncio.timeout(2 * LIVENESS):
        async with dashboard(ROWS, cluster=cluster, settings=Settings(columns=("name", "cpu"))) as shown:
            await shown.until(lambda: bool(shown.main.query(Console)))
            await shown.press("enter", "x", "enter", "escape")
            await shown.press("f", *"80", "enter")
            assert isinstance(shown.app.screen, ForwardsScreen)
            await shown.press("escape", "b")
            assert isinstance(shown.app.screen, JobsScreen)
            await shown.press("escape", "i", "c")
            assert isinstance(shown.app.screen, InsideScreen)
            await shown.until(lambda: clipboard.begun == 1 and usage.begun == 1)
    await given_up(command, forward, jobs, pod, clipboard, usage)


async def test_what_a_dialogue_waits_for_is_given_up_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of namespaces that never comes, below a dialogue that waits for its answer."""
    namespaces = Hangs()
    cluster = ScriptedCluster()
    monkeypatch.setattr(cluster.compute, "namespaces", namespaces)
    async with asyncio.timeout(2 * LIVENESS):
        async with dashboard(ROWS, cluster=cluster) as shown:
            await shown.press("n")
            await shown.until(lambda: namespaces.begun == 1)
            await shown.press("escape", "o")
            assert isinstance(shown.app.screen, ColumnsScreen)
    await given_up(namespaces)
    assert cluster.inventory.closed


async def test_a_create_and_a_destroy_that_are_under_way_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    create, destroy = Hangs(), Hangs()
    cluster = ScriptedCluster()
    monkeypatch.setattr(cluster.compute.sandbox, "create", create)
    monkeypatch.setattr(cluster.compute.sandbox, "destroy_many", destroy)
    async with asyncio.timeout(2 * LIVENESS):
        async with dashboard(ROWS, cluster=cluster) as shown:
            await shown.press("c", "ctrl+s")
            await shown.until(lambda: create.begun == 1)
            await shown.press("b", "f8", "y")
            await shown.until(lambda: destroy.begun == 1)
    await given_up(create, destroy)
