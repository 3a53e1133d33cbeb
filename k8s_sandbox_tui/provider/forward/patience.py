"""How long a forward waits for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardPatience:
    """Times in seconds.

    Attributes:
        connect: From an accepted connection until there is a way into the sandbox for it.
        ping: Silence after which a ping is sent; load balancers cut connections that are silent for 60 s or more.
        quiet: Where the end of the client's half cannot be told: silence of the server after which that is the end.
        verdict: From the end of the data until the server has said whether it was an error.
        linger: From the end of the server's half, with which the connection is over, for the client to close its own.
        idle: How long a tunnel without a connection is kept for the next one.
        look: Between two looks at the Pod where it may not be watched.
        hello: Until the program in the sandbox says that it runs.
        doubt: How long a refused port is not asked for again by the other way.
        close: Until a WebSocket is closed.
    """

    connect: float = 15.0
    ping: float = 20.0
    quiet: float = 5.0
    verdict: float = 2.0
    linger: float = 2.0
    idle: float = 60.0
    look: float = 5.0
    hello: float = 10.0
    doubt: float = 2.0
    close: float = 0.25


PATIENCE: Final = ForwardPatience()
