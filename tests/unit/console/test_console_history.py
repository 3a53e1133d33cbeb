"""The history of commands, in memory and on disk."""

from __future__ import annotations

import stat
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.console.history import MAX_COMMAND, CommandHistory, HistoryEntry, HistoryFile

if TYPE_CHECKING:
    from pathlib import Path


def entry(command: str, uid: str = "a") -> HistoryEntry:
    return HistoryEntry(
        at=datetime(2026, 1, 5, tzinfo=UTC), sandbox=f"default/{uid}", uid=uid, command=command, cwd="/app"
    )


def append_many(path: Path, name: str) -> None:
    file = HistoryFile(path)
    for number in range(100):
        file.append(entry(f"{name} {number}"))


def test_the_own_sandbox_comes_first_and_each_command_once() -> None:
    history = CommandHistory(
        [entry("ls", "b"), entry("npm test", "a"), entry("ls", "a"), entry("make", "b"), entry("ls", "b")]
    )
    assert list(history.matching("a")) == ["ls", "npm test", "make"]
    assert list(history.matching("b")) == ["ls", "make", "npm test"]
    assert list(history.matching("new", "m")) == ["make"]


def test_older_entries_come_before_what_was_run_meanwhile() -> None:
    history = CommandHistory()
    assert history.add(entry("new"))
    history.extend_back([entry("old")])
    assert list(history.matching("a")) == ["new", "old"]


@pytest.mark.parametrize("command", [" export TOKEN=x", "", "   ", "x" * (MAX_COMMAND + 1)])
def test_some_commands_are_not_kept(command: str) -> None:
    history = CommandHistory()
    assert not history.add(entry(command))
    assert list(history.matching("a")) == []


def test_a_file_that_is_not_there_is_an_empty_history(tmp_path: Path) -> None:
    assert HistoryFile(tmp_path / "none.jsonl").read() == []


def test_what_was_written_is_read_back_by_its_owner_alone(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "state" / "history.jsonl")
    entries = [entry("echo 'größe'\nls"), entry("ls", "b")]
    for one in entries:
        file.append(one)
    assert file.read() == entries
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


def test_a_file_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.touch(0o644)
    HistoryFile(path).append(entry("ls"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_broken_lines_are_passed_over_and_do_not_swallow_the_next(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "history.jsonl")
    file.append(entry("first"))
    with file.path.open("ab") as raw:
        raw.write(b'\xff\xfe\n[1]\n{"command": 3}\n\n{"at": "2026-01-05T00:00')
    file.append(entry("second"))
    assert [one.command for one in file.read()] == ["first", "second"]


def test_the_file_stays_within_its_bound_and_keeps_the_newest(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "history.jsonl", max_bytes=4000)
    for number in range(200):
        file.append(entry(f"command {number}"))
        assert file.path.stat().st_size <= 4000
    commands = [one.command for one in file.read()]
    assert commands == [f"command {number}" for number in range(200 - len(commands), 200)]
    assert len(commands) > 10
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")
def test_several_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        for done in [processes.submit(append_many, path, name) for name in "abc"]:
            done.result()
    commands = [one.command for one in HistoryFile(path).read()]
    assert len(commands) == 300
    for name in "abc":
        assert [command for command in commands if command.startswith(name)] == [
            f"{name} {number}" for number in range(100)
        ]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("", ["npm test", "npm run build", "git commit -m 'fix tests'", "Make ALL", "ls"]),
        ("test", ["npm test", "git commit -m 'fix tests'"]),
        ("nt", ["npm test"]),
        ("build npm", ["npm run build"]),
        ("nrb", ["npm run build"]),
        ("ALL", ["Make ALL"]),
        ("make", ["Make ALL"]),
        ("xyz", []),
    ],
)
def test_the_search_ranks_what_fits_best_first(query: str, best: list[str]) -> None:
    commands = ["ls", "Make ALL", "git commit -m 'fix tests'", "npm run build", "npm test"]
    history = CommandHistory([entry(command, "a") for command in commands])
    assert history.search("a", query) == best


def test_of_equal_fits_those_of_the_own_sandbox_come_first() -> None:
    history = CommandHistory([entry("run one", "a"), entry("run two", "b")])
    assert history.search("a", "run") == ["run one", "run two"]
    assert history.search("b", "run") == ["run two", "run one"]
