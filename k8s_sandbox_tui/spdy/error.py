"""What the other side did wrong."""

from __future__ import annotations


class SpdyError(Exception):
    """The bytes are no SPDY/3; the session cannot go on."""
