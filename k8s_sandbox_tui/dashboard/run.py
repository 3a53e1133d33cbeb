"""Runs the dashboard on this terminal, from its first paint to the process's exit code."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.dashboard.remembered import Remembered, remembered_path
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.dashboard.settings.resolve import resolved
from k8s_sandbox_tui.dashboard.terminal_colours import terminal_colours

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.ports import ContextsPort, OpenClusterPort
    from k8s_sandbox_tui.dashboard.settings.read import Loaded
    from k8s_sandbox_tui.dashboard.shell.protocols import TerminalJoiner

LEAVING = 0.05
"""Seconds that tasks are given to end once the terminal is the user's again."""


def run(
    open_cluster: OpenClusterPort,
    loaded: Loaded | None = None,
    *,
    contexts: ContextsPort | None = None,
    join: TerminalJoiner | None = None,
) -> int:
    """Show the dashboard until the user leaves it.

    Once the terminal is the user's again, nothing is waited for longer than a moment: neither
    a network that hangs nor a thread that still starts something.

    Args:
        open_cluster: Opens the cluster after the first paint.
        loaded: The settings, with the options of the command line in them; None for the defaults, and to leave
            nothing behind.
        contexts: Reads the contexts that one may go to; None where there are none.
        join: Joins a shell with the terminal; None where that is not possible.

    Returns:
        The process's exit code.
    """
    remembered = Remembered(None if loaded is None else remembered_path())
    settings, problems = (Settings(), ()) if loaded is None else resolved(loaded)
    if not os.environ.get("NO_COLOR", "1"):
        # As no-color.org has it: an empty variable says nothing. Textual takes it for a yes.
        del os.environ["NO_COLOR"]
    app = DashboardApp(
        open_cluster,
        contexts=contexts,
        settings=settings,
        problems=problems,
        remembered=remembered,
        colours=terminal_colours(os.environ, windows=sys.platform == "win32"),
        join=join,
        ahead=True,
    )
    loop = asyncio.new_event_loop()
    if sys.platform != "win32":
        # The terminal is given back in order, also when the session ends.
        loop.add_signal_handler(signal.SIGTERM, app.exit)
        loop.add_signal_handler(signal.SIGHUP, app.exit)
        from k8s_sandbox_tui.dashboard.hangup import on_hangup

        on_hangup(loop, sys.__stdin__.fileno() if sys.__stdin__ is not None else 0, app.exit)
    try:
        app.run(loop=loop, mouse=settings.mouse)
        # What is still pending after that would only complain of its end on the user's terminal.
        loop.set_exception_handler(lambda _loop, _context: None)
        for task in (tasks := asyncio.all_tasks(loop)):
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=LEAVING))
    finally:
        loop.close()
        remembered.write()
    return app.return_code or 0
