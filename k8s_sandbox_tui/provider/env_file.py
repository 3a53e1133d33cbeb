"""Reading a `.env` file that a person named, with a reason in plain words where it cannot be read."""

from __future__ import annotations

import stat
from pathlib import Path

from k8s_sandbox_tui.provider.dotenv import Row, lines_without_assignment, parse_dotenv

MAX_BYTES = 1024 * 1024
"""Larger files are no `.env` files; a Pod could not hold their content either."""


class EnvFileError(Exception):
    """The file gives no variables; the message is the reason."""


def read_env_file(path: str, *, strict: bool = False) -> tuple[Row, ...]:
    """The variables in a file.

    Args:
        path: As typed; `~` is the home folder.
        strict: Whether a line that is no assignment is an error; else it is a row with the line as its key.

    Raises:
        EnvFileError: There is no such file, it cannot be read, or there are no variables in it.
    """
    try:
        file = Path(path.strip()).expanduser()
        status = file.stat()
        # A pipe or a device might never come to its end.
        if stat.S_ISDIR(status.st_mode):
            raise EnvFileError("That is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise EnvFileError("That is not an ordinary file")
        if status.st_size > MAX_BYTES:
            raise EnvFileError(f"Too large: {status.st_size // 1024:,} KiB, at most {MAX_BYTES // 1024:,}")
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise EnvFileError("It is not UTF-8 text") from None
    except FileNotFoundError:
        raise EnvFileError("There is no such file") from None
    except PermissionError:
        raise EnvFileError("You may not read it") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise EnvFileError(f"It cannot be read: {error}") from None
    rows = parse_dotenv(text)
    if strict and (wrong := lines_without_assignment(text)):
        # Not the line itself, which may be a secret.
        raise EnvFileError(f"{'A line is' if wrong == 1 else f'{wrong} lines are'} no NAME=value")
    if not rows:
        raise EnvFileError("There are no variables in it")
    return rows
