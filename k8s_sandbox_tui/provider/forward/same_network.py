"""Whether a sandbox has the network of this machine, where its loopback is the one that a forward listens on.

So it is in the local cluster, and with `hostNetwork` on a node that is this machine. What connects to the forward's own
port there comes back to it for ever.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Final

SAY_NETWORK: Final = (
    'n="$(readlink /proc/self/ns/net 2>/dev/null)" && b="$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"'
    ' && echo "$n@$b"'
)
"""A script that tells which network it has: a network namespace of Linux, and the start of the kernel that has it."""


def this_network() -> str:
    """The network of this process, in the words of that script; empty where that is not known."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{Path('/proc/self/ns/net').readlink()}@{boot}"
    except OSError:
        return ""


def comes_back(host: str, local_port: int, remote_port: int) -> bool:
    """Whether a connection to a port of this machine's loopback is one to what listens here."""
    address = ipaddress.ip_address(host)
    return local_port == remote_port and (address.is_loopback or address.is_unspecified)
