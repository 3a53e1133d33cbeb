"""Landlock's three system calls. Source: Documentation/userspace-api/landlock.rst of Linux."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from enum import IntFlag, StrEnum
from typing import NamedTuple

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1
NEEDED = 3
"""The first version (Linux 6.2) that keeps files outside from being truncated."""
_NO_IOCTL_BEFORE, _NO_SCOPE_BEFORE = 5, 6
_SCOPE_SOCKETS_AND_SIGNALS = 3


class Access(IntFlag):
    """Rights to files, by the numbers of linux/landlock.h."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


_FILE = Access.EXECUTE | Access.WRITE_FILE | Access.READ_FILE | Access.TRUNCATE | Access.IOCTL_DEV


class Kind(StrEnum):
    """What may be done with what is at a path, and below it."""

    READ = "r"
    WRITE = "w"
    DEVICE = "d"


_RIGHTS = {
    Kind.READ: Access.EXECUTE | Access.READ_FILE | Access.READ_DIR,
    Kind.WRITE: ~(Access.MAKE_CHAR | Access.MAKE_BLOCK | Access.IOCTL_DEV),
    Kind.DEVICE: Access.READ_FILE | Access.WRITE_FILE | Access.TRUNCATE | Access.IOCTL_DEV,
}


class Rule(NamedTuple):
    """One path that is not forbidden."""

    kind: Kind
    path: bytes


def version() -> int:
    """The version of Landlock's interface; 0 where the system has none."""
    return max(_libc().syscall(_CREATE_RULESET, None, 0, _VERSION), 0)


class Ruleset:
    """All file access is forbidden but by these rules; abstract sockets and signals outside too, from version 6 on."""

    def __init__(self, rules: list[Rule]) -> None:
        """Makes the set; a path that does not exist is left out.

        Raises:
            OSError: The system has no Landlock.
        """
        self._version = version()
        handled = (1 << 16) - 1 if self._version >= _NO_IOCTL_BEFORE else (1 << 15) - 1
        scoped = _SCOPE_SOCKETS_AND_SIGNALS if self._version >= _NO_SCOPE_BEFORE else 0
        attributes = struct.pack("QQQ", handled, 0, scoped)
        # Older systems refuse what they do not know even where it is zero, so they get less of it.
        size = len(attributes) if scoped else 8
        self._descriptor = _checked(_libc().syscall(_CREATE_RULESET, attributes, size, 0))
        for rule in rules:
            self._add(rule, handled)

    def restrict(self) -> None:
        """Puts this thread and what it starts under the rules, for good; done once.

        Raises:
            OSError: The thread may still gain rights by what it executes.
        """
        _checked(_libc().syscall(_RESTRICT_SELF, self._descriptor, 0))
        os.close(self._descriptor)

    def _add(self, rule: Rule, handled: int) -> None:
        try:
            descriptor = os.open(rule.path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            allowed = _RIGHTS[rule.kind] & handled
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                allowed &= _FILE
            beneath = struct.pack("=Qi", allowed, descriptor)
            _checked(_libc().syscall(_ADD_RULE, self._descriptor, _PATH_BENEATH, beneath, 0))
        finally:
            os.close(descriptor)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
