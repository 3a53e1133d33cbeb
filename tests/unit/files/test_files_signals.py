"""A kill that comes twice, to the group and to each process, leaves no temporary file."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.files import scripts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.exec.shells import Shell

SCRIPT = f"""t=$1
{scripts.GUARDED}:>"$t"
{scripts.BODY}echo ready
exec >&-
read -r _
{scripts.END_GUARDED}"""


def test_two_signals_close_together_leave_no_temporary_file(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "temporary"
    for spacing in range(100):
        with subprocess.Popen(
            [shell.path, "-c", SCRIPT, "sh", str(target)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": shell.tools},
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            os.kill(process.pid, signal.SIGTERM)
            for _ in range(spacing * 8):
                pass
            os.kill(process.pid, signal.SIGTERM)
            process.wait()
        assert not target.exists()
