"""Which lines set variables that last, and where values must not be seen."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.console.sessions import Session
from k8s_sandbox_tui.dashboard.console.variables import looks_lasting, masked, read_change, redacted


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("export A=b", {"A": "b"}),
        ("  export  A=b C_1='d e' ", {"A": "b", "C_1": "d e"}),
        ('export URL="http://x/?a=b&c"', {"URL": "http://x/?a=b&c"}),
        ("export A=", {"A": ""}),
        ("export A='$HOME'", {"A": "$HOME"}),
        ("export A='two\nlines'", {"A": "two\nlines"}),
        ("export A=x A=y", {"A": "y"}),
    ],
)
def test_plain_exports_are_read(line: str, values: dict[str, str]) -> None:
    change = read_change(line)
    assert change is not None
    assert change.values == values


@pytest.mark.parametrize(
    "line",
    [
        "export A=$HOME", 'export A="$(id)"', "export A=`id`", "export A=b; ls", "export A=b && ls", "export A=~/x",
        "export A=a'b'", "export A=b#c\\ d", "export A", "export -n A", "export 1A=b", "export A-B=c", "exports A=b",
        "A=b", "export A=b >file", "export A=*", 'export A="a\\"b"', "unset", "unset -f A", "unset A;ls",
        "echo export A=b",
        "export A=b\nls", "export A='b", "",
    ],
)  # fmt: skip
def test_all_else_is_the_shells(line: str) -> None:
    assert read_change(line) is None


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True).filter(
    lambda name: name not in {"PATH", "IFS", "_", "PS4", "UID", "EUID", "PPID"}
)


@given(NAMES, st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8), st.sampled_from(["", "'", '"']))
def test_what_is_read_is_what_a_shell_reads(name: str, value: str, quote: str) -> None:
    line = f"export {name}={quote}{value}{quote}"
    change = read_change(line)
    if change is not None and shutil.which("dash"):
        script = f'cd /; {line}\nprintf %s "${{{name}}}"'
        done = subprocess.run(["dash", "-c", script], capture_output=True, check=False, env={"HOME": "/h"}, timeout=60)
        assert (done.stdout.decode(), done.stderr) == (change.values[name], b"")


def test_unset_and_asking() -> None:
    change = read_change("unset A B")
    assert change is not None
    assert change.removed == {"A", "B"}
    asking = read_change("export")
    assert asking is not None
    assert asking.asks


def test_a_session_holds_them() -> None:
    session = Session()
    for line, said in (
        ("export", "No variables are set here."),
        ("export A=secret B=2", "A B: set for the next commands here."),
        ("export", "Set for the commands here: A B."),
        ("unset A", "A: no longer set for the next commands here."),
    ):
        change = read_change(line)
        assert change is not None
        assert session.apply(change) == said
    assert session.env == {"B": "2"}


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("export A=b C='d e'", "export A=••• C=•••"),
        ("export A=a$(id -u)b", "export A=•••"),
        ("API_KEY=hunter2 npm publish", "API_KEY=••• npm publish"),
        ("env DB_PASSWORD='a b' GITHUB_TOKEN=\"c d\" run", "env DB_PASSWORD=••• GITHUB_TOKEN=••• run"),
        ("NODE_ENV=test npm test", "NODE_ENV=test npm test"),
        ("TOKEN=$TOKEN run", "TOKEN=$TOKEN run"),
        ("grep a=b file", "grep a=b file"),
        ("curl http://x/?token=abc", "curl http://x/?token=•••"),
        ("sort --key=2", "sort --key=2"),
        ("MONKEY=1 KEYBOARD=2 x", "MONKEY=1 KEYBOARD=2 x"),
        ("TOKEN='hunter2 x", "TOKEN=•••"),
        ('TOKEN="hunter2 \\\\', "TOKEN=•••"),
        ("export A=$(id x", "export A=•••"),
        # Looking for the end of each of these would take an hour.
        pytest.param("A=$( " * 200_000, "A=$( " * 200_000, id="opened often"),
    ],
)
def test_values_that_are_secrets_are_not_shown(command: str, shown: str) -> None:
    assert masked(command) == shown


def test_the_history_has_neither_secrets_nor_values_that_were_exported() -> None:
    values = {"TOKEN": "hunter2", "SHORT": "abc", "LONG": "hunter2-and-more"}
    assert redacted("curl -H 'X: hunter2' hunter2-and-more abc", values) == "curl -H 'X: $TOKEN' $LONG abc"
    assert redacted("export TOKEN=hunter2", {}) == "export TOKEN="
    assert redacted("API_KEY=abc ./run", {}) == "API_KEY= ./run"


@given(st.text(max_size=60))
def test_nothing_else_is_touched(command: str) -> None:
    if "=" not in command:
        assert masked(command) == command


@pytest.mark.parametrize(
    ("line", "lasting"),
    [
        ("export A=$HOME", True),
        ("A=b", True),
        ("unset A; ls", True),
        ("A=b ls", False),
        ("ls", False),
    ],
)
def test_what_somebody_may_think_to_last(line: str, *, lasting: bool) -> None:
    assert looks_lasting(line) is lasting
