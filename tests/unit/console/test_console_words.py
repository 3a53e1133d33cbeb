"""Sentences and durations of the console."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.console.directory import Place, is_cd, moved, probe, start_of
from k8s_sandbox_tui.dashboard.console.model import CommandState, Ending
from k8s_sandbox_tui.dashboard.console.words import duration_words, elapsed_words, ending_words, one_line


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
