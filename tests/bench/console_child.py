"""The program that `bench_console` drives: the console, and a sandbox that floods it when ctrl+g is pressed."""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, Protocol, Self

import msgspec
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.console.history import HistoryFile
from k8s_sandbox_tui.dashboard.console.messages import CommandFinished
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.garbage import QuietCollection
from k8s_sandbox_tui.dashboard.immediate_screen import ImmediateScreen
from k8s_sandbox_tui.dashboard.prompt_driver import PromptDriver
from k8s_sandbox_tui.provider.files.name_list import NameList
from tests.bench.bench_console import FRAME, FRAMES, KEYS, Flooded
from tests.bench.list_child import peak_mib
from tests.dashboard.console_host import info
from tests.dashboard.scripted_jobs import ScriptedJob

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType

    from textual.screen import Screen


class Frame(NamedTuple):
    stream: Literal["stdout", "stderr"]
    data: bytes


class Typist(Protocol):
    """Who types while output comes."""

    @property
    def keys(self) -> int:
        """How many keys have been answered."""
        ...


class Flood:
    """Output without a pause: at least `FRAMES` frames, and until the last key was answered."""

    duration_ms = 0

    def __init__(self, typist: Typist) -> None:
        self._typist = typist
        self.frames = 0

    async def start_command(
        self, _command: str, /, *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> Self:
        return self

    async def start_job(self, command: str, _cwd: str | None, _env: Mapping[str, str] | None, /) -> ScriptedJob:
        return ScriptedJob(1, command)

    async def list_names(self, _folder: str, _begin: str, /) -> NameList:
        return NameList(names=())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    async def __aiter__(self) -> AsyncIterator[Frame]:
        frame = Frame("stdout", FRAME)
        while self.frames < FRAMES or self._typist.keys < KEYS:
            self.frames += 1
            yield frame

    async def wait(self) -> int:
        return 0

    async def kill(self) -> None:
        return None


class FloodApp(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+g", "flood", priority=True)]
    CSS = "#mark { height: 1; }"

    def __init__(self, folder: Path) -> None:
        super().__init__(driver_class=PromptDriver)
        self.folder = folder
        self.flood = Flood(self)
        self.console_pane = Console(history=HistoryFile(folder / "history.jsonl"))
        self.keys = 0
        self.started = 0.0
        self.peak_before = 0.0

    def get_default_screen(self) -> Screen[None]:
        """One that writes as the product's does; the driver and the search for garbage are the product's too."""
        return ImmediateScreen[None]()

    def compose(self) -> ComposeResult:
        yield Static("STARTING", id="mark")
        yield self.console_pane

    def on_mount(self) -> None:
        self.console_pane.select(self.flood, info())
        self.console_pane.focus()
        gc.freeze()
        QuietCollection().begin()
        self.call_after_refresh(self.mark, "READY")

    def mark(self, text: str) -> None:
        self.query_one("#mark", Static).update(text)

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        self.keys = len(event.value)
        if not event.value:
            self.mark("EMPTY")

    def action_flood(self) -> None:
        self.peak_before = peak_mib()
        self.started = time.perf_counter()
        self.console_pane.start("flood")

    @on(CommandFinished)
    def finished(self) -> None:
        seconds = time.perf_counter() - self.started
        part = self.folder / "part"
        megabytes = self.flood.frames * len(FRAME) / 1e6
        part.write_bytes(msgspec.json.encode(Flooded(megabytes / seconds, peak_mib() - self.peak_before)))
        part.rename(self.folder / "result.json")


if __name__ == "__main__":
    FloodApp(Path(sys.argv[1])).run()
