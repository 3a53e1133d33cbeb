"""Checks and quoting of what a caller gives: commands, environments, directories. Bad ones reach no server."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENV_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_text(value: object, what: str) -> str:
    """Text that a process can be given: no NUL, and encodable.

    Bytes that are not UTF-8 can be given as Python gives file names: `os.fsdecode`, that is surrogate escapes.

    Raises:
        InvalidArgumentError: It is not text, or no process can receive it.
    """
    if not isinstance(value, str):
        msg = f"{what} must be text, not {type(value).__name__}."
        raise InvalidArgumentError(msg)
    if "\0" in value:
        msg = f"{what} contains a NUL character, which no process can receive."
        raise InvalidArgumentError(msg, hint="Pass binary data as stdin.")
    try:
        encode(value)
    except UnicodeEncodeError:
        msg = f"{what} contains a lone surrogate, which has no encoding."
        raise InvalidArgumentError(msg, hint="Use os.fsdecode for bytes that are not UTF-8.") from None
    return value


def encode(text: str) -> bytes:
    """UTF-8, with surrogate escapes back to the bytes they stand for."""
    return text.encode("utf-8", "surrogateescape")


def is_utf8(text: str) -> bool:
    """Whether the text has no surrogate escapes, so that it may stand in a URL."""
    return not any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else True


def check_command(command: object) -> str | tuple[str, ...]:
    """A shell command as text, or the arguments of a program as a tuple.

    Raises:
        InvalidArgumentError: It is neither, is an empty sequence, or has no program name.
    """
    if isinstance(command, str):
        return check_text(command, "The command")
    if isinstance(command, bytes | bytearray) or not isinstance(command, Sequence):
        msg = f"The command must be text or a sequence of texts, not {type(command).__name__}."
        raise InvalidArgumentError(msg)
    given = cast("Sequence[object]", command)
    arguments = tuple(check_text(argument, "An argument of the command") for argument in given)
    if not arguments or not arguments[0]:
        msg = "The command names no program."
        raise InvalidArgumentError(msg, hint="Give the program's name first, as in ['ls', '-l'].")
    if arguments[0].startswith("-"):
        msg = f"A program's name cannot start with '-': {arguments[0]!r}."
        raise InvalidArgumentError(msg, hint="Give the program's name first, as in ['ls', '-l'].")
    return arguments


def check_env(env: Mapping[str, str] | None) -> dict[str, str]:
    """The variables for a command.

    Raises:
        InvalidArgumentError: A name that no shell accepts (ComputeSDK's rule `^[A-Za-z_][A-Za-z0-9_]*$`), or a value
            that is not text. The value is not in the message: it may be a secret.
    """
    checked: dict[str, str] = {}
    for name, value in (env or {}).items():
        if not _ENV_NAME.fullmatch(name):
            msg = f"Invalid environment variable name {name!r}."
            raise InvalidArgumentError(msg, hint="A name has letters, digits and _, and does not start with a digit.")
        checked[name] = check_text(value, f"The value of environment variable {name}")
    return checked


def check_cwd(cwd: str | None) -> str:
    """The directory as `cd` takes it, empty for the container's own.

    A relative one counts from the container's own directory; `./` in front keeps `cd` from reading `-` and `$CDPATH`.
    """
    if not cwd:
        return ""
    checked = check_text(cwd, "The working directory")
    return checked if checked.startswith("/") else f"./{checked}"


def check_size(size: tuple[int, int] | None) -> tuple[int, int] | None:
    """A terminal's columns and rows.

    Raises:
        InvalidArgumentError: One of them is not within 1..65535.
    """
    if size is not None and not all(1 <= side <= 65535 for side in size):
        msg = f"A terminal of {size[0]} columns and {size[1]} rows cannot be."
        raise InvalidArgumentError(msg, hint="Both must be between 1 and 65535.")
    return size


def check_timeout(timeout: float | None) -> float | None:
    """Milliseconds as seconds.

    Raises:
        InvalidArgumentError: It is not above 0.
    """
    if timeout is None:
        return None
    if not timeout > 0:
        msg = f"A timeout of {timeout} ms cannot be."
        raise InvalidArgumentError(msg, hint="Give milliseconds above 0, or None for no timeout.")
    return timeout / 1000


def quote(text: str) -> str:
    """The text as one word of a POSIX shell."""
    return shlex.quote(text)
