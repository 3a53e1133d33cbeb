"""The commands as a person or a script starts them: as processes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = [sys.executable, "-m", "k8s_sandbox_tui"]

_DEADLINE = 60.0


def run(
    *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs one command to its end; its output is decoded as UTF-8, whatever the locale."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        env={**os.environ, **(environment or {})},
        input=stdin,
        capture_output=True,
        timeout=_DEADLINE,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
    )
