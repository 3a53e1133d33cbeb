"""A sandbox of the scripted cluster whose commands a test answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.dashboard import console_host
from tests.dashboard.scripted import ScriptedSandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.dashboard.console_host import ScriptedCommand


@dataclass
class Commanded(ScriptedSandbox):
    """A sandbox whose commands a test answers."""

    shell: console_host.ScriptedSandbox = field(default_factory=console_host.ScriptedSandbox)

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
    ) -> ScriptedCommand:
        return await self.shell.start_command(command, cwd=cwd, env=env)
