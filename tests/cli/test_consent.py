"""Where sandboxes can only be plain processes their user is asked once, and nothing starts without an answer."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.program import PROGRAM, run
from tests.terminal.session import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

RISK = "Sandboxes are not isolated on this machine: their commands run as plain processes with your rights"


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of a machine without bubblewrap, where Landlock will not do, and of a user who was not asked."""
    # Below /tmp, which sandboxes under Landlock would share.
    folder = Path(tempfile.mkdtemp(prefix="sbx-", dir="/tmp"))
    monkeypatch.setenv("K8S_SANDBOX_TUI_STATE", str(folder / "state"))
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("K8S_SANDBOX_TUI_PLAIN_PROCESSES")
    yield folder / "state"
    run("local", "down")
    shutil.rmtree(folder, ignore_errors=True)


def test_without_a_terminal_it_is_an_error_that_names_the_ways_to_agree(state: Path) -> None:
    for command in (["ls"], ["local", "up"]):
        done = run(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"error: {RISK}" in done.stderr
        assert "bubblewrap is not installed" in done.stderr
        assert "local up --allow-plain-processes" in done.stderr
        assert "K8S_SANDBOX_TUI_PLAIN_PROCESSES=1" in done.stderr
    assert run("local", "status").stdout == "not running\n"
    assert not (state / "kubeconfig").exists()


def test_the_option_is_remembered() -> None:
    up = run("local", "up", "--allow-plain-processes")
    assert (up.returncode, up.stderr.count(f"warning: {RISK}")) == (0, 1)
    assert run("local", "down").returncode == 0
    assert run("ls", "-o", "name").returncode == 0
    assert RISK in run("local", "status").stdout


def test_the_variable_holds_for_as_long_as_it_is_set(state: Path) -> None:
    assert run("ls", environment={"K8S_SANDBOX_TUI_PLAIN_PROCESSES": "1"}).returncode == 0
    run("local", "down")
    assert run("ls", environment={"K8S_SANDBOX_TUI_PLAIN_PROCESSES": "0"}).returncode == 1
    assert not (state / "plain-processes-allowed").exists()


def test_on_a_terminal_it_is_asked_and_no_is_the_default_also_in_the_dashboard(state: Path) -> None:
    with Terminal([*PROGRAM, "ls", "-o", "name"], environment=dict(os.environ), columns=200, rows=20) as terminal:
        terminal.wait_for("You are asked this once. [y/N]")
        assert RISK in terminal.text
        terminal.send("\r")
        assert terminal.wait_for_end() == 1
    assert not (state / "plain-processes-allowed").exists()
    with Terminal(PROGRAM, environment=dict(os.environ), columns=120, rows=30) as terminal:
        terminal.wait_for("Start (y)")
        assert run("local", "status").stdout == "not running\n"
        terminal.send("y")
        terminal.wait_for("LOCAL")
        terminal.wait_for("! Sandboxes are not isolated")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    run("local", "down")
    assert run("ls").returncode == 0
