"""How long a command's connection may be silent before something is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Times in seconds.

    Attributes:
        open: Until the exec is open: TCP, TLS, upgrade and the API server's way to the node.
        ping: Silence after which a ping is sent; load balancers cut connections that are silent for 60 s or more.
        pong: Silence after a ping with which the connection counts as lost.
        look: Time without output after which the Pod is looked at: on a lost node an exec stays open for ever.
        close: From the status to the end of the connection; servers may wait for the client to close.
        gone: From seeing that the Pod is gone until the command counts as ended, as its status may still come.
        kill: Until a kill must be over, its own grace between TERM and KILL included.
        cancel: From a cancellation until it goes on, although the kill is not over; that goes on by itself.
        last_words: From a kill to the end of the output, which a process that escaped the kill may hold open.
    """

    open: float = 30.0
    ping: float = 20.0
    pong: float = 15.0
    look: float = 60.0
    close: float = 5.0
    gone: float = 5.0
    kill: float = 8.0
    cancel: float = 1.0
    last_words: float = 1.0


PATIENCE: Final = Patience()
