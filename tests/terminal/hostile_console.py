"""A program for a pty: the console and the pages inside, and a sandbox whose texts try to act on it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from k8s_sandbox_tui.dashboard.console.history import HistoryFile
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.inside.screen import InsideScreen
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.provider.errors import SandboxGoneError
from k8s_sandbox_tui.provider.looking import SandboxEvent
from tests.dashboard import scripted
from tests.dashboard.console_host import ScriptedCommand, ScriptedSandbox, info
from tests.dashboard.create_host import Host

if TYPE_CHECKING:
    from textual.app import ComposeResult

MARK = "7357"
"""Stands in every payload, and nowhere else."""

PAYLOADS = [
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b]52;c;{MARK}\x1b\\",
    f"\x1b]0;{MARK}\x07",
    f"\x1b]8;;http://{MARK}\x1b\\link\x1b]8;;\x1b\\",
    f"\x1b]1337;File=:{MARK}\x07",
    f"\x1bP{MARK}q#0;2;0;0;0\x1b\\",
    f"\x1bP+q{MARK}\x1b\\",
    f"\x1b_G{MARK}\x1b\\",
    f"\x1b^{MARK}\x1b\\",
    f"\x1bX{MARK}\x1b\\",
    f"\x1b[{MARK}A\x1b[{MARK};1H\x1b[{MARK}J\x1b[{MARK}t\x1b[?{MARK}h\x1b[>{MARK}c",
    f"\x9d52;c;{MARK}\x9c",
    f"\x90{MARK}q\x9c",
    f"\x9b{MARK}A",
    f"\x1b[38;2;{MARK}",
    "\x1b[2J\x1b[3J\x1b[H\x1bc\x1b[!p\x1b#8\x1b(0\x1b[6n\x1b[c\x1b[5n\x1b[21t",
    "\u202eesrever\u2066\u200b",
    "\x00\x05\x07\x0e\x0f\x7f\x1b",
    f"\x1b]52;c;{MARK} never closed",
]

NAME = f"evil\x1b]0;{MARK}\x07\x1b[2Jpod"


class HostileApp(Host):
    """Runs one command by itself; its output is the payloads, in every kind of text that the console shows."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "inside", priority=True)]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.host = ScriptedSandbox()
        self.console_pane = Console(history=HistoryFile(folder / "history.jsonl"))

    def compose(self) -> ComposeResult:
        yield self.console_pane

    async def on_mount(self) -> None:
        self.console_pane.select(self.host, info(NAME, reason=PAYLOADS[0]))
        self.console_pane.focus()
        self.console_pane.start("printf " + "".join(PAYLOADS[:-1]))
        self._pour(await self.host.command(0))
        self.console_pane.start("cd " + "".join(PAYLOADS[:3]).replace(";", ""))
        moved = await self.host.command(1)
        moved.out("".join(["/tmp/", *PAYLOADS[:3], "\n"]).encode()).exit(0)
        self.console_pane.start("gone")
        (await self.host.command(2)).fail(SandboxGoneError("".join(PAYLOADS)))

    async def action_inside(self) -> None:
        """Look into a sandbox whose Pod, events and log are the payloads."""
        text = "".join(PAYLOADS)
        of = info(NAME, reason=PAYLOADS[0])
        pod: dict[str, object] = {"metadata": {"name": NAME, "annotations": {text: text}}, "lastkey": f"yaml{text}"}
        sandbox = scripted.ScriptedSandbox(of.id, of.uid, pod=pod, info=of)
        sandbox.events = [SandboxEvent(type=text, reason=text, message=f"happened{text}")]
        sandbox.log = f"log{text}\n\x1b[31mlast line\x1b[0m\n".encode()

        async def find() -> scripted.ScriptedSandbox:
            return sandbox

        await self.push_screen(InsideScreen(of, find, clock=lambda: scripted.NOW))

    def _pour(self, command: ScriptedCommand) -> None:
        for number, payload in enumerate(PAYLOADS):
            for encoding in ("utf-8", "latin-1"):
                data = f"before{number}{payload}\nafter{number}\n".encode(encoding, "ignore")
                command.out(data).err(data)
                for byte in data:
                    command.out(bytes([byte]))
        command.out(b"\x1b[31mcoloured\x1b[0m\n").exit(0)


assert MARK not in sanitize_line(NAME)

if __name__ == "__main__":
    HostileApp(Path(sys.argv[1])).run()
