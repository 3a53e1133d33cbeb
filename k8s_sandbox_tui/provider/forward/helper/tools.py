"""What in a sandbox can make TCP connections, and how it is started."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from k8s_sandbox_tui.provider.errors import ForwardError
from k8s_sandbox_tui.provider.exec.commands import run_command
from k8s_sandbox_tui.provider.forward.same_network import SAY_NETWORK, this_network

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.exec.target import ExecConnection, ExecTarget

TOOLS: Final = ("python3", "python", "node", "nc")
"""The preferred first. All but `nc` make many connections in one process."""

_PROBE: Final = f"for t; do command -v $t >/dev/null 2>&1 && echo $t; done; {SAY_NETWORK}; :"
_PROBE_MS: Final = 15_000

_NC: Final = 'case "$(nc -h 2>&1)" in *-N*) exec nc -N 127.0.0.1 "$1";; *) exec nc 127.0.0.1 "$1";; esac'
"""OpenBSD's nc passes the end of its input on only with -N; busybox's always does."""


class Tools(NamedTuple):
    """What a sandbox has."""

    names: list[str]
    here: bool
    """Its network is the one of this machine, as far as both can tell."""


async def find_tools(connection: ExecConnection, target: ExecTarget) -> Tools:
    """What the sandbox has.

    Raises:
        ForwardError: None of them.
        SandboxError: It cannot be found out.
    """
    probe = ["sh", "-c", _PROBE, "sh", *TOOLS]
    found = (await run_command(connection, target, probe, timeout=_PROBE_MS)).stdout.split()
    tools = [tool for tool in TOOLS if tool in found]
    if not tools:
        raise ForwardError(
            f"{target.sandbox_id} has neither Python, Node.js nor nc, one of which a forward through exec needs.",
            hint="Use an image that has one, or have the right create on pods/portforward granted.",
        )
    return Tools(tools, this_network() in found)


def helper_command(tool: str, port: int) -> list[str]:
    """The program that makes many connections, for Python or Node.js."""
    name, flag = ("in_pod.js", "-e") if tool == "node" else ("in_pod.py", "-c")
    return [tool, flag, Path(__file__).with_name(name).read_text(encoding="utf-8"), str(port)]


def netcat_command(port: int) -> list[str]:
    """The program that makes one connection."""
    return ["sh", "-c", _NC, "sh", str(port)]
