"""A sandbox whose commands say what a test tells them to say, and an app with nothing but the console."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, Self, cast

from textual import on
from textual.widgets import Button

from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp
from k8s_sandbox_tui.dashboard.console.history import HistoryFile
from k8s_sandbox_tui.dashboard.console.keeping import DEFAULT_LIMITS, Limits
from k8s_sandbox_tui.dashboard.console.messages import CommandFinished, CommandStarted, ConsoleLeft
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.provider.errors import ConnectionLostError, SandboxError
from k8s_sandbox_tui.provider.files.errors import FileMissingError
from k8s_sandbox_tui.provider.files.name_list import NameList
from k8s_sandbox_tui.provider.models import SandboxInfo, SandboxStatus
from tests.dashboard.scripted_jobs import ScriptedJobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from textual._compositor import Compositor
    from textual.app import App, ComposeResult
    from textual.message import Message
    from textual.notifications import Notifications
    from textual.pilot import Pilot

    from tests.dashboard.scripted_jobs import ScriptedJob


class Piece(NamedTuple):
    stream: Literal["stdout", "stderr"]
    data: bytes


class ScriptedCommand:
    """A command under a test's control: `out`, `err`, then `exit` or `fail`."""

    def __init__(self, command: str, cwd: str | None, env: Mapping[str, str] | None) -> None:
        self.command = command
        self.cwd = cwd
        self.env = dict(env or {})
        self.killed = asyncio.Event()
        self.left = False
        self.answers_kill = True
        self.duration_ms = 1240
        self.typed = b""
        self.sizes: list[tuple[int, int]] = []
        self._pieces: asyncio.Queue[Piece | None] = asyncio.Queue()
        self._code = 0
        self._error: SandboxError | None = None

    def out(self, data: bytes) -> Self:
        self._pieces.put_nowait(Piece("stdout", data))
        return self

    def err(self, data: bytes) -> Self:
        self._pieces.put_nowait(Piece("stderr", data))
        return self

    def exit(self, code: int) -> None:
        self._code = code
        self._pieces.put_nowait(None)

    def fail(self, error: SandboxError) -> None:
        self._error = error
        self._pieces.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.left = True

    async def __aiter__(self) -> AsyncIterator[Piece]:
        while (piece := await self._pieces.get()) is not None:
            yield piece

    async def wait(self) -> int:
        if self._error is not None:
            raise self._error
        return self._code

    async def send_stdin(self, data: bytes, /) -> None:
        self.typed += data

    async def close_stdin(self) -> None:
        self.typed += b"\x04"

    async def resize(self, columns: int, rows: int, /) -> None:
        self.sizes.append((columns, rows))

    async def kill(self) -> None:
        self.killed.set()
        if not self.answers_kill:
            raise ConnectionLostError("The connection ended.")
        self.exit(137)


class ScriptedSandbox:
    """Takes every command; `commands` are those that came."""

    def __init__(self) -> None:
        self.commands: list[ScriptedCommand] = []
        self.jobs = ScriptedJobs()
        self.refuses: SandboxError | None = None
        self.accepts = asyncio.Event()
        self.accepts.set()
        self._came = asyncio.Condition()
        self.folders: dict[str, list[str] | SandboxError] = {}
        """The names in its directories."""
        self.listed: list[tuple[str, str]] = []
        self.answers = asyncio.Event()
        self.answers.set()
        self.most = 2000

    async def start_command(
        self, command: str, /, *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> ScriptedCommand:
        if self.refuses is not None:
            raise self.refuses
        await self.accepts.wait()
        started = ScriptedCommand(command, cwd, env)
        async with self._came:
            self.commands.append(started)
            self._came.notify_all()
        return started

    async def list_names(self, folder: str, begin: str, /) -> NameList:
        self.listed.append((folder, begin))
        await self.answers.wait()
        names = self.folders.get(folder)
        if isinstance(names, SandboxError):
            raise names
        if names is None:
            raise FileMissingError("There is no such directory.", path=folder)
        hidden = begin.startswith(".")
        found = sorted(name for name in names if name.startswith(begin) and name.startswith(".") is hidden)
        return NameList(names=tuple(found[: self.most]), more=len(found) > self.most)

    async def start_job(self, command: str, cwd: str | None, env: Mapping[str, str] | None, /) -> ScriptedJob:
        return await self.jobs.start(command, cwd=cwd, env=env)

    async def command(self, number: int) -> ScriptedCommand:
        """The command of a number, from 0, as soon as it has come."""
        async with asyncio.timeout(60), self._came:
            await self._came.wait_for(lambda: len(self.commands) > number)
        return self.commands[number]


def info(
    name: str = "computesdk-sbx-1a2b3c4d", status: SandboxStatus = SandboxStatus.RUNNING, *, reason: str = ""
) -> SandboxInfo:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    return SandboxInfo(
        name=name, namespace="default", uid=f"uid-{name}", resource_version="1", status=status, reason=reason,
        message="", phase="Running", runtime="node", image="node:20-alpine", node="node-1", pod_ip="10.0.0.7",
        created_at=now, started_at=now, finished_at=None, restarts=0, exit_code=None,
        metadata={}, labels={}, annotations={},
    )  # fmt: skip


class ConsoleApp(ClipboardApp[None]):
    """The console alone, with a running sandbox selected."""

    CSS = "#elsewhere { height: 1; border: none; min-width: 4; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        history: Path,
        *,
        selected: bool = True,
        clock: Callable[[], float] = time.monotonic,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__()
        self.host = ScriptedSandbox()
        self.console_pane = Console(history=HistoryFile(history), clock=clock, limits=limits)
        self.heard: list[Message] = []
        self.selected = selected

    def compose(self) -> ComposeResult:
        yield Button("table", id="elsewhere", compact=True)
        yield self.console_pane

    def on_mount(self) -> None:
        if self.selected:
            self.console_pane.select(self.host, info())
        self.console_pane.focus()

    @on(CommandStarted)
    @on(CommandFinished)
    def hear(self, message: CommandStarted | CommandFinished) -> None:
        self.heard.append(message)

    @on(ConsoleLeft)
    def leave(self, message: ConsoleLeft) -> None:
        self.heard.append(message)
        self.query_one("#elsewhere").focus()

    def screen_text(self) -> list[str]:
        """What stands on the screen, line by line."""
        compositor = cast("Compositor", vars(self.screen)["_compositor"])
        return [strip.text.rstrip() for strip in compositor.render_strips()]


def notifications(app: App[None]) -> list[str]:
    """What the app has said at the edge of the screen."""
    said = cast("Notifications", vars(app)["_notifications"])
    return [notification.message for notification in said]


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause()
