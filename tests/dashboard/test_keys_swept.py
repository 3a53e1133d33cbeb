"""Keys that fingers send by themselves, all of them and everywhere: none asks to destroy, and none destroys."""

from __future__ import annotations

import asyncio
from string import ascii_letters, ascii_lowercase, digits
from typing import TYPE_CHECKING

from textual import events

from k8s_sandbox_tui.dashboard import destroy_screen
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.filter_bar import FilterBar
from k8s_sandbox_tui.dashboard.type_ahead import TypeAhead
from tests.dashboard.scripted import Dashboard, ScriptedCluster, ScriptedSandbox, dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

ROWS = [sandbox_info(number) for number in range(1, 6)]
CONTROLS = {"space": " ", "enter": "\r", "backspace": "\x7f", "delete": None}
# Twice what turns read-only mode on, so that it is off again.
SWEPT = [*ascii_letters.replace("L", "LL"), *digits, *[f"ctrl+{letter}" for letter in ascii_lowercase], *CONTROLS]


async def send(typed: TypeAhead, key: str) -> None:
    """Send a key as the driver does, without the rest that a Pilot takes after each, and wait until it has done all."""
    typed.take(events.Key(key, key if len(key) == 1 else CONTROLS.get(key)))
    while not typed.idle:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)


async def back(shown: Dashboard, typed: TypeAhead, focused: Callable[[], bool], key: str = "") -> None:
    """Escape until the table has the focus again; then a key that gives it to another place."""
    async with asyncio.timeout(60):
        while not (len(shown.app.screen_stack) == 1 and shown.table.has_focus):
            await send(typed, "escape")
        if key:
            await send(typed, key)
    if not focused():
        await shown.until(focused)


async def test_nothing_is_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def note(*question: object, **_: object) -> None:
        asked.append(question)

    monkeypatch.setattr(destroy_screen, "DestroyScreen", note)
    cluster = ScriptedCluster()
    for row in ROWS:
        cluster.compute.sandbox.known[row.id] = ScriptedSandbox(row.id, row.uid, info=row)
    async with dashboard(ROWS, cluster=cluster, contexts=[]) as shown:
        left: list[str] = []
        monkeypatch.setattr(shown.app, "exit", lambda: left.append("left"))
        place, typed = shown.main.query_one, TypeAhead(shown.app)
        for key in SWEPT:
            await back(shown, typed, lambda: shown.table.has_focus)
            await send(typed, key)
        # What is marked could be destroyed whatever the filter hides.
        shown.main.store.marks.add([row.uid for row in ROWS])
        for opening, focused in (
            ("slash", lambda: place(FilterBar).has_focus_within),
            ("enter", lambda: place(Console).has_focus_within),
        ):
            await back(shown, typed, focused, opening)
            for key in SWEPT:
                if not (focused() and len(shown.app.screen_stack) == 1):
                    await back(shown, typed, focused, opening)
                await send(typed, key)
            await back(shown, typed, lambda: shown.table.has_focus)
        assert len(left) == 4
        assert (asked, cluster.compute.sandbox.destroyed) == ([], [])
        assert shown.main.store.total == len(ROWS)
        # The same way of sending asks with the key that is for it.
        monkeypatch.undo()
        await send(typed, "f8")
        await shown.until(lambda: len(shown.app.screen_stack) == 2)
