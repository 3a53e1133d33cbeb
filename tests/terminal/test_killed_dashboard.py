"""kill -9 of the dashboard at random moments: the next start is not hindered by what was left, and cleans it."""

from __future__ import annotations

import os
import random
import secrets
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from tests.cli.program import PROGRAM, run
from tests.terminal.session import Terminal

if TYPE_CHECKING:
    from pathlib import Path


TIMES = 3
AT_WORK = 0.8
"""Seconds within which it runs a command, and writes down the command and the order of the table."""


def test_it_may_be_killed_at_any_moment(options: list[str], box: str, tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    name = box.rpartition("/")[2]
    own = dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(tmp_path))
    state = tmp_path / "k8s-sandbox-tui"

    def start() -> Terminal:
        return Terminal([*PROGRAM, *options], environment={**os.environ, **own}, columns=100, rows=30)

    for _ in range(TIMES):
        with start() as terminal:
            terminal.wait_for(lambda screen: name in screen and "Running" in screen)
            terminal.send("S\r")
            terminal.wait_for("Enter Run")
            terminal.send("seq 100000\r")
            time.sleep(chance.uniform(0, AT_WORK))
            terminal.process.kill()
            terminal.process.wait()
    # What a kill in the middle of writing leaves, which chance alone may not hit.
    state.mkdir(exist_ok=True)
    (state / "remembered.json.part").write_bytes(b'{"sort": {"": {"col')
    with (state / "history.jsonl").open("ab") as history:
        history.write(b'{"at": "2026-')
    with start() as terminal:
        terminal.wait_for(lambda screen: name in screen and "Running" in screen and "LIVE" in screen)
        terminal.send("S\r")
        terminal.wait_for("Enter Run")
        terminal.send("echo all $((6 * 7))\r")
        terminal.wait_for("all 42")
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0
        assert "Traceback" not in terminal.text
    left = [file.name for file in tmp_path.rglob("*") if file.is_file()]
    assert not [one for one in left if one.endswith(".part")], left
    assert msgspec.json.decode((state / "remembered.json").read_bytes())
    assert b"echo all" in (state / "history.jsonl").read_bytes()
    assert run(*options, "ls", "-o", "name").stdout.split() == [box]
