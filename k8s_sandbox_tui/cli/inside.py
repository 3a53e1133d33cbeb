"""`logs` and `events`: what a sandbox's main process has written, and what happened to the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.document import to_json
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.cli.table import age, table

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.sandbox_arguments import Events, Logs
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.looking import SandboxEvent

_HEADER = ("AGE", "TYPE", "REASON", "TIMES", "MESSAGE")


class EventDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An event in the form of `-o json`. Fields are added, never renamed or removed."""

    type: str
    reason: str
    message: str
    first_at: datetime | None
    last_at: datetime | None
    count: int


async def logs(verb: Logs, compute: Compute) -> int:
    """Passes the end of the log on as bytes."""
    from k8s_sandbox_tui.cli.standard_output import StandardOutput

    sandbox = await find(compute, verb.id)
    data = await sandbox.get_log(tail_lines=verb.tail, previous=verb.previous)
    standard_output = StandardOutput()
    await standard_output.write(1, data)
    await standard_output.flush()
    if not data:
        output.note("The log is empty: what commands print is not in it.")
    return exit_codes.OK


async def events(verb: Events, compute: Compute) -> int:
    """Shows what happened, oldest first."""
    sandbox = await find(compute, verb.id)
    happened = await sandbox.get_events()
    if verb.output == "json":
        output.emit(to_json([msgspec.convert(event, EventDocument, from_attributes=True) for event in happened]))
    elif happened:
        now = datetime.now(UTC)
        output.emit(table([_HEADER, *(_cells(event, now) for event in happened)]))
    else:
        output.note("No events: Kubernetes forgets them after an hour.")
    return exit_codes.OK


def _cells(event: SandboxEvent, now: datetime) -> tuple[str, ...]:
    seen = "" if event.last_at is None else age((now - event.last_at).total_seconds())
    return seen, event.type, event.reason, str(event.count), event.message
