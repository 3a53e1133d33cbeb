"""Destroying from the table: the question, what it pins down, and the truth about what became of it."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.provider.errors import (
    ConflictError,
    ForbiddenError,
    NotManagedError,
    SandboxGoneError,
    TransportError,
)
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import dashboard, sandbox_info

ROWS = [sandbox_info(number) for number in range(1, 6)]
CANCELLING = (["enter"], ["escape"], ["n"], ["right", "left", "enter"], ["f8", "q", "d", "escape"])
CONFIRMING = (["y"], ["right", "enter"], ["tab", "enter"])
SECOND = ("default/computesdk-sbx-00000002", ROWS[1].uid)


async def test_the_question_names_the_sandbox_and_cancelling_destroys_nothing() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down")
        for keys in CANCELLING:
            await shown.press("f8")
            assert isinstance(shown.app.screen, DestroyScreen)
            for words in ("Destroy this sandbox?", SECOND[0], SECOND[1], "Running, 18m old", "files are lost"):
                assert words in shown.text
            assert shown.app.focused is not None
            assert shown.app.focused.id == "cancel"
            await shown.press(*keys)
            assert len(shown.app.screen_stack) == 1, keys
            assert shown.cluster.compute.sandbox.destroyed == [], keys


async def test_confirming_destroys_that_sandbox_with_its_uid_and_it_goes_without_a_second_word() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down")
        for row, after, keys in zip(ROWS[1:], [*ROWS[2:], ROWS[0]], [*CONFIRMING, None], strict=True):
            assert shown.cursor_uid == row.uid
            await shown.press("f8", *keys or ())
            if keys is None:
                await shown.pilot.click("#destroy")
            said = [f"Destroyed {row.id}."]
            await shown.until(lambda said=said: shown.said == said)
            assert shown.cluster.compute.sandbox.destroyed[-1] == (row.id, row.uid), keys
            await shown.put_rows([], removed=[row.uid])
            assert shown.said == said
            assert shown.cursor_uid == after.uid
            shown.app.clear_notifications()
        assert len(shown.cluster.compute.sandbox.destroyed) == 4


async def test_what_happens_behind_the_question_does_not_change_what_it_destroys() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "f8")
        changed = sandbox_info(2, status=SandboxStatus.FAILED, version="2")
        await shown.put_rows([changed, sandbox_info(9, age=1)], removed=[ROWS[0].uid])
        assert "Running, 18m old" in shown.text
        await shown.press("y")
        await shown.until(lambda: bool(shown.cluster.compute.sandbox.destroyed))
        assert shown.cluster.compute.sandbox.destroyed == [SECOND]


OUTCOMES = (
    (False, "{} was gone already."),
    (SandboxGoneError("replaced"), "{} was left alone: another sandbox has taken its name."),
    (ForbiddenError("may not", status=403), "{} was not destroyed: may not"),
    (NotManagedError("no label"), "{} was left alone: no label"),
    (TransportError("no answer", sent=True), "{} may or may not be destroyed: no answer"),
    (TransportError("refused", sent=False), "{} was not destroyed: refused"),
    (ConflictError("busy\x1b[2J", status=409), "{} was not destroyed: busy"),
)


async def test_the_outcome_is_told_as_it_is() -> None:
    rows = [sandbox_info(number) for number in range(1, len(OUTCOMES) + 1)]
    async with dashboard(rows, size=(120, 30)) as shown:
        for number, (row, (answer, sentence)) in enumerate(zip(rows, OUTCOMES, strict=True)):
            shown.cluster.compute.sandbox.answers[row.id] = answer
            await shown.press("home", *["down"] * number)
            assert shown.cursor_uid == row.uid
            shown.app.clear_notifications()
            await shown.press("f8", "y")
            await shown.until(lambda: bool(shown.said))
            assert shown.said[0].startswith(sentence.format(row.id))
            assert "\x1b" not in shown.said[0]
