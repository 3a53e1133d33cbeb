"""What the console says before a command was run, and in front of its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.columns import Cut

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.sessions import Session
    from k8s_sandbox_tui.provider.models import SandboxInfo

MAX_CWD = 24
"""Cells of the working directory in front of the command line."""

_CUT_FIRST = (("cwd", 8), ("name", 12), ("cwd", 0), ("name", 1))
"""What is cut, and to how many cells, before the next is."""

_EXAMPLES = {
    "node": (("node --version", "which Node.js it has"), ("node -e 'console.log(6 * 7)'", "a line of JavaScript")),
    "python": (("python3 --version", "which Python it has"), ("python3 -c 'print(6 * 7)'", "a line of Python")),
}
_ALWAYS = (("ls -la", "what is in the working directory"), ("cd /tmp", "where the next commands start"))


def greeting(info: SandboxInfo | None, refused: str) -> Content:
    """An invitation for the selected sandbox, with examples for its runtime; or why there is none.

    Args:
        info: The selected sandbox.
        refused: Why no command can run in it; empty where one can, and where none is selected.
    """
    if refused:
        return Content(refused)
    if info is None:
        # The command line below says that none is, and what to do.
        return Content("Commands run in the selected sandbox and show up here.")
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


def prompt_label(info: SandboxInfo | None, session: Session, room: int, ellipsis: str) -> Content:
    """The sandbox, the directory, how many variables are set and a `$`, as a shell's prompt has them.

    Args:
        info: The sandbox.
        session: What lasts in it.
        room: Cells there are for it. Where they are few, the directory is cut first, then the name.
        ellipsis: Stands for what is cut.
    """
    if info is None:
        return Content("$")
    name, cwd = sanitize_line(info.name), sanitize_line(session.place.cwd)
    env = f"+{len(session.env)}" if session.env else ""
    cells = {"name": cell_len(name), "cwd": min(cell_len(cwd), MAX_CWD)}
    over = sum(count + 1 for count in (*cells.values(), len(env)) if count) + 1 - room
    for part, least in _CUT_FIRST:
        taken = max(0, min(over, cells[part] - least))
        cells[part] -= taken
        over -= taken
    name = fit(name, cells["name"], cut=Cut.MIDDLE, ellipsis=ellipsis)
    cwd = fit(cwd, cells["cwd"], cut=Cut.START, ellipsis=ellipsis)
    return Content(" ".join(part for part in (name, cwd, env, "$") if part))
