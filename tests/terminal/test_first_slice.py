"""The whole path, as a person on a fresh machine goes it: one real terminal, one real local cluster, keys alone."""

from __future__ import annotations

import base64
import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.program import PROGRAM, run
from tests.terminal.session import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = 60.0
"""Seconds for the first start: the local cluster makes its keys."""


@pytest.fixture
def fresh_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """An environment with an empty home, no kubeconfig and no local cluster."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("K8S_SANDBOX_TUI_STATE", str(tmp_path / "state"))
    # As over SSH: there the terminal is asked to copy, which this test can see.
    yield {**os.environ, "SSH_TTY": "/dev/pts/0"}
    assert run("local", "down").returncode == 0


def test_from_a_fresh_machine_to_a_command_run_in_a_sandbox(fresh_machine: dict[str, str]) -> None:
    template = "https://{service}-{port}.{namespace}.example"
    command = [*PROGRAM, "--url-template", template]
    with Terminal(command, columns=120, rows=40, environment=fresh_machine) as terminal:
        terminal.wait_for("LOCAL", START)
        terminal.wait_for("No sandboxes in default.")

        terminal.send("c")
        terminal.wait_for("New sandbox")
        terminal.send("\x1b[C")  # right: Python instead of Node
        terminal.wait_for("python:3.11-slim")
        terminal.send("\x13")  # ctrl+s
        screen = terminal.wait_for(row_of_a_running_sandbox, START)
        name = re.findall(r"computesdk-sbx-[0-9a-z]{8}", screen)[0]

        terminal.send("\r")
        terminal.wait_for("Enter Run")
        terminal.send("echo made by $((6 * 7)) && exit 7\r")
        assert "made by 42" in terminal.wait_for(exit_code_and_duration)
        terminal.send("\x1b")
        terminal.wait_for("F8 Destroy")
        terminal.wait_for("Enter Console")

        terminal.send("u")
        terminal.wait_for("URL of a port")
        terminal.send("\x15")  # ctrl+u empties the field
        terminal.wait_for("A port is missing")
        terminal.send("8080")
        url = f"https://{name}-svc-8080.default.example"
        terminal.wait_for(url)
        terminal.send("\r")
        copied = base64.b64encode(url.encode())
        terminal.wait_for(lambda _screen: b"\x1b]52;c;" + copied in terminal.raw)

        with Terminal(command, columns=120, rows=40, environment=fresh_machine) as other:
            other.wait_for(row_of_a_running_sandbox)
            assert name in other.text
            # Whoever has started the local cluster leaves, and it goes on for the other.
            terminal.send("q")
            assert terminal.wait_for_end() == 0
            destroy(other, name)
            other.send("q")
            assert other.wait_for_end() == 0
    assert run("local", "status").returncode == 0


def destroy(terminal: Terminal, name: str) -> None:
    assert f"default/{name}" in run("ls", "-o", "name").stdout.split()
    terminal.send("\x1b[19~")  # F8
    terminal.wait_for("Destroy this sandbox?")
    terminal.send("\r")  # Cancel has the focus
    terminal.wait_for(lambda screen: "Destroy this sandbox?" not in screen)
    assert f"default/{name}" in run("ls", "-o", "name").stdout.split()
    terminal.send("\x1b[19~")
    terminal.wait_for("Destroy this sandbox?")
    terminal.send("\t\r")
    terminal.wait_for("No sandboxes in default.")
    assert run("ls", "-o", "name").stdout == ""


def row_of_a_running_sandbox(screen: str) -> bool:
    return re.search(r"computesdk-sbx-[0-9a-z]{8}\s+\S+ Running +python", screen) is not None and "New " not in screen


def exit_code_and_duration(screen: str) -> bool:
    return re.search(r"exit 7 +\d+ ms", screen) is not None
