"""Writing to standard output and standard error, which may be closed, full or narrower in what they can encode."""

from __future__ import annotations

import io
import os
import sys

from k8s_sandbox_tui.cli.text import printable


class OutputError(Exception):
    """Standard output cannot be written to, for example because the disk is full."""


class ReaderGoneError(OutputError):
    """The program that read standard output ended, as `head` does."""


def prepare() -> None:
    """Sees to it that no character of a cluster can fail to be written, and that files 0 to 2 are open.

    A closed file 0, 1 or 2 would be given to the next socket, and output would go into that.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    # Python leaves these None where the file was closed.
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def emit(text: str) -> None:
    """Writes text to standard output at once.

    Raises:
        ReaderGoneError: Nobody reads it any more.
        OutputError: It cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        discard()
        raise output_error(error) from None


def note(text: str) -> None:
    """Writes one line to standard error; text from a cluster is made harmless."""
    _to_stderr(printable(text) + "\n")


def ask(question: str) -> None:
    """Writes a question to standard error and leaves the cursor behind it."""
    _to_stderr(printable(question))


def progress(text: str) -> None:
    """Overwrites the current line of a terminal on standard error; an empty text clears it."""
    _to_stderr("\r\x1b[K" + printable(text))


def is_terminal(descriptor: int) -> bool:
    """Says whether file 0, 1 or 2 is a terminal."""
    return os.isatty(descriptor)


def output_error(error: OSError) -> OutputError:
    """Returns what a failed write to standard output means."""
    if isinstance(error, BrokenPipeError):
        return ReaderGoneError("the reader of the output went away")
    return OutputError(f"cannot write the output: {error.strerror}")


def discard() -> None:
    """Leads standard output nowhere, so that Python's own flush at its end cannot fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _to_stderr(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        # There is nowhere left to say it.
        return
