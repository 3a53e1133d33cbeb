"""Saving a command's output to a file: as text without escape sequences, or its bytes as they came."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.console.run import SLICE, TURN_SECONDS, let_others_run
from k8s_sandbox_tui.dashboard.console.variables import masked
from k8s_sandbox_tui.dashboard.sanitize import OutputSanitizer, sanitize_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from k8s_sandbox_tui.dashboard.console.line import OutputLine
    from k8s_sandbox_tui.dashboard.console.model import CommandCard

_WORDS = re.compile(r"[A-Za-z0-9._]+")
_LONGEST_NAME = 40


class SaveError(Exception):
    """Why a file was not written, as a sentence for the user."""


class FileExistsAlreadyError(SaveError):
    """There is a file of that name."""


class Saved(NamedTuple):
    """A file that was written."""

    path: Path
    size: int
    missing: str
    """What is not in it, as a sentence; empty when it is whole."""


def suggested_name(card: CommandCard) -> str:
    """A file name for a command's output, with the first words of the command and the time at which it began."""
    words = "-".join(_WORDS.findall(masked(card.command).lower()))[:_LONGEST_NAME].strip("-.")
    return f"{words or 'output'}-{card.started_at.astimezone():%H%M%S}.txt"


async def save(card: CommandCard, where: str, *, raw: bool, replace: bool, progress: Callable[[int], None]) -> Saved:
    """Write all the output there is of a command, up to now.

    The file is readable for its owner alone. When it is cancelled or fails, no part of it stays.

    Args:
        card: The command.
        where: A path; `~` is the home folder.
        raw: Whether to write the bytes as they came; else text as it is shown.
        replace: Whether to take the place of a file that is there; that stays whole until the new one is.
        progress: Called with the percentage that is done.

    Raises:
        FileExistsAlreadyError: There is a file, and it is not to be replaced.
        SaveError: The file cannot be written.
    """
    file, written, target = await asyncio.to_thread(_create, where, replace=replace)
    try:
        total = max(1, 0 if card.recording is None else card.recording.size)
        size = taken = 0
        async for block, of in _blocks(card, raw=raw):
            size += await asyncio.to_thread(file.write, block)
            taken += of
            progress(min(99, taken * 100 // total))
        await asyncio.to_thread(_finish, file, written, target)
    except BaseException as error:
        file.close()
        written.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SaveError(f"Not saved: {error.strerror}.") from error
        raise
    return Saved(target, size, _missing(card))


def _create(where: str, *, replace: bool) -> tuple[IO[bytes], Path, Path]:
    """The file to write to, where it is for now, and where it is to be."""
    if not where.strip():
        raise SaveError("Type the name of a file.")
    try:
        target = Path(where.strip()).expanduser().absolute()
        if target.is_dir():
            raise SaveError("That is a folder: add the name of a file.")
        if not replace:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            return os.fdopen(descriptor, "wb"), target, target
        if target.exists() and not target.is_file():
            raise SaveError("That is not a regular file.")
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
        return os.fdopen(descriptor, "wb"), Path(name), target
    except FileExistsError as error:
        raise FileExistsAlreadyError("The file exists: Enter again replaces it.") from error
    except FileNotFoundError as error:
        raise SaveError("There is no such folder.") from error
    except OSError as error:
        raise SaveError(f"Not saved: {error.strerror}.") from error
    except (RuntimeError, ValueError) as error:
        # No home folder for a `~`, or a NUL in the name.
        raise SaveError(f"Not saved: {sanitize_line(str(error))}.") from error


def _finish(file: IO[bytes], written: Path, target: Path) -> None:
    file.close()
    if written != target:
        written.replace(target)


async def _blocks(card: CommandCard, *, raw: bool) -> AsyncIterator[tuple[bytes, int]]:
    """What to write, and of how many recorded bytes it is made."""
    recording = card.recording
    if recording is None or not recording.size:
        yield card.text().encode(), 0
        return
    streams = {"stdout": OutputSanitizer(), "stderr": OutputSanitizer(stderr=True)}
    parts = recording.parts()
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        yield part.data if raw else await _text(streams[part.stream], part.data), len(part.data)
    if not raw:
        for stream in streams.values():
            yield _joined(stream.finish()), 0


async def _text(stream: OutputSanitizer, data: bytes) -> bytes:
    """The lines that some bytes complete; others have their turns meanwhile."""
    text: list[bytes] = []
    turn = time.monotonic()
    for start in range(0, len(data), SLICE):
        text.append(_joined(stream.feed(data[start : start + SLICE])))
        if time.monotonic() - turn > TURN_SECONDS:
            await let_others_run()
            turn = time.monotonic()
    return b"".join(text)


def _joined(lines: list[OutputLine]) -> bytes:
    return "".join([line.text if line.continues else f"{line.text}\n" for line in lines]).encode()


def _missing(card: CommandCard) -> str:
    recording = card.recording
    if recording is not None and not recording.lost:
        return ""
    if recording is not None and recording.size:
        return f"what came later is not in it: {recording.lost}"
    return "earlier lines are not in it: they are no longer kept" if card.scrollback.first else ""
