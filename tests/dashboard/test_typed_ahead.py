"""What is typed before the screen is there for it reaches that screen, not the table below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Key

from k8s_sandbox_tui.dashboard.places.context_screen import ContextScreen
from k8s_sandbox_tui.dashboard.type_ahead import TypeAhead
from k8s_sandbox_tui.provider.connection.contexts import ContextInfo
from tests.dashboard.scripted import ScriptedCluster, ScriptedSandbox, dashboard, sandbox_info

if TYPE_CHECKING:
    from tests.dashboard.scripted import Dashboard

ROWS = [sandbox_info(number) for number in range(1, 31)]
CHARACTERS = {"question_mark": "?", "exclamation_mark": "!", "enter": "\r"}
OPENING = [*"cCpiyvlufbmonx/", "f8", *CHARACTERS]
"""What opens a dialogue, the filter or the console."""


@pytest.fixture(autouse=True)
def _a_machine_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr("k8s_sandbox_tui.dashboard.type_ahead.LONGEST", 10.0)


def type_at_once(shown: Dashboard, *keys: str) -> TypeAhead:
    """What the driver does with keys that come in one piece."""
    typed = TypeAhead(shown.app)
    take(typed, *keys)
    return typed


def take(typed: TypeAhead, *keys: str) -> None:
    for key in keys:
        typed.take(Key({"/": "slash"}.get(key, key), key if len(key) == 1 else CHARACTERS.get(key)))


async def test_a_filter_that_comes_in_one_piece_is_a_filter() -> None:
    async with dashboard(ROWS) as shown:
        # Each of these letters is a command of the table.
        typed = type_at_once(shown, "/", *"!bcqxm", "enter", "down")
        await shown.until(lambda: typed.idle)
        await shown.pilot.pause()
        assert shown.main.store.filter.text == "!bcqxm"
        assert shown.app.screen_stack == [shown.main]
        assert shown.cursor_uid == ROWS[1].uid, "the table has the keys again"


async def test_a_choice_in_a_dialogue_that_is_typed_with_the_key_that_opens_it() -> None:
    contexts = [
        ContextInfo(name=name, cluster=name, server="https://10.0.0.1", user="", namespace="", current=False)
        for name in ("kind-test", "one", "two")
    ]
    async with dashboard(ROWS, contexts=contexts) as shown:
        await shown.press("x")
        await shown.until(lambda: isinstance(shown.app.screen, ContextScreen) and "two" in shown.text)
        typed = type_at_once(shown, "down", "down", "enter")
        await shown.until(lambda: typed.idle and len(shown.app.screen_stack) == 1)
        assert shown.cluster.wishes[-1] is not None
        assert shown.cluster.wishes[-1].context == "two"


async def test_keys_go_to_the_screen_that_the_key_before_opened_or_closed() -> None:
    async with dashboard(ROWS) as shown:
        typed = type_at_once(shown, "c", "escape", "down", "down")
        await shown.until(lambda: typed.idle and shown.app.screen_stack == [shown.main])
        assert shown.cursor_uid == ROWS[2].uid
        for _ in range(2):
            typed.take(Key("j", "j"))
        typed.forget()
        await shown.until(lambda: typed.idle)
        assert shown.cursor_uid == ROWS[3].uid
        for key in ("c", "j", "ctrl+q"):
            typed.take(Key(key, None))
        assert not typed.idle
        await shown.until(lambda: shown.app.return_code == 0)


async def test_a_key_right_after_the_one_that_opens_something_is_not_for_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = ScriptedCluster()
    for row in ROWS:
        cluster.compute.sandbox.known[row.id] = ScriptedSandbox(row.id, row.uid, info=row)
    async with dashboard(ROWS, cluster=cluster, contexts=[]) as shown:
        left: list[str] = []
        opening = ""
        monkeypatch.setattr(shown.app, "exit", lambda: left.append(opening))
        typed = TypeAhead(shown.app)
        for opening in OPENING:
            take(typed, opening, "q")
            await shown.until(lambda: typed.idle)
            while not shown.table.has_focus or len(shown.app.screen_stack) > 1:
                take(typed, "escape")
                await shown.until(lambda: typed.idle)
        assert left == []
        take(typed, "q")
        await shown.until(lambda: typed.idle)
        assert left == [opening]
