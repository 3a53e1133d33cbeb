"""`top`: what sandboxes use of CPU and memory."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.lookup import listed
from k8s_sandbox_tui.cli.table import table
from k8s_sandbox_tui.provider.errors import NotFoundError, SandboxError
from k8s_sandbox_tui.provider.usage_words import cpu_words, memory_words, share_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from k8s_sandbox_tui.cli.selecting_arguments import Top
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.models import SandboxInfo
    from k8s_sandbox_tui.provider.usage import SandboxUsage

HEADER = ("ID", "CPU", "CPU%", "MEMORY", "MEMORY%")
NONE = "-"
"""Stands for what was not measured, and for the share where there is neither a limit nor a request."""


class UsageDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of `-o json`; null where nothing was measured yet."""

    id: str
    name: str
    namespace: str
    uid: str
    status: str
    cpu: float | None
    """Cores."""
    memory: int | None
    """Bytes."""
    measured_at: datetime | None
    requests: dict[str, str]
    limits: dict[str, str]


class Measured(NamedTuple):
    """A sandbox, and what it used when it was measured last."""

    info: SandboxInfo
    usage: SandboxUsage | None


async def top(verb: Top, compute: Compute) -> int:
    """Prints what those that are measured use, and names those that run and are not measured yet.

    Raises:
        SandboxError: The cluster does not measure it.
        ForbiddenError: It may not be read.
    """
    infos = [sandbox.info for sandbox in await listed(verb, compute)]
    try:
        used = await compute.list_usage(namespaces=() if verb.all_namespaces else None)
    except NotFoundError as error:
        # Not the sandboxes are missing, which that error would have the exit code of.
        raise SandboxError(error.message, hint=error.hint) from error
    found = measured(infos, used)
    found.sort(key=_ORDERS[verb.sort_by])
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import to_json

        output.emit(to_json([_document(one) for one in found]))
    elif found:
        columns = os.get_terminal_size(1).columns if output.is_terminal(1) else None
        output.emit(table([HEADER, *map(_row, found)], columns))
    else:
        what = "No sandbox that is like that runs" if verb.narrows else "No sandbox runs"
        where = "any namespace" if verb.all_namespaces else f"namespace {(await compute.connect()).namespace}"
        output.note(f"{what} in {where}.")
    return exit_codes.OK


def measured(infos: Sequence[SandboxInfo], used: Sequence[SandboxUsage]) -> list[Measured]:
    """Each sandbox with its own measurement; those that neither run nor were measured are left out."""
    by_name = {(one.namespace, one.name): one for one in used}
    found: list[Measured] = []
    for info in infos:
        usage = by_name.get((info.namespace, info.name))
        if usage is not None and usage.measured_at < info.created_at:
            usage = None  # of another Pod that had this name
        if usage is not None or info.status == "running":
            found.append(Measured(info, usage))
    return found


# Stable: equal ones stay in the order of their ids, those without a measurement come last.
_ORDERS: Mapping[str, Callable[[Measured], tuple[bool, float] | str]] = {
    "cpu": lambda one: (one.usage is None, 0.0 if one.usage is None else -one.usage.cpu),
    "memory": lambda one: (one.usage is None, 0.0 if one.usage is None else -one.usage.memory),
    "id": lambda one: one.info.id,
}


def _row(one: Measured) -> tuple[str, ...]:
    info, usage = one
    if usage is None:
        return (info.id, NONE, NONE, NONE, NONE)
    shares = [_percent(share_of(amount, info.resources, name)) for name, amount in _amounts(usage)]
    return (info.id, cpu_words(usage.cpu), shares[0], memory_words(usage.memory), shares[1])


def _amounts(usage: SandboxUsage) -> tuple[tuple[str, float], ...]:
    return (("cpu", usage.cpu), ("memory", usage.memory))


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{share:.0%}"


def _document(one: Measured) -> UsageDocument:
    info, usage = one
    return UsageDocument(
        id=info.id,
        name=info.name,
        namespace=info.namespace,
        uid=info.uid,
        status=info.status,
        cpu=None if usage is None else usage.cpu,
        memory=None if usage is None else usage.memory,
        measured_at=None if usage is None else usage.measured_at,
        requests=info.resources.requests,
        limits=info.resources.limits,
    )
