"""What the server and podinit say to each other, over one stream socket.

Requests are a header (body length, kind, id), a body of NUL-ended strings, and file descriptors by SCM_RIGHTS on their
first byte. Reports are of one fixed size: kind, id, value; STARTED of a command with a terminal carries its master,
OPENED the socket. Id 0 is the Pod's main process. End of file on the socket means that the server is gone, and so the
Pod ends.
"""

from __future__ import annotations

import os
import struct

MAIN = 0
START, EXEC, TERM, KILL, LIMIT, SOCKET = 1, 2, 3, 4, 5, 6
"""Requests: start the main process; start a command beside it; ask the main process to end; end the Pod; be limited;
open a socket of this Pod's network.
"""
STARTED, EXITED, OPENED = 1, 2, 9
NOT_FOUND, STAT_FAILED, NOT_EXECUTABLE, NO_DIRECTORY, SPAWN_FAILED, NOT_LIMITED = 3, 4, 5, 6, 7, 8
"""Reports. The value is the pid, the exit code, or the errno of why it did not start."""
STDIN, STDOUT, STDERR, TTY = 1, 2, 4, 8
"""Flags of START and EXEC: which descriptors come, in this order; with TTY none come, and the master goes back."""

REQUEST = struct.Struct("!IBI")
REPORT = struct.Struct("!BIi")


def pack(kind: int, ident: int, strings: list[bytes]) -> bytes:
    """One request as bytes; no string may hold a NUL."""
    body = b"".join([string + b"\0" for string in strings])
    return REQUEST.pack(len(body), kind, ident) + body


def strings_of(body: bytes) -> list[bytes]:
    """The strings of a request's body."""
    return body.split(b"\0")[:-1]


def keep_from_children(descriptor: int) -> None:
    """Makes a descriptor close in every program that is started."""
    os.set_inheritable(descriptor, False)  # noqa: FBT003 -- the standard library's own signature
