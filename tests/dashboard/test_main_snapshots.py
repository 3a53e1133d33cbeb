"""How the main screen looks: pictures at three sizes, dark and light, compared to the ones that were looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, cast

import pytest
from textual.widgets import Input

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.dashboard.looks import UNICODE
from k8s_sandbox_tui.dashboard.main_screen import MainScreen
from k8s_sandbox_tui.provider.errors import ConfigError, TransportError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import NOW, FixedClock, ScriptedCluster, Update, sandbox_info

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual._compositor import Compositor
    from textual.app import App
    from textual.pilot import Pilot

    from k8s_sandbox_tui.provider.models import SandboxInfo


class Compare(Protocol):
    """`snap_compare` of pytest-textual-snapshot."""

    def __call__(
        self,
        app: App[None],
        *,
        terminal_size: tuple[int, int],
        run_before: Callable[[Pilot[None]], Awaitable[None]],
    ) -> bool: ...


_REASONS = {
    SandboxStatus.FAILED: ("OOMKilled", 137),
    SandboxStatus.STARTING: ("ImagePullBackOff", None),
    SandboxStatus.PENDING: ("Unschedulable", None),
    SandboxStatus.STOPPED: ("Completed", 0),
}
STATUSES = (
    SandboxStatus.RUNNING, SandboxStatus.RUNNING, SandboxStatus.STARTING, SandboxStatus.RUNNING, SandboxStatus.FAILED,
    SandboxStatus.PENDING, SandboxStatus.RUNNING, SandboxStatus.STOPPED, SandboxStatus.STOPPING, SandboxStatus.UNKNOWN,
)  # fmt: skip


def fleet() -> list[SandboxInfo]:
    infos: list[SandboxInfo] = []
    for number in range(30):
        status = STATUSES[number % len(STATUSES)]
        reason, code = _REASONS.get(status, ("", None))
        runtime, image = ("python", "python:3.11-slim") if number % 3 else ("node", "node:20-alpine")
        infos.append(
            sandbox_info(
                number, name=f"computesdk-sbx-{number * 7919 % 2_000_003:08x}", status=status, reason=reason,
                exit_code=code, runtime=runtime, image=image, age=7.0 + number**3 * 9,
                metadata={"owner": "ann", "task": "lint"} if number % 2 else {},
            )
        )  # fmt: skip
    return infos


async def settled(pilot: Pilot[None]) -> None:
    """Waits until the screen stays as it is."""
    seen: list[object] = []
    while len(seen) < 3 or not seen[-1] == seen[-2] == seen[-3]:
        await pilot.pause(0.05)
        compositor = cast("Compositor", vars(pilot.app.screen)["_compositor"])
        seen.append([list(strip) for strip in compositor.render_strips()])


def picture(
    compare: Compare, size: tuple[int, int], *keys: str, cluster: ScriptedCluster | None = None, theme: str = "",
    update: Update | None = None,
) -> bool:  # fmt: skip
    opened = cluster or ScriptedCluster()
    app = DashboardApp(opened, clock=FixedClock(), glyphs=UNICODE)
    if theme:
        app.theme = theme

    async def before(pilot: Pilot[None]) -> None:
        if not opened.failures:
            await opened.compute.listed.wait()
            opened.inventory.put(Update(fleet()))
            if update is not None:
                opened.inventory.put(update)
            await opened.inventory.waiting.wait()
        main = app.screen
        assert isinstance(main, MainScreen)
        while main.paint_waits or not (opened.failures or main.query("ConsolePane PromptLine")):
            await pilot.pause(0.01)
        for key in keys:
            if not isinstance(app.focused, Input):
                # A dialogue that the key before opens must be there: this key is for it.
                await settled(pilot)
            await pilot.press(key)
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await settled(pilot)

    return compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("theme", ["sandbox-dark", "sandbox-light"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])
def test_main_screen(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert picture(snap_compare, size, theme=theme)


def test_destroy_question(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "down", "f8")


def test_destroy_question_for_many(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "m", "a", "f8", "3")


def test_filter(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "slash", *"python !failed", "enter")


def test_help(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "question_mark")


def test_stale(snap_compare: Compare) -> None:
    error = TransportError("No answer from https://10.0.0.1:6443.", sent=False, hint="Check that the cluster runs.")
    stale = Update(freshness="stale", since=NOW - timedelta(seconds=34), error=error)
    assert picture(snap_compare, (80, 24), update=stale)


def test_local_cluster_with_its_warning(snap_compare: Compare) -> None:
    cluster = ScriptedCluster(local=True, isolation="process", warning="Sandboxes here can read your files.")
    assert picture(snap_compare, (80, 24), cluster=cluster)


def test_cluster_that_cannot_be_opened(snap_compare: Compare) -> None:
    error = ConfigError('The kubeconfig has no context "prod".', hint="Choose one of: kind-dev, staging.")
    assert picture(snap_compare, (80, 24), cluster=ScriptedCluster(failures=[error]))
