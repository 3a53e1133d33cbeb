"""A small app to show the create dialogue in, and a provider that does what a test says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp
from k8s_sandbox_tui.dashboard.create.form import CreateDefaults
from k8s_sandbox_tui.dashboard.key_names import key_name
from k8s_sandbox_tui.dashboard.themes import DARK, LIGHT, variable_defaults
from k8s_sandbox_tui.provider.models import CreateProgress, CreateStage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from textual.binding import Binding
    from textual.pilot import Pilot

    from k8s_sandbox_tui.provider.models import Runtime
    from k8s_sandbox_tui.provider.resources import ResourceName
    from k8s_sandbox_tui.provider.security import SecurityProfile

T = TypeVar("T")

DEFAULTS = CreateDefaults(
    namespace="default",
    runtime="node",
    images={"node": "node:20-alpine", "python": "python:3.11-slim"},
    prefix="computesdk-sbx",
)


class Host(ClipboardApp[None]):
    """An app with nothing of its own on the screen; it keeps what it was asked to say."""

    def __init__(self, *, theme: str = DARK.name) -> None:
        super().__init__()
        self.said: list[str] = []
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or key_name(binding.key)

    def notify(self, message: str, **options: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.said.append(message)


async def eventually(pilot: Pilot[None], probe: Callable[[], T], expected: T) -> None:
    """Wait until the probe gives what is expected; fails with both where it does not, soon."""
    deadline = asyncio.get_running_loop().time() + 10
    while (seen := probe()) != expected and asyncio.get_running_loop().time() < deadline:
        await pilot.pause()
    assert seen == expected, (seen, expected)


@dataclass
class Sandbox:
    """A created sandbox."""

    sandbox_id: str


@dataclass
class Creation:
    """One call of `create`, held open until the test ends it."""

    arguments: dict[str, object]
    on_progress: Callable[[CreateProgress], None]
    end: asyncio.Future[Sandbox]
    cancelled: bool = False
    elapsed: int = 0

    def step(self, stage: CreateStage, detail: str = "") -> None:
        self.elapsed += 100
        self.on_progress(
            CreateProgress(stage=stage, sandbox_id="default/web-1", elapsed_ms=self.elapsed, detail=detail)
        )


@dataclass
class ScriptedCreator:
    """Answers `create` when the test says so."""

    calls: asyncio.Queue[Creation] = field(default_factory=asyncio.Queue[Creation])
    cleaning: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the test to let a cancelled create finish deleting its Pod."""
    instant: Sandbox | None = None
    """What `create` gives without waiting."""

    async def create(
        self,
        *,
        envs: Mapping[str, str] | None = None,
        metadata: Mapping[str, object] | None = None,
        runtime: Runtime | None = None,
        image: str | None = None,
        name: str | None = None,
        namespace: str | None = None,
        requests: Mapping[ResourceName, str] | None = None,
        limits: Mapping[ResourceName, str] | None = None,
        lifetime: timedelta | None = None,
        security_profile: SecurityProfile | None = None,
        on_progress: Callable[[CreateProgress], None] | None = None,
    ) -> Sandbox:
        assert on_progress is not None
        arguments: dict[str, object] = {
            "envs": dict(envs or {}),
            "metadata": dict(metadata or {}),
            "runtime": runtime,
            "image": image,
            "name": name,
            "namespace": namespace,
            "requests": dict(requests or {}),
            "limits": dict(limits or {}),
            "lifetime": lifetime,
            "security_profile": security_profile,
        }
        creation = Creation(arguments, on_progress, asyncio.get_running_loop().create_future())
        self.calls.put_nowait(creation)
        if self.instant is not None:
            return self.instant
        try:
            return await creation.end
        except asyncio.CancelledError:
            await self.cleaning.wait()
            creation.cancelled = True
            raise
