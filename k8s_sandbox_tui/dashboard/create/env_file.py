"""Reading a `.env` file that a person named, with a reason in plain words where it cannot be read."""

from __future__ import annotations

import stat
from pathlib import Path

from k8s_sandbox_tui.dashboard.create.dotenv import Row, parse_dotenv

MAX_BYTES = 1024 * 1024
"""Larger files are no `.env` files; a Pod could not hold their content either."""


class EnvFileError(Exception):
    """The file gives no variables; the message is the reason."""


def read_env_file(path: str) -> tuple[Row, ...]:
    """The variables in a file.

    Args:
        path: As typed; `~` is the home folder.

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
            raise EnvFileError("That is no ordinary file")
        if status.st_size > MAX_BYTES:
            raise EnvFileError(f"Too large: {status.st_size // 1024:,} KiB, at most {MAX_BYTES // 1024:,}")
        rows = parse_dotenv(file.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        raise EnvFileError("It is not UTF-8 text") from None
    except FileNotFoundError:
        raise EnvFileError("There is no such file") from None
    except PermissionError:
        raise EnvFileError("You may not read it") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise EnvFileError(f"It cannot be read: {error}") from None
    if not rows:
        raise EnvFileError("There are no variables in it")
    return rows


def complete_path(typed: str) -> str:
    """The path with its last part completed to the first name in its folder that begins so; empty where none does."""
    folder, slash, begin = typed.rpartition("/")
    try:
        place = Path(f"{folder}{slash}" or ".").expanduser()
        found = min(entry.name for entry in place.iterdir() if entry.name.startswith(begin) and entry.name != begin)
        return f"{folder}{slash}{found}{'/' if (place / found).is_dir() else ''}"
    except (OSError, ValueError, RuntimeError):
        return ""
