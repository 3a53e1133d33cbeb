"""`create`: a new sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.arguments import Create
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.models import CreateProgress


async def create(verb: Create, compute: Compute) -> int:
    """Creates a sandbox, waits until it runs and prints its id. Ctrl-C while it waits deletes it again."""
    watched = output.is_terminal(2)
    try:
        sandbox = await compute.sandbox.create(
            envs=dict(verb.env),
            metadata=dict(verb.meta),
            runtime=verb.runtime,
            image=verb.image or None,
            on_progress=_show if watched else None,
        )
    finally:
        if watched:
            output.progress("")
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import document, to_json

        output.emit(to_json(document(sandbox.info)))
    else:
        output.emit(f"{sandbox.sandbox_id}\n")
    return exit_codes.OK


def _show(progress: CreateProgress) -> None:
    detail = f": {progress.detail}" if progress.detail else ""
    output.progress(f"{progress.sandbox_id} {progress.stage} ({progress.elapsed_ms / 1000:.1f} s){detail}")
