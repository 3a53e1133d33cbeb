"""What a kubelet says of a forwarded connection that failed.

Up to 1.31 it is plain text, then `{"closeConnection": …, "message": …}` (kubelet, `portforward/httpstream.go`). The
text is the container runtime's.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from k8s_sandbox_tui.provider.forward.channel import ChannelError

MOST: Final = 8192
"""Bytes of it that are kept."""

_REFUSED: Final = re.compile(r"\brefused\b", re.IGNORECASE)
_UNREACHED: Final = re.compile(r"failed to (?:connect to|dial)\b|can't connect", re.IGNORECASE)
_BROKEN: Final = re.compile(r"broken pipe|connection reset", re.IGNORECASE)


class _Said(msgspec.Struct):
    message: str = ""


_DECODER: Final = msgspec.json.Decoder(_Said)


def refusal_text(said: bytes) -> str:
    """The text of it, on one line."""
    try:
        text = _DECODER.decode(said).message
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = said.decode("utf-8", "replace")
    return " ".join(text.split())


def failure(said: bytes, *, port: int, sandbox_id: str) -> ChannelError:
    """The error for it."""
    text = refusal_text(said)
    if _REFUSED.search(text):
        return nothing_listens(port, sandbox_id)
    if _BROKEN.search(text):
        return ChannelError(f"The server on port {port} in {sandbox_id} broke the connection.")
    message = f"Port {port} in {sandbox_id} cannot be reached: {text.rstrip('.') or 'no reason given'}."
    return ChannelError(message, refused=_UNREACHED.search(text) is not None)


def nothing_listens(port: int, sandbox_id: str) -> ChannelError:
    """The error for a port without a server."""
    return ChannelError(f"Nothing listens on port {port} in {sandbox_id}.", refused=True)


def lost(port: int, sandbox_id: str, *, unused: bool = False) -> ChannelError:
    """The error for a connection that is gone without a word."""
    return ChannelError(f"The connection to port {port} in {sandbox_id} was lost.", unused=unused)
