"""Sentences and durations of the console."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.console.directory import Place, is_cd, moved, probe, start_of
from k8s_sandbox_tui.dashboard.console.model import CommandState, Ending
from k8s_sandbox_tui.dashboard.console.words import (
    duration_words,
    elapsed_words,
    ending_of,
    ending_words,
    one_line,
    why_not,
)
from k8s_sandbox_tui.provider.errors import (
    CommandStartError,
    CommandTimeoutError,
    ConnectionLostError,
    ForbiddenError,
    NotFoundError,
    SandboxError,
    SandboxGoneError,
    TransportError,
)
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.console_host import info


@pytest.mark.parametrize(
    ("milliseconds", "done", "running"),
    [
        (0, "0 ms", "0 s"),
        (999, "999 ms", "0 s"),
        (1240, "1.24 s", "1 s"),
        (12_345, "12.3 s", "12 s"),
        (65_000, "1 m 05 s", "1 m 05 s"),
        (7_800_000, "2 h 10 m", "2 h 10 m"),
    ],
)
def test_durations(milliseconds: int, done: str, running: str) -> None:
    assert (duration_words(milliseconds), elapsed_words(milliseconds)) == (done, running)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Ending(CommandState.EXITED, 0), ("exit 0", "")),
        (Ending(CommandState.EXITED, 1), ("exit 1", "")),
        (Ending(CommandState.EXITED, 126), ("exit 126", "found, but may not be run")),
        (Ending(CommandState.EXITED, 127), ("exit 127", "command not found")),
        (Ending(CommandState.EXITED, 130), ("exit 130", "SIGINT, interrupted")),
        (Ending(CommandState.EXITED, 139), ("exit 139", "SIGSEGV, crashed: bad memory access")),
        (Ending(CommandState.EXITED, 255), ("exit 255", "")),
        (Ending(CommandState.CANCELLED, 137), ("cancelled", "exit 137")),
        (Ending(CommandState.CANCELLED), ("cancelled", "")),
        (Ending(CommandState.LOST, detail="No status."), ("connection lost", "No status.")),
        (Ending(CommandState.START_FAILED, 127, "No sh."), ("did not start", "No sh. (exit 127)")),
    ],
)
def test_endings(ending: Ending, words: tuple[str, str]) -> None:
    assert ending_words(ending) == words


def test_a_command_of_several_lines_is_shown_on_one() -> None:
    assert one_line("for i in 1\ndo\techo \x1b[31m$i\r\ndone\n") == "for i in 1↵do echo $i↵done"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cd", True),
        ("cd /tmp", True),
        ("  cd src  ", True),
        ("cd 'a b;c'", True),
        ("cd -- -x", True),
        ("cd $HOME/x", True),
        ("cd -", True),
        ("cd a && ls", False),
        ("cd a&&ls", False),
        ("cd a; ls", False),
        ("cd a > b", False),
        ("(cd a)", False),
        ("cd a b", False),
        ("cd a\nls", False),
        ("cd 'a", False),
        ("cdx", False),
        ("ls", False),
        ("", False),
        ("cd a # there", False),
        # Read word by word it would take minutes.
        pytest.param("cd " + "a" * 1_000_000, False, id="long"),
    ],
)
def test_only_a_lone_cd_changes_where_commands_start(command: str, expected: bool) -> None:
    assert is_cd(command) is expected


def test_the_probe_prints_where_one_is() -> None:
    assert probe(" cd src ") == "cd src >/dev/null && pwd"


@pytest.mark.parametrize(
    ("command", "start"),
    [
        ("cd src", "/app"),
        ("cd ..", "/app"),
        ("cd -", "/app"),
        ("cd /tmp", ""),
        ("cd '/tmp'", ""),
        ("cd ~", ""),
        ("cd", ""),
    ],
)
def test_a_directory_that_is_gone_can_be_left(command: str, start: str) -> None:
    assert start_of(command, Place("/app")) == start


@pytest.mark.parametrize(
    ("printed", "place"),
    [
        (b"/tmp\n", Place("/tmp", "/app")),
        ("/tmp/größe\n".encode(), Place("/tmp/größe", "/app")),
        (b"/tmp/\xff\n", None),
        (b"", None),
        (b"tmp\n", None),
        (b"/a\n/b\n", None),
    ],
)
def test_only_a_whole_path_counts(printed: bytes, place: Place | None) -> None:
    assert moved(Place("/app"), printed) == place


@pytest.mark.parametrize(
    ("error", "started", "ending"),
    [
        (CommandTimeoutError("It ran for 5 s."), True, Ending(CommandState.TIMED_OUT, detail="It ran for 5 s.")),
        (ConnectionLostError("No status."), True, Ending(CommandState.LOST, detail="No status.")),
        (
            SandboxGoneError("The Pod was \x1b[2Jdeleted."),
            True,
            Ending(CommandState.GONE, detail="The Pod was deleted."),
        ),
        (NotFoundError("No such Pod.", status=404), False, Ending(CommandState.GONE, detail="No such Pod.")),
        (CommandStartError("No sh.", exit_code=127), True, Ending(CommandState.START_FAILED, 127, "No sh.")),
        (ForbiddenError("No.", status=403), False, Ending(CommandState.START_FAILED, detail="No.")),
        (TransportError("No answer.", sent=False), False, Ending(CommandState.START_FAILED, detail="No answer.")),
        (TransportError("No answer.", sent=True), False, Ending(CommandState.LOST, detail="No answer.")),
        (TransportError("Cut off.", sent=False), True, Ending(CommandState.LOST, detail="Cut off.")),
    ],
)
def test_every_error_is_an_end(error: SandboxError, started: bool, ending: Ending) -> None:
    assert ending_of(error, started=started) == ending


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (SandboxStatus.PENDING, "sbx is not on a node yet (Why). Commands work once it is running."),
        (SandboxStatus.STARTING, "sbx is starting (Why). Commands work once it is running."),
        (SandboxStatus.RUNNING, ""),
        (SandboxStatus.STOPPING, "sbx is being destroyed. Choose another sandbox, or create one."),
        (SandboxStatus.STOPPED, "sbx has ended (Why). Choose another sandbox, or create one."),
        (SandboxStatus.FAILED, "sbx has failed (Why). Choose another sandbox, or create one."),
        (SandboxStatus.UNKNOWN, "The node of sbx does not answer (Why). Wait, or choose another sandbox."),
    ],
)
def test_why_a_sandbox_takes_no_command(status: SandboxStatus, words: str) -> None:
    assert why_not(info("sbx", status, reason="Why")) == words


def test_every_state_of_a_sandbox_has_its_words() -> None:
    said = {why_not(info("sbx", status)) for status in SandboxStatus}
    assert len(said) == len(SandboxStatus)
    assert why_not(None).startswith("No sandbox is selected.")
