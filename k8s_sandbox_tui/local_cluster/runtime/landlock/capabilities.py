"""Takes root's powers from a thread, but for those that reach no further than its files and processes."""

from __future__ import annotations

import ctypes
import os
import struct

_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 38, 24
_VERSION_3 = 0x20080522
_LAST = 63
# CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID: as in a container.
_KEPT = 0b1111_1011


def give_up() -> None:
    """Leaves this thread and what it starts what is harmless of root's powers, and no way to gain others.

    Raises:
        OSError: The system refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        for number in range(_LAST + 1):
            if not _KEPT >> number & 1:
                # One that this system does not know is refused, which does no harm.
                libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)
        kept = _KEPT & _permitted()
        if libc.capset(struct.pack("Ii", _VERSION_3, 0), struct.pack("6I", kept, kept, 0, 0, 0, 0)):
            raise _error()
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise _error()


def _permitted() -> int:
    """The first 32 of the thread's capabilities."""
    head, data = ctypes.create_string_buffer(struct.pack("Ii", _VERSION_3, 0)), ctypes.create_string_buffer(24)
    if ctypes.CDLL(None, use_errno=True).capget(head, data):
        raise _error()
    permitted: int = struct.unpack("6I", data.raw[:24])[1]
    return permitted


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
