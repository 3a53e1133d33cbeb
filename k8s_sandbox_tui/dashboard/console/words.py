"""The console's sentences: how a command ended, how long it took, why it cannot run."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.completion.words import NEWLINE_SIGN
from k8s_sandbox_tui.dashboard.console.model import CommandState, Ending
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.provider.errors import (
    CommandStartError,
    CommandTimeoutError,
    ConnectionLostError,
    NotFoundError,
    SandboxError,
    SandboxGoneError,
    TransportError,
)
from k8s_sandbox_tui.provider.models import SandboxStatus

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import SandboxInfo

_SIGNAL_WORDS = {
    signal.SIGHUP: "hung up",
    signal.SIGINT: "interrupted",
    signal.SIGABRT: "aborted",
    signal.SIGKILL: "killed: often for want of memory",
    signal.SIGSEGV: "crashed: bad memory access",
    signal.SIGPIPE: "its reader went away",
    signal.SIGTERM: "terminated",
}


def one_line(command: str) -> str:
    """A command, safe and on one line, with a sign for each line break."""
    return sanitize_line(re.sub("\r\n?|\n", NEWLINE_SIGN, command.strip("\n")))


def duration_words(milliseconds: int) -> str:
    """A duration with about three significant places: `84 ms`, `1.24 s`, `48.1 s`, `3 m 05 s`, `2 h 10 m`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 10_000:
        return f"{milliseconds / 1000:.2f} s"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    if minutes < 60:
        return f"{minutes} m {seconds:02} s"
    return f"{minutes // 60} h {minutes % 60:02} m"


def elapsed_words(milliseconds: int) -> str:
    """A duration that still runs, in whole seconds: `7 s`, `3 m 05 s`."""
    return duration_words(milliseconds) if milliseconds >= 60_000 else f"{milliseconds // 1000} s"


def size_words(size: int) -> str:
    """A number of bytes: `512 bytes`, `4.2 kB`, `104 MB`; powers of 1000."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    for unit in ("kB", "MB"):
        size_in_unit = size / 1000 if unit == "kB" else size / 1_000_000
        if size_in_unit < 9.95:
            return f"{size_in_unit:.1f} {unit}"
        if size_in_unit < 999.5 or unit == "MB":
            return f"{size_in_unit:,.0f} {unit}"
    raise AssertionError


def lines_words(count: int, what: str = "") -> str:
    """A number of lines: `1 line`, `1,234 lines`; `what` stands before the last word."""
    return f"{count:,} {what}line{'' if count == 1 else 's'}"


def exit_words(code: int) -> str:
    """What an exit code means, where shells agree on it, else empty.

    126 and 127 are POSIX' (XCU 2.8.2); 128 + n is what shells give for a process that
    signal n ended.
    """
    if code == 126:
        return "found, but may not be run"
    if code == 127:
        return "command not found"
    if code > 128:
        try:
            ended_by = signal.Signals(code - 128)
        except ValueError:
            return ""
        words = _SIGNAL_WORDS.get(ended_by, "")
        return f"{ended_by.name}, {words}" if words else ended_by.name
    return ""


def ending_words(ending: Ending) -> tuple[str, str]:
    """How a command ended, as a short word and the rest of the sentence; the rest may be empty."""
    code = ending.exit_code
    if ending.state is CommandState.EXITED and code is not None:
        return f"exit {code}", ending.detail or exit_words(code)
    word = {
        CommandState.CANCELLED: "cancelled",
        CommandState.TIMED_OUT: "timed out",
        CommandState.START_FAILED: "did not start",
        CommandState.LOST: "connection lost",
        CommandState.GONE: "sandbox gone",
    }.get(ending.state, str(ending.state))
    if code is None:
        return word, ending.detail
    return word, f"{ending.detail} (exit {code})" if ending.detail else f"exit {code}"


def live_hint(state: CommandState, *, job_id: str = "") -> str:
    """Which key does what to a command that has not ended."""
    if job_id and state is not CommandState.CANCELLING:
        return f"job {job_id[:6]} goes on when you leave; ^C ends it"
    return "^C again stops waiting" if state is CommandState.CANCELLING else "^C cancels"


def ending_of(error: SandboxError, *, started: bool) -> Ending:
    """The end that an error means for a command.

    Args:
        error: What the provider raised.
        started: Whether the sandbox had taken the command by then.
    """
    detail = sanitize_line(str(error))
    if isinstance(error, CommandTimeoutError):
        return Ending(CommandState.TIMED_OUT, detail=detail)
    if isinstance(error, CommandStartError):
        return Ending(CommandState.START_FAILED, error.exit_code, detail)
    if isinstance(error, (SandboxGoneError, NotFoundError)):
        return Ending(CommandState.GONE, detail=detail)
    if started or isinstance(error, ConnectionLostError) or (isinstance(error, TransportError) and error.sent):
        return Ending(CommandState.LOST, detail=detail)
    return Ending(CommandState.START_FAILED, detail=detail)


def first_sentence(text: str) -> str:
    """What comes before the next step."""
    first, stop, _ = text.partition(". ")
    return first + stop.rstrip()


def why_not(info: SandboxInfo | None) -> str:
    """Why no command can run in a sandbox, and what to do; empty when one can."""
    if info is None:
        return "No sandbox is selected. Choose one in the table, or create one."
    if info.status is SandboxStatus.RUNNING:
        return ""
    name = sanitize_line(info.name)
    reason = sanitize_line(info.reason)
    because = f" ({reason})" if reason else ""
    return {
        SandboxStatus.PENDING: f"{name} is not on a node yet{because}. Commands work once it is running.",
        SandboxStatus.STARTING: f"{name} is starting{because}. Commands work once it is running.",
        SandboxStatus.STOPPING: f"{name} is being destroyed. Choose another sandbox, or create one.",
        SandboxStatus.STOPPED: f"{name} has ended{because}. Choose another sandbox, or create one.",
        SandboxStatus.FAILED: f"{name} has failed{because}. Choose another sandbox, or create one.",
    }.get(info.status, f"The node of {name} does not answer{because}. Wait, or choose another sandbox.")


def gone_words(info: SandboxInfo) -> str:
    """That a sandbox does not exist any more, and what to do."""
    return f"{sanitize_line(info.name)} is gone. Choose another sandbox, or create one."
