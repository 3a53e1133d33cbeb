"""A command's output, read as the frames that it is sent in."""

from __future__ import annotations

import errno
import fcntl
import os
import sys

from k8s_sandbox_tui.local_cluster.remote_command.protocol import MAX_PAYLOAD_BYTES

FRAMES = 16
"""Read at once, of a command with much output."""
FULL_READS = 4
"""Most commands say little; one that has said this much gets the memory for more."""


class OutputReader:
    """Reads one stream of a command, much at once when there is much.

    The frames are then in memory with their headers, for one write: that costs a TLS server half of what a write for
    each frame does.
    """

    def __init__(self, header: bytes) -> None:
        """Waits to be asked.

        Args:
            header: What stands before a payload of the full size.
        """
        self._header = header
        self._full_reads = 0
        self._batch: _FrameBatch | None = None

    def read(self, descriptor: int) -> tuple[bytes, bytes]:
        """Reads what is there.

        Returns:
            Frames of full size, with their headers, often none; and the payload that follows them, without a header.
            The payload is empty at the end of the output.

        Raises:
            BlockingIOError: There is nothing to read yet.
        """
        try:
            if self._batch is not None:
                return self._batch.read(descriptor)
            data = os.read(descriptor, MAX_PAYLOAD_BYTES)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            # A terminal's master fails so when the last process has left it.
            data = b""
        if len(data) == MAX_PAYLOAD_BYTES:
            self._full_reads += 1
            if self._full_reads == FULL_READS:
                _widen(descriptor)
                self._batch = _FrameBatch(self._header)
        return b"", data


class _FrameBatch:
    """Memory for many frames, with the headers in their places."""

    def __init__(self, header: bytes) -> None:
        self._stride = len(header) + MAX_PAYLOAD_BYTES
        self._view = memoryview(bytearray((header + bytes(MAX_PAYLOAD_BYTES)) * FRAMES))
        starts = range(len(header), len(self._view), self._stride)
        self._payloads = [self._view[start : start + MAX_PAYLOAD_BYTES] for start in starts]

    def read(self, descriptor: int) -> tuple[bytes, bytes]:
        count = os.readv(descriptor, self._payloads)
        if count == 0:
            return b"", b""
        full = (count - 1) // MAX_PAYLOAD_BYTES
        rest = count - full * MAX_PAYLOAD_BYTES
        return bytes(self._view[: full * self._stride]), bytes(self._payloads[full][:rest])


def _widen(descriptor: int) -> None:
    """Lets the command run ahead, with fewer switches between it and us."""
    if sys.platform == "linux":
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, FRAMES * MAX_PAYLOAD_BYTES)
        except OSError:
            # A terminal, or this user's share of pipe memory is used up: it works as it is.
            return
