"""Opens a shell in a sandbox, lends it the terminal, and comes back with a sentence about its end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from k8s_sandbox_tui.dashboard.console.model import CommandState, Ending
from k8s_sandbox_tui.dashboard.console.words import ending_of, exit_words, why_not
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.provider.errors import CommandStartError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.dashboard.shell.protocols import LendingApp, TerminalCommand, TerminalJoiner, TerminalStarter
    from k8s_sandbox_tui.provider.models import SandboxInfo

BEST_SHELL = "for s in bash zsh ash; do command -v $s >/dev/null 2>&1 && exec $s; done; exec sh"
"""The first of the shells that people know best, as far as the image has one."""

NO_SHELL = "The image has no /bin/sh that can be run. Create a sandbox from an image that has one."


async def open_shell(
    app: LendingApp,
    find: Callable[[], Awaitable[TerminalStarter]],
    info: SandboxInfo,
    join: TerminalJoiner | None,
    failed: Callable[[SandboxInfo, Ending], None],
) -> None:
    """Start a shell and give it the terminal until it ends.

    Args:
        app: Lends the terminal.
        find: Gives the sandbox, which has the uid that is meant.
        info: What is known of it.
        join: Joins the shell with the terminal; None where that is not possible.
        failed: Shows what went wrong, for as long as the user wants to read it.
    """
    name = harmless(info.name)
    if reason := why_not(info):
        app.notify(reason, severity="warning", markup=False)
        return
    if join is None or app.is_web or sys.platform == "win32":
        failed(info, _no_terminal(info))
        return
    running: TerminalCommand | None = None
    try:
        running = await (await find()).start_command(
            BEST_SHELL, stdin=True, tty=True, size=(app.size.width, app.size.height)
        )
        async with running:
            code = await _lend(app, running, join, name)
    except SuspendNotSupported:
        failed(info, _no_terminal(info))
    except SandboxError as error:
        failed(info, _ending(error, started=running is not None))
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
            sys.__stdout__.write(f"A shell in {name}. exit, or ^D, brings the dashboard back.\r\n")
            sys.__stdout__.flush()
        try:
            code = await join(running)
        except SandboxError as error:
            # Textual comes back only where nothing is raised in here.
            failure = error
    if failure is not None:
        raise failure
    return code


def _ending(error: SandboxError, *, started: bool) -> Ending:
    """What an error means for the shell, with the next step."""
    ending = ending_of(error, started=started)
    if isinstance(error, CommandStartError):
        return Ending(ending.state, ending.exit_code, f"{NO_SHELL} {harmless(error.message)}")
    return ending


def _no_terminal(info: SandboxInfo) -> Ending:
    return Ending(
        CommandState.START_FAILED,
        detail="The dashboard has no terminal here that it could lend to a shell."
        f" In one, run: k8s-sandbox-tui exec -it {harmless(info.id)} -- sh",
    )
