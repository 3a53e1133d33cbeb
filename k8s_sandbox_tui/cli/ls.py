"""`ls`: the sandboxes of the namespace, once or as they change."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.lookup import listed
from k8s_sandbox_tui.cli.table import HEADER, row, table
from k8s_sandbox_tui.cli.text import printable, terminal_safe_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.cli.selecting_arguments import Ls
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.models import SandboxInfo
    from k8s_sandbox_tui.provider.watch import SandboxChange

_CHANGE_WIDTH = len("modified")


async def ls(verb: Ls, compute: Compute) -> int:
    """Lists the sandboxes, in the order of their ids; with `--watch` each change to them, until ctrl-C."""
    if verb.watch:
        async with compute.sandbox.watch(verb.selection()) as changes:
            async for change in changes:
                _show_change(change, verb.output)
        return exit_codes.OK
    infos = [sandbox.info for sandbox in await listed(verb, compute)]
    show(infos, verb.output)
    if not infos and verb.output == "table":
        output.note(await _nothing(verb, compute))
    return exit_codes.OK


def show(infos: Sequence[SandboxInfo], form: Literal["table", "text", "json", "name"]) -> None:
    """Writes sandboxes to standard output; none as a table is nothing at all."""
    if form == "json":
        from k8s_sandbox_tui.cli.document import document, to_json

        output.emit(to_json([document(info) for info in infos]))
    elif form == "name":
        output.emit("".join(f"{printable(info.id)}\n" for info in infos))
    elif infos:
        now = datetime.now(UTC)
        columns = os.get_terminal_size(1).columns if output.is_terminal(1) else None
        output.emit(table([HEADER, *(row(info, now) for info in infos)], columns))


async def _nothing(verb: Ls, compute: Compute) -> str:
    like = " that are like that" if verb.narrows else ""
    where = "any namespace" if verb.all_namespaces else f"namespace {(await compute.connect()).namespace}"
    return f"No sandboxes{like} in {where}."


def _show_change(change: SandboxChange, form: Literal["table", "json", "name"]) -> None:
    if form == "json":
        from k8s_sandbox_tui.cli.document import document

        line = {"change": change.kind.value, "sandbox": document(change.info)}
        output.emit(terminal_safe_json(msgspec.json.encode(line).decode()) + "\n")
    elif form == "name":
        output.emit(f"{change.kind.value:<{_CHANGE_WIDTH}}  {printable(change.info.id)}\n")
    else:
        # Without a header: how wide columns have to be is not known before the end.
        cells = "  ".join(cell for cell in row(change.info, datetime.now(UTC)) if cell)
        output.emit(f"{change.kind.value:<{_CHANGE_WIDTH}}  {printable(cells)}\n")
