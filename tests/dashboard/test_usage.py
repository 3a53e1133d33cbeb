"""What sandboxes use: read while it is shown, with bars, sorted, and said calmly where there is nothing to read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from msgspec.structs import replace

from k8s_sandbox_tui.dashboard import usage_reader
from k8s_sandbox_tui.dashboard.looks import ASCII
from k8s_sandbox_tui.dashboard.table.key_columns import columns_of
from k8s_sandbox_tui.provider.errors import ForbiddenError, NotFoundError, SandboxError, TransportError
from k8s_sandbox_tui.provider.resources import Resources
from k8s_sandbox_tui.provider.usage import SandboxUsage
from tests.dashboard.scripted import NOW, Dashboard, dashboard, sandbox_info

if TYPE_CHECKING:
    from textual.signal import Signal

    from k8s_sandbox_tui.dashboard.app import DashboardApp

LIMITED = Resources({"cpu": "250m", "memory": "256Mi"}, {"cpu": "1", "memory": "1Gi"})
REQUESTED = Resources({"memory": "64Mi"})
ROWS = [
    replace(sandbox_info(1), resources=LIMITED),
    replace(sandbox_info(2), resources=LIMITED),
    replace(sandbox_info(3), resources=REQUESTED),
    sandbox_info(4),
]


def used(number: int, cpu: float, memory: int, *, ago: float = 20) -> SandboxUsage:
    """What a sandbox used `ago` seconds before now."""
    info = sandbox_info(number)
    at = NOW - timedelta(seconds=ago)
    return SandboxUsage(namespace=info.namespace, name=info.name, cpu=cpu, memory=memory, measured_at=at)


USED = [used(1, 0.12, 120 * 2**20), used(2, 0.95, 1000 * 2**20), used(3, 12.34, 32 * 2**20)]


async def show(shown: Dashboard, *columns: str) -> None:
    """Show the name and these columns, as the columns' dialogue does."""
    shown.main.store.show_columns(columns_of(columns))
    shown.table.show_changes()
    shown.main.columns_shown()
    await shown.pilot.pause()


async def test_it_is_read_only_while_it_is_shown() -> None:
    async with dashboard(ROWS, size=(160, 30)) as shown:
        compute = shown.cluster.compute
        compute.usage = USED
        shown.main.tick()
        await shown.press("r")
        assert compute.usage_asked == []
        await shown.press("o", "plus", *"cpu", "enter", "enter")
        await shown.until(lambda: "120m" in shown.text)
        assert compute.usage_asked == [("default",)]
        await show(shown, "name")
        await shown.press("r")
        assert len(compute.usage_asked) == 1


async def test_while_a_shell_has_the_terminal_nothing_is_asked_and_then_it_catches_up_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usage_reader, "EVERY", 0.005)
    async with dashboard(ROWS) as shown:
        compute, app = shown.cluster.compute, shown.app
        compute.usage = USED
        await show(shown, "name", "cpu")
        await shown.until(lambda: len(compute.usage_asked) > 2)
        # What `App.suspend` tells, which has no terminal to give away here.
        cast("Signal[DashboardApp]", app.app_suspend_signal).publish(app)
        await shown.until(lambda: shown.cluster.inventory.paused == [True])
        asked = len(compute.usage_asked)
        await shown.pilot.pause(0.1)
        assert len(compute.usage_asked) == asked
        monkeypatch.setattr(usage_reader, "EVERY", 60.0)
        cast("Signal[DashboardApp]", app.app_resume_signal).publish(app)
        await shown.until(lambda: len(compute.usage_asked) > asked)
        assert shown.cluster.inventory.paused == [True, False]
        await shown.pilot.pause()
        assert len(compute.usage_asked) == asked + 1


async def test_amounts_and_bars_against_the_limit_else_the_request_and_nothing_where_nothing_is_known() -> None:
    async with dashboard(ROWS, size=(80, 24)) as shown:
        shown.cluster.compute.usage = USED
        await show(shown, "name", "cpu", "memory")
        await shown.until(lambda: "120m" in shown.text)
        lines = [line.split()[-4:] for line in shown.lines[2:6]]
        assert lines[0] == ["■····", "120m", "■····", "120Mi"]
        assert lines[1] == ["■■■■■", "950m", "■■■■■", "1.0Gi"]
        assert lines[2][1] == "12.3"
        assert lines[2][2].startswith("■■")
        assert lines[3][-2:] == ["-", "-"]


async def test_bars_in_ascii() -> None:
    async with dashboard(ROWS, glyphs=ASCII) as shown:
        shown.cluster.compute.usage = USED
        await show(shown, "name", "cpu")
        await shown.until(lambda: "#....   120m" in shown.text)


async def test_it_sorts_and_follows_what_is_read_next() -> None:
    async with dashboard(ROWS) as shown:
        shown.cluster.compute.usage = USED
        await show(shown, "name", "cpu")
        shown.table.sort_by("cpu")
        await shown.until(lambda: shown.names == ["3", "2", "1", "4"])
        shown.cluster.compute.usage = [used(1, 2, 1), used(4, 1.5, 1)]
        await shown.press("r")
        await shown.until(lambda: shown.names[:2] == ["1", "4"])
        assert [line.split()[-1] for line in shown.lines[4:6]] == ["-", "-"]


async def test_a_measurement_of_another_pod_of_the_name_is_not_shown() -> None:
    async with dashboard(ROWS) as shown:
        shown.cluster.compute.usage = [used(1, 0.5, 1, ago=1e6), used(2, 0.7, 1)]
        await show(shown, "name", "cpu")
        await shown.until(lambda: "700m" in shown.text)
        assert shown.lines[2].split()[-1] == "-"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFoundError("The cluster does not measure CPU.", status=404, hint="It needs a metrics server."), "needs a"),
        (ForbiddenError("pods.metrics.k8s.io is forbidden.", hint="Ask for list."), "Ask for list."),
    ],
)
async def test_where_it_cannot_be_had_that_is_said_once_and_r_asks_again(error: SandboxError, said: str) -> None:
    async with dashboard(ROWS) as shown:
        compute = shown.cluster.compute
        compute.usage = error
        await show(shown, "name", "cpu")
        await shown.until(lambda: said in " ".join(shown.said))
        assert shown.said[0].startswith("No CPU and memory: ")
        assert "LIVE" in shown.lines[0]
        shown.main.tick()
        await shown.pilot.pause()
        assert (len(compute.usage_asked), len(shown.said)) == (1, 1)
        compute.usage = USED
        await shown.press("r")
        await shown.until(lambda: "120m" in shown.text)


async def test_other_namespaces_are_read_as_soon_as_they_are_there() -> None:
    async with dashboard(ROWS) as shown:
        compute = shown.cluster.compute
        compute.usage = USED
        await show(shown, "name", "cpu")
        await shown.until(lambda: "120m" in shown.text)
        shown.main.show_namespaces(("agents",))
        await shown.until(lambda: len(compute.shown) == 2)
        await shown.put_rows([sandbox_info(1, namespace="agents")])
        await shown.until(lambda: compute.usage_asked == [("default",), ("agents",)])


async def test_one_namespace_that_refuses_takes_nothing_from_the_others_and_is_not_asked_again_but_by_r(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usage_reader, "EVERY", 0.005)
    async with dashboard(ROWS) as shown:
        compute = shown.cluster.compute
        compute.usage, compute.usage_refused = USED, {"agents"}
        await show(shown, "name", "cpu")
        shown.main.show_namespaces(("agents", "default"))
        await shown.until(lambda: len(compute.shown) == 2)
        await shown.put_rows(ROWS)
        await shown.until(lambda: "120m" in shown.text)
        asked = len(compute.usage_asked)
        await shown.until(lambda: len(compute.usage_asked) > asked + 2)
        assert compute.usage_asked.count(("agents",)) == 1
        assert shown.said == ["No CPU and memory in agents: pods.metrics.k8s.io is forbidden in agents. Ask for list."]
        await shown.press("r")
        await shown.until(lambda: compute.usage_asked.count(("agents",)) == 2)
        compute.usage_refused = {"agents", "default"}
        await shown.press("r")
        await shown.until(lambda: "120m" not in shown.text)
        assert any(sentence.startswith("No CPU and memory: ") for sentence in shown.said)


async def test_what_was_read_stays_through_a_failure_and_goes_after_some() -> None:
    async with dashboard(ROWS) as shown:
        compute = shown.cluster.compute
        compute.usage = USED
        await show(shown, "name", "cpu")
        await shown.until(lambda: "120m" in shown.text)
        compute.usage = TransportError("No answer.", sent=True)
        for attempt in range(2, 4):
            await shown.press("r")
            await shown.until(lambda: len(compute.usage_asked) == attempt)  # noqa: B023 - waited for at once
            assert "120m" in shown.text
        await shown.press("r")
        await shown.until(lambda: "120m" not in shown.text)
        assert shown.said == []
