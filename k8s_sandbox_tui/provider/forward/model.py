"""What a forward tells of itself, as values."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

ForwardVia = Literal["auto", "port-forward", "exec"]
"""Which way connections are to go; `auto`: by port-forward, and through exec where that is refused or fails."""


class ForwardState(StrEnum):
    """Whether a forward takes connections."""

    LISTENING = "listening"
    CLOSED = "closed"
    """It was closed here."""
    GONE = "gone"
    """The sandbox has gone."""


class ForwardWay(StrEnum):
    """How connections get into the sandbox."""

    PORT_FORWARD = "port-forward"
    """Kubernetes' own port-forward."""
    EXEC = "exec"
    """A small program in the sandbox, run by exec: Python, Node.js or nc, whichever is there."""


class ForwardEventKind(StrEnum):
    """What has happened at a forward."""

    OPENED = "opened"
    """A connection was taken, and there is a way into the sandbox for it."""
    CLOSED = "closed"
    """A connection has ended as its two ends wanted."""
    FAILED = "failed"
    """A connection could not be made, or broke."""
    REROUTED = "rerouted"
    """From now on connections go through exec."""
    ENDED = "ended"
    """The forward has ended; the last event."""


class ForwardEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened."""

    kind: ForwardEventKind
    connection: int = 0
    """The connection's number, from 1; 0 where the event is about the forward itself."""
    peer: str = ""
    """Who connected: address and port."""
    bytes_sent: int = 0
    """By this connection into the sandbox."""
    bytes_received: int = 0
    """By this connection from the sandbox."""
    message: str = ""
    """What went wrong, or why the forward has ended, as a sentence."""


class ForwardCounts(msgspec.Struct, kw_only=True):
    """Numbers of a forward, while they grow."""

    live: int = 0
    total: int = 0
    failed: int = 0
    sent: int = 0
    received: int = 0
    last_error: str = ""
