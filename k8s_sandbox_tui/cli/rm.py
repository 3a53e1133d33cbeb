"""`rm`: destroys sandboxes, after a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.confirm import confirmed
from k8s_sandbox_tui.cli.each import each
from k8s_sandbox_tui.cli.lookup import find, listed
from k8s_sandbox_tui.cli.ls import show
from k8s_sandbox_tui.provider.errors import InvalidArgumentError, NotFoundError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.cli.selecting_arguments import Rm
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.sandbox import Sandbox


class RemovedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One sandbox in the form of `-o json`. Fields are added, never renamed or removed."""

    id: str
    uid: str = ""
    """Empty where there is no such sandbox."""
    destroyed: bool
    error: str = ""


async def rm(verb: Rm, compute: Compute) -> int:
    """Destroys the sandboxes and says of each what became of it; one that fails does not keep the others.

    What was looked up and shown is what is deleted: the uid goes along, so that a Pod which has
    taken the name in the meantime is left alone.
    """
    if not (verb.yes or verb.dry_run) and not output.is_terminal(0):
        raise InvalidArgumentError(
            "rm asks before it destroys, and standard input is not a terminal.", hint="Add --yes."
        )
    found = await _look_up(compute, list(dict.fromkeys(verb.ids))) if verb.ids else await _selected(verb, compute)
    missing = [one for one in found if isinstance(one, RemovedDocument)]
    sandboxes = list({one.uid: one for one in found if not isinstance(one, RemovedDocument)}.values())
    if verb.dry_run:
        show([sandbox.info for sandbox in sandboxes], verb.output)
        return exit_codes.FAILED if missing else exit_codes.OK
    if sandboxes and not verb.yes and not await _confirmed(sandboxes):
        output.note("Nothing was destroyed.")
        return exit_codes.FAILED
    removed = missing + await _destroy(sandboxes)
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import to_json

        output.emit(to_json(removed))
    return exit_codes.OK if all(one.destroyed for one in removed) else exit_codes.FAILED


async def _selected(verb: Rm, compute: Compute) -> list[Sandbox | RemovedDocument]:
    found = await listed(verb, compute)
    if not found:
        output.note("No sandbox is like that.")
    return [*found]


async def _look_up(compute: Compute, ids: Sequence[str]) -> list[Sandbox | RemovedDocument]:
    """Finds the sandboxes; says of which there is none."""
    results = await each(ids, lambda sandbox_id: find(compute, sandbox_id))
    found: list[Sandbox | RemovedDocument] = []
    for sandbox_id, result in zip(ids, results, strict=True):
        if isinstance(result, SandboxError):
            output.note(f"{sandbox_id}: error: {result}")
            found.append(RemovedDocument(id=sandbox_id, destroyed=False, error=str(result)))
        else:
            found.append(result)
    return found


async def _destroy(sandboxes: Sequence[Sandbox]) -> list[RemovedDocument]:
    """Destroys them and says what became of each."""
    results = await each(sandboxes, _destroy_one)
    for sandbox, result in zip(sandboxes, results, strict=True):
        output.note(f"{sandbox.sandbox_id}: {f'error: {result}' if result else 'destroyed'}")
    return [
        RemovedDocument(id=sandbox.sandbox_id, uid=sandbox.uid, destroyed=not result, error=str(result or ""))
        for sandbox, result in zip(sandboxes, results, strict=True)
    ]


async def _destroy_one(sandbox: Sandbox) -> None:
    if not await sandbox.destroy():
        raise NotFoundError("It was gone already.", status=404)


async def _confirmed(sandboxes: Sequence[Sandbox]) -> bool:
    for sandbox in sandboxes:
        output.note(f"{sandbox.sandbox_id}  {sandbox.info.status}  {sandbox.info.image}")
    count = "this sandbox" if len(sandboxes) == 1 else f"these {len(sandboxes)} sandboxes"
    return await confirmed(f"Destroy {count}? [y/N] ")
