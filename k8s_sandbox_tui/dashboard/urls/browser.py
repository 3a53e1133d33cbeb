"""Opening a URL in the user's browser, where there is one to see it in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 10.0
"""Seconds until a browser that has not come back counts as open: some stay in the foreground."""

_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def why_not_open(url: str, environ: Mapping[str, str], platform: str) -> str:
    """Why no browser can show the URL; empty when one can.

    Args:
        url: The URL.
        environ: The environment of this process.
        platform: `sys.platform`.
    """
    if not url.startswith(("http://", "https://")):
        return "Browsers open http and https only."
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return "A browser would open on the machine you are logged in to, not on yours: copy the URL instead."
    if platform.startswith(("darwin", "win", "cygwin")) or any(
        environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME")
    ):
        return ""
    return "There is no desktop here to open a browser on: copy the URL instead."


async def open_in_browser(url: str, environ: Mapping[str, str], *, timeout: float = TIMEOUT) -> bool:
    """Have the browser that Python's `webbrowser` finds open the URL; false where it finds none or that one fails.

    In a process without a terminal, so that a text browser cannot draw over the dashboard.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _OPEN, url,
            stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, env=dict(environ), start_new_session=True,
        )  # fmt: skip
    except OSError:
        return False
    try:
        async with asyncio.timeout(timeout):
            return await process.wait() == 0
    except TimeoutError:
        return True
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
