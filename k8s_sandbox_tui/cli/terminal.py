"""The user's terminal, handed to a command in a sandbox and given back as it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli.output import is_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


def size() -> tuple[int, int] | None:
    """Returns columns and rows of the terminal; None where no standard file is one or it does not know."""
    for descriptor in (1, 0, 2):
        with contextlib.suppress(OSError):
            columns, rows = os.get_terminal_size(descriptor)
            if columns > 0 and rows > 0:
                return columns, rows
    return None


@contextlib.contextmanager
def raw_input() -> Generator[None]:
    """Passes every key through while it lasts, ctrl-C as well; does nothing where standard input is no terminal."""
    if sys.platform == "win32" or not is_terminal(0):
        yield
        return
    import termios
    import tty

    before = termios.tcgetattr(0)
    tty.setraw(0, termios.TCSADRAIN)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):
            # It fails where the terminal is gone, as its window was closed.
            termios.tcsetattr(0, termios.TCSADRAIN, before)


@contextlib.contextmanager
def watched_size(changed: Callable[[], None]) -> Generator[None]:
    """Calls `changed` on the event loop each time the terminal's size changes."""
    if sys.platform == "win32":
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGWINCH, changed)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)
