"""The ways in which a command's connection can go wrong."""

from __future__ import annotations

from enum import StrEnum


class ExecFault(StrEnum):
    """What happens to an exec."""

    REFUSED = "refused"
    """500 in place of the upgrade."""
    DROP_BEFORE_STATUS = "drop-before-status"
    """All output comes, then the connection is reset."""
    DROP_AFTER_STATUS = "drop-after-status"
    """The status comes, then the connection ends without WebSocket's close."""
    FREEZE = "freeze"
    """Nothing comes after the first, empty message, until the client leaves."""
    NO_STATUS = "no-status"
    """The socket is closed as it should be, but no status comes."""
    SPLIT_STATUS = "split-status"
    """The status comes in several messages."""
    SPLIT_OUTPUT = "split-output"
    """The first bytes of each output come in messages of one byte, so that characters are cut."""
    SLOW_READER = "slow-reader"
    """Input is read a message at a time, with pauses."""
