"""`rm`: destroys sandboxes, after a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.each import each
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.provider.errors import InvalidArgumentError, NotFoundError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.cli.arguments import Rm
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.sandbox import Sandbox


async def rm(verb: Rm, compute: Compute) -> int:
    """Destroys the sandboxes and says of each what became of it; one that fails does not keep the others.

    What was looked up and shown is what is deleted: the uid goes along, so that a Pod which has
    taken the name in the meantime is left alone.
    """
    if not verb.yes and not output.is_terminal(0):
        raise InvalidArgumentError("rm asks before it destroys, and standard input is no terminal.", hint="Add --yes.")
    found = await _look_up(compute, list(dict.fromkeys(verb.ids)))
    sandboxes = list({sandbox.uid: sandbox for sandbox in found if sandbox is not None}.values())
    if sandboxes and not verb.yes and not await _confirmed(sandboxes):
        output.note("Nothing was destroyed.")
        return exit_codes.FAILED
    return exit_codes.OK if await _destroy(sandboxes) and None not in found else exit_codes.FAILED


async def _look_up(compute: Compute, ids: Sequence[str]) -> list[Sandbox | None]:
    """Finds the sandboxes; says of which there is none, with None in its place."""
    results = await each(ids, lambda sandbox_id: find(compute, sandbox_id))
    for sandbox_id, result in zip(ids, results, strict=True):
        if isinstance(result, SandboxError):
            output.note(f"{sandbox_id}: error: {result}")
    return [None if isinstance(result, SandboxError) else result for result in results]


async def _destroy(sandboxes: Sequence[Sandbox]) -> bool:
    """Destroys them and says what became of each; true if all went well."""
    results = await each(sandboxes, _destroy_one)
    for sandbox, result in zip(sandboxes, results, strict=True):
        output.note(f"{sandbox.sandbox_id}: {f'error: {result}' if result else 'destroyed'}")
    return not any(results)


async def _destroy_one(sandbox: Sandbox) -> None:
    if not await sandbox.destroy():
        raise NotFoundError("It was gone already.", status=404)


async def _confirmed(sandboxes: Sequence[Sandbox]) -> bool:
    from k8s_sandbox_tui.cli.standard_input import StandardInput

    for sandbox in sandboxes:
        output.note(f"{sandbox.sandbox_id}  {sandbox.info.status}  {sandbox.info.image}")
    count = "this sandbox" if len(sandboxes) == 1 else f"these {len(sandboxes)} sandboxes"
    output.ask(f"Destroy {count}? [y/N] ")
    answer = await anext(StandardInput().chunks(), b"")
    return answer.strip().lower() in {b"y", b"yes"}
