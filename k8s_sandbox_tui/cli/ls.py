"""`ls`: the sandboxes of the namespace."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.table import HEADER, row, table
from k8s_sandbox_tui.cli.text import printable

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.arguments import Ls
    from k8s_sandbox_tui.provider.compute import Compute


async def ls(verb: Ls, compute: Compute) -> int:
    """Lists the sandboxes, in the order of their ids."""
    sandboxes = sorted((sandbox.info for sandbox in await compute.sandbox.list()), key=lambda info: info.id)
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import document, to_json

        output.emit(to_json([document(info) for info in sandboxes]))
    elif verb.output == "name":
        output.emit("".join(f"{printable(info.id)}\n" for info in sandboxes))
    elif sandboxes:
        now = datetime.now(UTC)
        columns = os.get_terminal_size(1).columns if output.is_terminal(1) else None
        output.emit(table([HEADER, *(row(info, now) for info in sandboxes)], columns))
    else:
        output.note(f"No sandboxes in namespace {(await compute.connect()).namespace}.")
    return exit_codes.OK
