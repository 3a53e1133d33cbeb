"""What a server is told when it is started, and what it answers."""

from __future__ import annotations

from typing import Literal

Network = Literal["host", "private"]
NETWORKS: tuple[Network, ...] = ("host", "private")
"""Which network sandboxes have: that of the machine, or each a loopback of its own and nothing else."""
NETWORK_ENVIRONMENT = "K8S_SANDBOX_TUI_NETWORK"
"""Names one of them for servers that are started without being told."""
REFUSED = b"refused\n"
"""The beginning of the answer of a server that the user has not agreed to; behind it comes what to agree to."""
OTHER = b"other\n"
"""The answer of a server that is not needed: another one runs, or is starting."""
FAILED = b"failed\n"
"""The same of one that cannot be as it was wanted; behind it comes why."""
