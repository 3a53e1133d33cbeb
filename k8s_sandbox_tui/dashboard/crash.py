"""What is left of an error of the dashboard's own: a report on disk, and a sentence on the terminal."""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def report_file() -> Path:
    """`crash.txt` in the user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("k8s-sandbox-tui") / "crash.txt"


def write_report(error: BaseException, file: Path) -> str:
    """Write where the error came from, without the values of variables: they may be secrets.

    Args:
        error: The error.
        file: Replaced when it is there; readable for the user alone.

    Returns:
        A sentence for the user.
    """
    sentence = f"The dashboard ended by a fault of its own ({type(error).__name__}). Sandboxes are as they were."
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(file, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as report:
            report.writelines(traceback.format_exception(error))
    except OSError as failure:
        return f"{sentence} No report could be written: {failure.strerror} ({file})."
    return f"{sentence} Please report it with {file}."
