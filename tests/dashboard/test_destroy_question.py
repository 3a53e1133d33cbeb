"""Destroying from the table: the question, what it pins down, and the truth about what became of it."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.provider.errors import (
    ConflictError,
    ForbiddenError,
    NotManagedError,
    SandboxError,
    SandboxGoneError,
    TransportError,
)
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import dashboard, sandbox_info

ROWS = [sandbox_info(number) for number in range(1, 6)]
SECOND = ("default/computesdk-sbx-00000002", ROWS[1].uid)


async def test_the_question_names_the_sandbox_and_cancel_has_the_focus() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "f8")
        assert isinstance(shown.app.screen, DestroyScreen)
        for words in ("Destroy this sandbox?", SECOND[0], SECOND[1], "Running, 18m old", "files are lost"):
            assert words in shown.text
        assert shown.app.focused is not None
        assert shown.app.focused.id == "cancel"


@pytest.mark.parametrize("keys", [["enter"], ["escape"], ["n"], ["right", "left", "enter"], ["f8", "q", "d", "escape"]])
async def test_cancelling_destroys_nothing(keys: list[str]) -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("f8", *keys)
        assert len(shown.app.screen_stack) == 1
        assert shown.cluster.compute.sandbox.destroyed == []


@pytest.mark.parametrize("keys", [["y"], ["right", "enter"], ["tab", "enter"]])
async def test_confirming_destroys_that_sandbox_with_its_uid(keys: list[str]) -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "f8", *keys)
        await shown.until(lambda: bool(shown.said))
        assert shown.cluster.compute.sandbox.destroyed == [SECOND]
        assert shown.said == [f"Destroyed {SECOND[0]}."]


async def test_a_click_on_destroy_confirms() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "f8")
        await shown.pilot.click("#destroy")
        await shown.until(lambda: bool(shown.said))
        assert shown.cluster.compute.sandbox.destroyed == [SECOND]


async def test_what_happens_behind_the_question_does_not_change_what_it_destroys() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "f8")
        changed = sandbox_info(2, status=SandboxStatus.FAILED, version="2")
        await shown.put_rows([changed, sandbox_info(9, age=1)], removed=[ROWS[0].uid])
        assert "Running, 18m old" in shown.text
        await shown.press("y")
        await shown.until(lambda: bool(shown.cluster.compute.sandbox.destroyed))
        assert shown.cluster.compute.sandbox.destroyed == [SECOND]


async def test_the_sandbox_that_one_destroyed_goes_without_a_second_word() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "f8", "y")
        await shown.put_rows([], removed=[ROWS[1].uid])
        assert shown.said == [f"Destroyed {SECOND[0]}."]
        assert shown.cursor_uid == ROWS[2].uid


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (False, f"{SECOND[0]} was gone already."),
        (SandboxGoneError("replaced"), f"{SECOND[0]} was left alone: another sandbox has taken its name."),
        (ForbiddenError("may not", status=403), f"{SECOND[0]} was not destroyed: may not"),
        (NotManagedError("no label"), f"{SECOND[0]} was left alone: no label"),
        (TransportError("no answer", sent=True), f"{SECOND[0]} may or may not be destroyed: no answer"),
        (TransportError("refused", sent=False), f"{SECOND[0]} was not destroyed: refused"),
        (ConflictError("busy\x1b[2J", status=409), f"{SECOND[0]} was not destroyed: busy"),
    ],
)
async def test_the_outcome_is_told_as_it_is(answer: bool | SandboxError, sentence: str) -> None:
    async with dashboard(ROWS, size=(120, 30)) as shown:
        shown.cluster.compute.sandbox.answers[SECOND[0]] = answer
        await shown.press("down", "f8", "y")
        await shown.until(lambda: bool(shown.said))
        assert shown.said[0].startswith(sentence)
        assert "\x1b" not in shown.said[0]
