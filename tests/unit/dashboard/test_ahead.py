"""Dialogues are loaded before they are opened: all of them, a little at a time, while nobody types."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from itertools import count
from typing import TYPE_CHECKING

from textual.app import App

from k8s_sandbox_tui.dashboard import ahead
from k8s_sandbox_tui.dashboard.ahead import AT_ONCE, UNTOUCHED, Ahead, modules_from

if TYPE_CHECKING:
    import pytest

FIRST = "k8s_sandbox_tui.dashboard.app"

LEFT_TO_IMPORT = f"""
import ast, inspect, sys
from k8s_sandbox_tui.dashboard.ahead import Ahead

ahead = Ahead({FIRST!r})
while ahead.step():
    pass
wanted = set()
for name, module in list(sys.modules.items()):
    if name.startswith("k8s_sandbox_tui.dashboard"):
        for function in ast.walk(ast.parse(inspect.getsource(module) or "")):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                wanted |= {{one.module for one in ast.walk(function) if isinstance(one, ast.ImportFrom)}}
ours = {{name for name in wanted if name.startswith("k8s_sandbox_tui.")}}
print(len(ours), *(ours - set(sys.modules)))
"""
"""What the dashboard's functions import of ours, and what of that they would be the first to import."""


def test_nothing_of_ours_is_left_to_be_imported_when_a_dialogue_is_opened() -> None:
    done = subprocess.run([sys.executable, "-c", LEFT_TO_IMPORT], capture_output=True, text=True, check=True)
    number, *left = done.stdout.split()
    assert int(number) > 50
    assert left == []


def test_what_a_module_needs_comes_before_it_and_nothing_twice() -> None:
    names = list(modules_from(FIRST))
    assert len(names) == len(set(names))
    assert names[-1] == FIRST
    place = {name.removeprefix("k8s_sandbox_tui.dashboard."): number for number, name in enumerate(names)}
    assert place["inside.view"] < place["inside.screen"] < place["workbench"]
    assert place["create.fields"] < place["create.screen"] < place["create.flow"] < place["workbench"]


def test_a_step_loads_at_least_one_and_no_more_when_its_time_is_up() -> None:
    clock = count(step=AT_ONCE)
    slow = Ahead("k8s_sandbox_tui.dashboard.places.place", clock=lambda: next(clock))
    modules = list(modules_from("k8s_sandbox_tui.dashboard.places.place"))
    assert [slow.step() for _ in modules] == [True] * len(modules)
    assert not slow.step()
    assert not Ahead("k8s_sandbox_tui.dashboard.places.place", clock=lambda: 0.0).step()


async def test_it_waits_while_somebody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [False, True, True]
    asked = count(1)
    often, ended = asyncio.Event(), asyncio.Event()
    since = 0.0

    def untouched() -> float:
        if next(asked) == 3:
            often.set()
        return since

    def step(_: Ahead) -> bool:
        return steps.pop()

    monkeypatch.setattr(Ahead, "step", step)
    monkeypatch.setattr(gc, "freeze", ended.set)
    app = App[None]()
    async with app.run_test():
        ahead.begin(app, FIRST, untouched)
        await often.wait()
        assert len(steps) == 3
        since = UNTOUCHED
        await ended.wait()
    assert steps == []
