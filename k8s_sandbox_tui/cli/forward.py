"""`forward`: ports of a sandbox on this machine, until ctrl-C or until the sandbox has gone."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.cli.text import printable, terminal_safe_json
from k8s_sandbox_tui.provider.forward.model import ForwardEventKind, ForwardState

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.arguments import Forward
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.forward.model import ForwardEvent
    from k8s_sandbox_tui.provider.forward.port_forward import PortForward


class EventDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `-o json`. Fields are added, never renamed or removed."""

    event: str
    """`listening`, or a `ForwardEventKind`."""
    sandbox: str
    address: str
    port: int
    remote_port: int
    url: str
    via: str
    connection: int = 0
    peer: str = ""
    bytes_sent: int = 0
    bytes_received: int = 0
    message: str = ""


async def forward(verb: Forward, compute: Compute) -> int:
    """Forwards until the sandbox has gone; ctrl-C cancels it."""
    sandbox = await find(compute, verb.id)
    async with contextlib.AsyncExitStack() as stack:
        forwards: list[PortForward] = []
        for local, remote in verb.ports:
            port = local
            for address in verb.address:
                opened = await sandbox.forward_port(remote, local_port=port, host=address, via=verb.via)
                forwards.append(await stack.enter_async_context(opened))
                # Any free port is the same one on all addresses, as kubectl has it.
                port = opened.local_port
        for one in forwards:
            _tell_listening(one, verb)
        await asyncio.gather(*(_follow(one, verb) for one in forwards))
    gone = next((one for one in forwards if one.state is ForwardState.GONE), None)
    if gone is None:
        return exit_codes.OK
    output.note(f"error: {gone.reason}")
    return exit_codes.NO_SUCH_SANDBOX


async def _follow(one: PortForward, verb: Forward) -> None:
    async for event in one:
        if verb.output == "json":
            _emit(one, event.kind.value, event)
        elif event.kind is ForwardEventKind.FAILED:
            output.note(f"error: {event.message}")
        elif event.kind is ForwardEventKind.REROUTED:
            output.note(f"note: through exec from now on: {event.message}.")


def _tell_listening(one: PortForward, verb: Forward) -> None:
    if verb.output == "json":
        _emit(one, "listening", None)
        return
    host = f"[{one.local_host}]" if ":" in one.local_host else one.local_host
    way = "" if one.via == "port-forward" else " through exec"
    output.emit(printable(f"Forwarding from {host}:{one.local_port} -> {one.remote_port}{way}") + "\n")


def _emit(one: PortForward, kind: str, event: ForwardEvent | None) -> None:
    document = EventDocument(
        event=kind,
        sandbox=one.sandbox_id,
        address=one.local_host,
        port=one.local_port,
        remote_port=one.remote_port,
        url=one.url,
        via=one.via.value,
        connection=event.connection if event else 0,
        peer=event.peer if event else "",
        bytes_sent=event.bytes_sent if event else 0,
        bytes_received=event.bytes_received if event else 0,
        message=event.message if event else "",
    )
    output.emit(terminal_safe_json(msgspec.json.encode(document).decode()) + "\n")
