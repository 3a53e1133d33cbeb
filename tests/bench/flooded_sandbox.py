"""A sandbox in which every command writes 100 MB."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.bench.bench_console import KEYS
from tests.bench.console_child import Flood
from tests.dashboard.scripted import ScriptedSandbox

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Done(NamedTuple):
    keys: int = KEYS


class FloodedCommand(Flood):
    """Does not wait for keys."""

    def __init__(self) -> None:
        super().__init__(_Done())

    async def send_stdin(self, data: bytes, /) -> None:
        return None

    async def close_stdin(self) -> None:
        return None

    async def resize(self, columns: int, rows: int, /) -> None:
        return None


class FloodedSandbox(ScriptedSandbox):
    async def start_command(
        self,
        command: str,
        /,
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bool = False,
        tty: bool = False,
        size: tuple[int, int] | None = None,
    ) -> FloodedCommand:
        return FloodedCommand()
