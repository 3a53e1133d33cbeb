"""How the create and URL dialogues look: pictures at three sizes, in dark and in light."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import pytest
from textual.widgets import Input

from k8s_sandbox_tui.dashboard.create.form import FormValues
from k8s_sandbox_tui.dashboard.create.progress import ProgressScreen
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.themes import DARK, LIGHT
from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen
from k8s_sandbox_tui.dashboard.urls.source import TemplateUrls
from k8s_sandbox_tui.provider.dotenv import Row
from k8s_sandbox_tui.provider.errors import CreateError
from k8s_sandbox_tui.provider.models import CreateProgress, CreateStage
from tests.dashboard.create_host import DEFAULTS, Host

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.pilot import Pilot
    from textual.screen import Screen


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self,
        app: App[None],
        *,
        terminal_size: tuple[int, int],
        run_before: Callable[[Pilot[None]], Awaitable[None]],
    ) -> bool: ...


TEMPLATE = "{protocol}://{service}.{namespace}.svc.cluster.local:{port}"
IMAGE = "registry.example.com/team/app:1.0"
FILLED = FormValues(
    runtime="python",
    image="registry.example.com/team/App:1.0",
    name="web",
    envs=(Row("API_KEY", "12345678"), Row("9LIVES", "x"), Row("URL", "postgresql://localhost:5432/db"), Row("URL", "")),
    metadata=(Row("owner", "ann"), Row("ticket no", "7")),
)


def _failed() -> ProgressScreen:
    seconds = iter([0.0])
    view = ProgressScreen("default/web-…", clock=lambda: next(seconds, 12.4))
    for index, stage in enumerate((CreateStage.ACCEPTED, CreateStage.SCHEDULED, CreateStage.PULLING)):
        detail = f'Pulling image "{IMAGE}"' if stage is CreateStage.PULLING else ""
        view.advance(
            CreateProgress(stage=stage, sandbox_id="default/web-k3j9y2ab", elapsed_ms=index * 150, detail=detail)
        )
    view.settle(
        CreateError(
            f"The image {IMAGE} cannot be pulled: not found.",
            reason="ErrImagePull",
            events=[f'Pulling: Pulling image "{IMAGE}"', f'Failed: Failed to pull image "{IMAGE}": not found'],
            hint="Check the image's name and tag.",
        )
    )
    return view


def _urls(template: str) -> UrlScreen:
    history = UrlHistory()
    history.use(8080, "http")
    history.use(4000, "https")
    return UrlScreen(TemplateUrls(template=template, namespace="default", name="web-k3j9y2ab"), history)


@pytest.mark.parametrize(
    ("make", "size", "theme", "keys"),
    [
        pytest.param(lambda: CreateScreen(DEFAULTS), (80, 24), DARK.name, (), id="empty form"),
        pytest.param(
            lambda: CreateScreen(replace(DEFAULTS, url_template=TEMPLATE), replace(FILLED, name="w")),
            (80, 24),
            LIGHT.name,
            ("ctrl+s",),
            id="sent with mistakes",
        ),
        pytest.param(
            lambda: CreateScreen(DEFAULTS, FILLED, failure="Creating default/web-1 failed: ErrImagePull"),
            (120, 40),
            LIGHT.name,
            ("tab", "tab"),
            id="mistakes and a failure",
        ),
        pytest.param(lambda: CreateScreen(DEFAULTS, FILLED), (200, 60), DARK.name, ("ctrl+r",), id="values shown"),
        pytest.param(_failed, (80, 24), DARK.name, (), id="not created"),
        pytest.param(lambda: _urls(TEMPLATE), (80, 24), LIGHT.name, (), id="url"),
        pytest.param(lambda: _urls(""), (120, 40), DARK.name, ("tab",), id="url that leads nowhere"),
    ],
)
def test_looks(
    snap_compare: SnapCompare,
    make: Callable[[], Screen[object]],
    size: tuple[int, int],
    theme: str,
    keys: tuple[str, ...],
) -> None:
    async def prepare(pilot: Pilot[None]) -> None:
        await pilot.app.push_screen(make())
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.press(*keys)
        await pilot.pause()

    assert snap_compare(Host(theme=theme), terminal_size=size, run_before=prepare)
