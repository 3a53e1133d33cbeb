"""Forbids system calls that lead past Landlock: to the user's other programs by sockets with a path, and the like.

Landlock has no say in who connects to a socket in the file system, and behind such sockets are programs that do
anything for their user: the session's bus, Docker, an agent with keys. So there are none of them, but for pairs.
Source: Documentation/userspace-api/seccomp_filter.rst of Linux.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import NamedTuple

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_GREATER_OR_EQUAL, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_X32 = 0x40000000
_AF_UNIX = 1


class Machine(NamedTuple):
    """The numbers of one kind of processor, of linux/audit.h and asm/unistd.h."""

    architecture: int
    socket: int
    forbidden: tuple[int, ...]


# shmget, shmat, semget, msgget, mq_open: memory and queues of the user's other programs.
# add_key, request_key, keyctl: the user's keys. io_uring_setup: another way to all other calls.
MACHINES = {
    "x86_64": Machine(0xC000003E, 41, (29, 30, 64, 68, 240, 248, 249, 250, 425)),
    "aarch64": Machine(0xC00000B7, 198, (194, 196, 190, 186, 180, 217, 218, 219, 425)),
}


def is_known_machine() -> bool:
    """Whether there is a filter for this processor."""
    return platform.machine() in MACHINES


def program(machine: Machine) -> bytes:
    """The filter, as the instructions that the kernel runs before each system call."""
    refused = [(_JUMP_IF_EQUAL, number) for number in machine.forbidden]
    if machine is MACHINES["x86_64"]:
        # The same calls by other numbers.
        refused.insert(0, (_JUMP_IF_GREATER_OR_EQUAL, _X32))
    # Jumps count from the next instruction. ENOSYS stands at 4 behind all of `refused`, which begin at 3.
    lines = [_line(_LOAD, _ARCHITECTURE_AT), _line(_JUMP_IF_EQUAL, machine.architecture, 0, len(refused) + 5)]
    lines.append(_line(_LOAD, _NUMBER_AT))
    lines += [_line(code, number, len(refused) - index + 3, 0) for index, (code, number) in enumerate(refused)]
    lines += [
        _line(_JUMP_IF_EQUAL, machine.socket, 0, 2),
        _line(_LOAD, _FIRST_ARGUMENT_AT),
        _line(_JUMP_IF_EQUAL, _AF_UNIX, 2, 0),
        _line(_RETURN, _ALLOW),
        _line(_RETURN, _ERRNO | errno.ENOSYS),
        _line(_RETURN, _ERRNO | errno.EAFNOSUPPORT),
    ]
    return b"".join(lines)


def install() -> None:
    """Puts this thread and what it starts under the filter, for good.

    Raises:
        OSError: The system has no such filters, or the thread may still gain rights by what it executes.
    """
    instructions = program(MACHINES[platform.machine()])
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    head = struct.pack("HxxxxxxP", len(instructions) // 8, ctypes.addressof(buffer))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_SECCOMP, _MODE_FILTER, head, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
