"""Opens a shell in a sandbox, lends it the terminal, and comes back with a sentence about its end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from k8s_sandbox_tui.dashboard.console.words import exit_words, why_not
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.dashboard.shell.protocols import LendingApp, TerminalCommand, TerminalJoiner, TerminalStarter
    from k8s_sandbox_tui.provider.models import SandboxInfo

BEST_SHELL = "for s in bash zsh ash; do command -v $s >/dev/null 2>&1 && exec $s; done; exec sh"
"""The first of the shells that people know best, as far as the image has one."""


async def open_shell(
    app: LendingApp,
    find: Callable[[], Awaitable[TerminalStarter]],
    info: SandboxInfo,
    join: TerminalJoiner | None,
) -> None:
    """Start a shell and give it the terminal until it ends; what goes wrong is said.

    Args:
        app: Lends the terminal.
        find: Gives the sandbox, which has the uid that is meant.
        info: What is known of it.
        join: Joins the shell with the terminal; None where that is not possible.
    """
    name = harmless(info.name)
    if reason := why_not(info):
        app.notify(reason, severity="warning", markup=False)
        return
    if join is None or app.is_web or sys.platform == "win32":
        _refuse(app, info)
        return
    try:
        running = await (await find()).start_command(
            BEST_SHELL, stdin=True, tty=True, size=(app.size.width, app.size.height)
        )
        async with running:
            code = await _lend(app, running, join, name)
    except SuspendNotSupported:
        _refuse(app, info)
    except SandboxError as error:
        app.notify(harmless(str(error)), title=f"No shell in {name}", severity="error", markup=False)
    else:
        meaning = exit_words(code)
        words = f"exit code {code}, {meaning}" if meaning else f"exit code {code}"
        app.notify(f"The shell in {name} ended with {words}.", markup=False)


async def _lend(app: LendingApp, running: TerminalCommand, join: TerminalJoiner, name: str) -> int:
    """Give the terminal away until the shell ends; the dashboard comes back whatever the end is."""
    failure: SandboxError | None = None
    code = 0
    with app.suspend():
        if sys.__stdout__ is not None:
            sys.__stdout__.write(f"A shell in {name}. exit, or Ctrl-D, brings the dashboard back.\r\n")
            sys.__stdout__.flush()
        try:
            code = await join(running)
        except SandboxError as error:
            # Textual comes back only where nothing is raised in here.
            failure = error
    if failure is not None:
        raise failure
    return code


def _refuse(app: LendingApp, info: SandboxInfo) -> None:
    app.notify(
        "The dashboard has no terminal here that it could lend to a shell."
        f" In one, run: k8s-sandbox-tui exec -it {harmless(info.id)} -- sh",
        severity="warning",
        markup=False,
    )
