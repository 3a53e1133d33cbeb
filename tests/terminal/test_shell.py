"""A shell from the dashboard, in a real terminal: keys, size and ctrl-C go to it; the dashboard comes back whole."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.cli.program import PROGRAM
from tests.terminal.session import Terminal

if TYPE_CHECKING:
    from pathlib import Path


def test_a_shell_has_the_terminal_and_gives_it_back(options: list[str], box: str, tmp_path: Path) -> None:
    name = box.rpartition("/")[2]
    own = dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"), str(tmp_path))
    environment = {**os.environ, **own}
    with Terminal([*PROGRAM, *options], environment=environment, columns=90, rows=30) as terminal:
        before = terminal.modes()
        terminal.wait_for(lambda screen: name in screen and "Running" in screen)
        ours = terminal.modes()
        terminal.send("t")
        terminal.wait_for(f"A shell in {name}.")
        # The emulator has one screen alone, not the other one that the dashboard is drawn on.
        terminal.send("clear; stty size\r")
        terminal.wait_for(lambda screen: "30 90" in screen and "LIVE" not in screen)
        terminal.resize(100, 40)
        terminal.send("stty size\r")
        terminal.wait_for("40 100")
        terminal.wait_for(lambda screen: screen.rstrip().endswith(("#", "$")))
        # What it prints itself: only then is it sure to have the terminal; and what comes after, the shell.
        terminal.send("sh -c 'echo sl\"\"eeps; exec sleep 777'\r")
        terminal.wait_for("sleeps")
        terminal.send("\x03")
        terminal.wait_for(lambda screen: screen.rstrip().endswith(("#", "$")))
        terminal.send("echo still $((40 + 2))\r")
        terminal.wait_for("still 42")
        terminal.wait_for(lambda screen: screen.rstrip().endswith(("#", "$")))
        drawn = len(terminal.raw)
        # The dashboard ticks each second, but draws nothing where a shell is.
        terminal.send("sleep 1.2; echo awake\r")
        terminal.wait_for(lambda screen: "\nawake" in screen)
        assert b"LIVE" not in terminal.raw[drawn:]
        terminal.send("exit 5\r")
        terminal.wait_for(f"The shell in {name} ended with exit code 5.")
        terminal.wait_for("LIVE")
        assert terminal.modes() == ours
        # Keys are the dashboard's again, and it has the size that the terminal has now.
        terminal.send("?")
        terminal.wait_for("Esc closes")
        terminal.wait_for(lambda screen: max(map(len, screen.splitlines())) > 90)
        terminal.send("q")
        terminal.wait_for(lambda screen: "Esc closes" not in screen)
        terminal.send("t")
        terminal.wait_for(f"A shell in {name}.")
        terminal.send("clear; echo $((6 * 7))\r")
        terminal.wait_for(lambda screen: "42" in screen and "LIVE" not in screen)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait_for_end() == 0
        assert terminal.modes() == before
        assert "Traceback" not in terminal.text
