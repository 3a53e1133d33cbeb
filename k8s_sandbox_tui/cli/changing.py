"""`extend` and `meta`: what can be changed of a sandbox that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.document import document, to_json
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.cli.text import printable, rfc3339

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.sandbox_arguments import Extend, Meta
    from k8s_sandbox_tui.provider.compute import Compute


async def extend(verb: Extend, compute: Compute) -> int:
    """Lets a sandbox live for at least so long from now, and says until when it does."""
    info = await (await find(compute, verb.id)).extend(verb.span)
    if verb.output == "json":
        output.emit(to_json(document(info)))
    elif info.expires_at is None:
        output.note(f"{info.id} has no expiry: it lives until it is destroyed.")
    else:
        output.emit(f"{rfc3339(info.expires_at)}\n")
    return exit_codes.OK


async def meta(verb: Meta, compute: Compute) -> int:
    """Sets and removes metadata, and shows all there is; with nothing to do it shows it alone."""
    sandbox = await find(compute, verb.id)
    if verb.pairs or verb.remove:
        await sandbox.set_metadata(dict(verb.pairs), remove=verb.remove)
    info = sandbox.info
    if verb.output == "json":
        output.emit(to_json(document(info)))
    else:
        output.emit("".join(f"{printable(key)}={printable(value)}\n" for key, value in sorted(info.metadata.items())))
    return exit_codes.OK
