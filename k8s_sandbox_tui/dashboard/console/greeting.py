"""What the console says before a command was run, and in front of its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from k8s_sandbox_tui.dashboard.console.words import why_not
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.sessions import Session
    from k8s_sandbox_tui.provider.models import SandboxInfo

MAX_CWD = 24
"""Cells of the working directory in front of the command line."""

_EXAMPLES = {
    "node": (("node --version", "which Node.js it has"), ("node -e 'console.log(6 * 7)'", "a line of JavaScript")),
    "python": (("python3 --version", "which Python it has"), ("python3 -c 'print(6 * 7)'", "a line of Python")),
}
_ALWAYS = (("ls -la", "what is in the working directory"), ("cd /tmp", "where the next commands start"))


def greeting(info: SandboxInfo | None, forbidden: str = "") -> Content:
    """An invitation for the selected sandbox, with examples for its runtime; or why there is none.

    Args:
        info: The selected sandbox.
        forbidden: Why nothing may be run here at all.
    """
    if forbidden:
        return Content(forbidden)
    if info is None:
        # The command line below says that none is, and what to do.
        return Content("Commands run in the selected sandbox and show up here.")
    if refused := why_not(info):
        return Content(refused)
    lines = [
        Content.assemble("Commands run in ", (sanitize_line(info.name), "$text-primary bold"), " and show up here."),
        Content(""),
    ]
    examples = (*_EXAMPLES.get(info.runtime, ()), *_ALWAYS)
    width = max(len(command) for command, _ in examples) + 3
    lines += [
        Content.assemble(("$ ", "$text-primary"), (command.ljust(width), "$foreground"), why)
        for command, why in examples
    ]
    return Content("\n").join(lines)


def prompt_label(info: SandboxInfo | None, session: Session) -> Content:
    """The sandbox, the directory, how many variables are set and a `$`, as a shell's prompt has them."""
    if info is None:
        return Content("$")
    cwd = sanitize_line(session.place.cwd)
    if cell_len(cwd) > MAX_CWD:
        while cell_len(cwd) > MAX_CWD - 1:
            cwd = cwd[1:]
        cwd = "…" + cwd
    env = f"+{len(session.env)}" if session.env else ""
    return Content(" ".join(part for part in (sanitize_line(info.name), cwd, env, "$") if part))
