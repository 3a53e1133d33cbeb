"""A command's output, read as the WebSocket messages that it is sent in."""

from __future__ import annotations

import fcntl
import os
import struct
import sys

from k8s_sandbox_tui.local_cluster.exec_protocol import MAX_PAYLOAD_BYTES

# RFC 6455, 5.2: final binary frame without a mask, length in the next 16 bits; then the channel's byte.
_HEADER = struct.Struct("!BBHB")
_FINAL_BINARY, _LENGTH_IN_16_BITS = 0x82, 126
_STRIDE = _HEADER.size + MAX_PAYLOAD_BYTES
FRAMES = 16
"""Read at once, of a command with much output."""
FULL_READS = 4
"""Most commands say little; one that has said this much gets the memory for more."""


class OutputReader:
    """Reads one stream of a command, much at once when there is much.

    The frames are then in memory with their headers, for one write: that costs a TLS server half of what a write for
    each frame does.
    """

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._full_reads = 0
        self._batch: _FrameBatch | None = None

    def read(self, descriptor: int) -> tuple[bytes, bytes]:
        """Reads what is there.

        Returns:
            Frames of full size, with their headers, often none; and the message that follows them, without its header.
            The message is empty at the end of the output.

        Raises:
            BlockingIOError: There is nothing to read yet.
        """
        try:
            if self._batch is not None:
                return self._batch.read(descriptor)
            data = os.read(descriptor, MAX_PAYLOAD_BYTES)
        except BlockingIOError:
            raise
        except OSError:
            # A terminal's master fails so when the last process has left it.
            data = b""
        if len(data) == MAX_PAYLOAD_BYTES:
            self._full_reads += 1
            if self._full_reads == FULL_READS:
                _widen(descriptor)
                self._batch = _FrameBatch(self._channel)
        return b"", bytes((self._channel,)) + data if data else b""


class _FrameBatch:
    """Memory for many frames, with the headers in their places."""

    def __init__(self, channel: int) -> None:
        self._view = memoryview(bytearray(_STRIDE * FRAMES))
        for frame in range(FRAMES):
            length = MAX_PAYLOAD_BYTES + 1
            _HEADER.pack_into(self._view, frame * _STRIDE, _FINAL_BINARY, _LENGTH_IN_16_BITS, length, channel)
        starts = range(_HEADER.size, len(self._view), _STRIDE)
        self._payloads = [self._view[start : start + MAX_PAYLOAD_BYTES] for start in starts]

    def read(self, descriptor: int) -> tuple[bytes, bytes]:
        count = os.readv(descriptor, self._payloads)
        if count == 0:
            return b"", b""
        full = (count - 1) // MAX_PAYLOAD_BYTES
        last = full * _STRIDE + _HEADER.size
        rest = count - full * MAX_PAYLOAD_BYTES
        return bytes(self._view[: full * _STRIDE]), bytes(self._view[last - 1 : last + rest])


def _widen(descriptor: int) -> None:
    """Lets the command run ahead, with fewer switches between it and us."""
    if sys.platform == "linux":
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, FRAMES * MAX_PAYLOAD_BYTES)
        except OSError:
            # A terminal, or this user's share of pipe memory is used up: it works as it is.
            return
