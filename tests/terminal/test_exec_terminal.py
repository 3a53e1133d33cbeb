"""`exec -it` in a real terminal: keys go through, the size follows, the terminal comes back as it was."""

from __future__ import annotations

import os
import signal

from tests.cli.program import PROGRAM, run
from tests.terminal.session import Terminal


def start(options: list[str], *arguments: str) -> Terminal:
    return Terminal([*PROGRAM, *options, *arguments], environment=dict(os.environ), columns=90, rows=30)


def test_a_shell_with_keys_size_and_exit_code(options: list[str], box: str) -> None:
    with start(options, "exec", "-it", box, "--", "sh") as terminal:
        before = terminal.modes()
        terminal.wait_for(lambda screen: screen.rstrip().endswith(("#", "$")))
        terminal.send("stty size\r")
        terminal.wait_for("30 90")
        terminal.resize(100, 40)
        terminal.send("stty size\r")
        terminal.wait_for("40 100")
        # What it prints itself: only then is it sure to have the terminal.
        terminal.send("sh -c 'echo sl\"\"eeps; exec sleep 777'\r")
        terminal.wait_for("sleeps")
        terminal.send("\x03")
        terminal.wait_for(lambda screen: screen.rstrip().endswith(("#", "$")))
        terminal.send("echo still $((40 + 2))\r")
        terminal.wait_for("still 42")
        terminal.send("exit 5\r")
        assert terminal.wait_for_end() == 5
        assert terminal.modes() == before


def test_the_terminal_is_restored_when_the_program_is_ended(options: list[str], box: str) -> None:
    with start(options, "exec", "-it", box, "--", "sh", "-c", "echo ready; exec sleep 778") as terminal:
        before = terminal.modes()
        terminal.wait_for("ready")
        assert terminal.modes() != before
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait_for_end() == 143
        assert terminal.modes() == before


def test_rm_asks_and_no_is_the_default(options: list[str], box: str) -> None:
    with start(options, "rm", box) as terminal:
        terminal.wait_for("Destroy this sandbox? [y/N]")
        terminal.send("\r")
        assert terminal.wait_for_end() == 1
        assert "Nothing was destroyed." in terminal.text
    assert run(*options, "info", box).returncode == 0


def test_rm_destroys_after_yes(options: list[str]) -> None:
    box = run(*options, "create", "--runtime", "python").stdout.strip()
    with start(options, "rm", box) as terminal:
        terminal.wait_for(f"{box}  running")
        terminal.wait_for("[y/N]")
        terminal.send("y\r")
        assert terminal.wait_for_end() == 0
        assert f"{box}: destroyed" in terminal.text


def test_create_shows_its_progress_and_leaves_the_id(options: list[str]) -> None:
    with start(options, "create", "--runtime", "python") as terminal:
        assert terminal.wait_for_end() == 0
        assert b" s)" in terminal.raw
        (box,) = terminal.text.split()
    assert run(*options, "rm", "--yes", box).returncode == 0


def test_ctrl_c_without_a_terminal_for_the_command_ends_it(options: list[str], box: str) -> None:
    with start(options, "exec", box, "--", "sh", "-c", "echo ready; exec sleep 779") as terminal:
        terminal.wait_for("ready")
        terminal.send("\x03")
        assert terminal.wait_for_end() == 130
