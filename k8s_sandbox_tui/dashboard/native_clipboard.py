"""Clipboards that a program on this machine fills: pyperclip's choice of tool, or tmux.

Each runs as a process of its own: it may block for as long as it likes without holding up
the event loop or quitting, it can be killed, and what it prints stays off the screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 3.0
"""Seconds that a clipboard program may take; PowerShell under WSL needs about one."""


async def copy_with_pyperclip(text: str, environ: Mapping[str, str], *, timeout: float = TIMEOUT) -> bool:
    """Fill this machine's clipboard; false where it has none, or where reading back gives another text."""
    command = (sys.executable, "-m", "k8s_sandbox_tui.dashboard.pyperclip_copy")
    return await _feed(command, text, environ, timeout=timeout)


async def copy_with_tmux(text: str, environ: Mapping[str, str], *, timeout: float = TIMEOUT) -> bool:
    """Fill tmux's paste buffer and have tmux send it to its terminal (`load-buffer -w`, tmux 3.2 or newer)."""
    return await _feed(("tmux", "load-buffer", "-w", "-"), text, environ, timeout=timeout)


async def _feed(command: tuple[str, ...], text: str, environ: Mapping[str, str], *, timeout: float) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            # xclip and wl-copy stay behind to serve the clipboard: a pipe would never reach its end.
            stdout=DEVNULL,
            stderr=DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(timeout):
            await process.communicate(text.encode("utf-8", "replace"))
    except TimeoutError:
        return False
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return process.returncode == 0
