"""Destroying all marked: the names in the question, the number that is typed, progress, failures, another try."""

from __future__ import annotations

import asyncio

import pytest

from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.dashboard.destruction_screen import DestructionScreen
from k8s_sandbox_tui.dashboard.line_list import LineList
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.provider.errors import ForbiddenError, TransportError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import Dashboard, ScriptedCluster, Update, dashboard, sandbox_info

ROWS = [sandbox_info(number) for number in range(1, 31)]
FORBIDDEN = ForbiddenError("pods is forbidden.", status=403, hint="Ask for the verb delete on pods.")


def destroyed(shown: Dashboard) -> list[str]:
    """The numbers of the sandboxes that the cluster was asked to destroy, in order."""
    return [sandbox_id.rsplit("-", 1)[1].lstrip("0") for sandbox_id, _ in shown.cluster.compute.sandbox.destroyed]


async def test_the_marked_are_destroyed_not_the_selected_and_their_marks_go() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("space", "space", "down", "space", "f8")
        assert "Destroy 3 sandboxes?" in shown.text
        for number in ("1", "2", "4"):
            assert f"default/computesdk-sbx-0000000{number}" in shown.text
        assert "3 running" in shown.text
        await shown.press("y")
        await shown.until(lambda: shown.said == ["Destroyed 3 sandboxes."])
        assert destroyed(shown) == ["1", "2", "4"]
        assert [uid for _, uid in shown.cluster.compute.sandbox.destroyed] == [ROWS[0].uid, ROWS[1].uid, ROWS[3].uid]
        assert not shown.main.store.marks
        # The cursor was on none of them; when it was, it goes to the nearest that is left, and nobody is told twice.
        await shown.put(Update([], [row.uid for row in (ROWS[0], ROWS[1], ROWS[3])]))
        assert shown.cursor_uid == ROWS[4].uid
        await shown.press("space", "space", "up", "f8", "y")
        await shown.until(lambda: len(destroyed(shown)) == 5)
        assert shown.cursor_uid == ROWS[5].uid
        await shown.put(Update([], [ROWS[4].uid, ROWS[5].uid]))
        assert shown.cursor_uid == ROWS[6].uid
        assert shown.said == ["Destroyed 3 sandboxes.", "Destroyed 2 sandboxes."]


async def test_what_the_filter_hides_is_named_all_the_same() -> None:
    async with dashboard([sandbox_info(1, status=SandboxStatus.FAILED), *ROWS[1:5]]) as shown:
        await shown.press("space", "space", "slash", *"failed", "enter", "f8")
        assert "1 failed, 1 running, 1 hidden by the filter" in shown.text
        assert "hidden" in next(line for line in shown.lines if "00000002" in line)


async def test_the_question_keeps_what_it_named_and_scrolls() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("m", "a", "f8")
        names = shown.app.screen.query_one(LineList)
        assert 2 <= names.size.height < 30
        assert "sbx-00000001" in shown.text
        await shown.put(Update([sandbox_info(31)], [ROWS[29].uid]))
        await shown.press(*["pagedown"] * 4)
        assert "sbx-00000030" in shown.text
        assert "sbx-00000031" not in shown.text
        await shown.press(*["pageup"] * 4, "down", "down", "up")
        assert names.scroll_offset.y == 1
        assert shown.app.focused is not None
        assert shown.app.focused.id == "cancel"


async def test_from_ten_on_nothing_but_the_number_destroys() -> None:
    async with dashboard(ROWS) as shown:
        for keys in (["y"], ["right", "enter"], ["tab", "tab", "enter"], [*"300", "enter"]):
            await shown.press("m", "a", "f8", *keys)
            assert destroyed(shown) == [], keys
            await shown.press("escape")
            assert len(shown.app.screen_stack) == 1
        await shown.press("m", "a", "f8", "3", "1")
        assert "not 30" in shown.text
        await shown.pilot.click("#destroy")
        assert isinstance(shown.app.screen, DestroyScreen)
        await shown.press("backspace", "0")
        await shown.pilot.click("#destroy")
        await shown.until(lambda: len(destroyed(shown)) == 30)


async def test_nine_go_with_a_letter_and_ten_do_not() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press(*["space"] * 10, "f8", "y")
        assert "type the number 10:" in shown.text
        assert destroyed(shown) == []
        await shown.press("escape", "up", "space", "f8")
        assert "Destroy 9 sandboxes?" in shown.text
        await shown.press("y")
        await shown.until(lambda: len(destroyed(shown)) == 9)


async def test_the_number_destroys_them_however_it_is_sent() -> None:
    async with dashboard(ROWS) as shown:
        for times, keys in enumerate(([*"30", "enter"], [*"x3y0", "enter"], [*"30", "tab", "tab", "enter"]), start=1):
            await shown.press("m", "a", "f8", *keys)
            await shown.until(lambda times=times: len(destroyed(shown)) == 30 * times)
            await shown.until(lambda: len(shown.app.screen_stack) == 1)


@pytest.mark.parametrize(("pattern", "typed"), [("kind-*", True), ("prod-*", False)])
async def test_in_a_protected_context_even_one_has_to_be_typed(pattern: str, *, typed: bool) -> None:
    async with dashboard(ROWS, settings=Settings(protected_contexts=(pattern,))) as shown:
        await shown.press("f8")
        assert ("The context kind-test is protected." in shown.text) is typed
        await shown.press("y")
        if typed:
            assert destroyed(shown) == []
            await shown.press("1", "enter")
        await shown.until(lambda: destroyed(shown) == ["1"])


async def slow_cluster() -> ScriptedCluster:
    cluster = ScriptedCluster()
    cluster.compute.sandbox.turns = asyncio.Queue()
    return cluster


def next_ones(cluster: ScriptedCluster, count: int) -> None:
    assert cluster.compute.sandbox.turns is not None
    for _ in range(count):
        cluster.compute.sandbox.turns.put_nowait(None)


async def test_progress_is_shown_and_goes_when_all_is_well() -> None:
    cluster = await slow_cluster()
    async with dashboard(ROWS, cluster=cluster) as shown:
        await shown.press("space", "space", "space", "f8", "y")
        await shown.until(lambda: isinstance(shown.app.screen, DestructionScreen))
        await shown.until(lambda: "0 of 3 destroyed" in shown.text)
        next_ones(cluster, 2)
        await shown.until(lambda: "2 of 3 destroyed" in shown.text)
        next_ones(cluster, 1)
        await shown.until(lambda: shown.said == ["Destroyed 3 sandboxes."])
        assert len(shown.app.screen_stack) == 1


async def test_failures_stay_listed_with_their_reasons_stay_marked_and_can_be_tried_again() -> None:
    cluster = ScriptedCluster()
    answers = cluster.compute.sandbox.answers
    answers["default/computesdk-sbx-00000002"] = FORBIDDEN
    answers["default/computesdk-sbx-00000003"] = TransportError("No answer\x1b[2J within 30 s.", sent=True)
    async with dashboard(ROWS, cluster=cluster) as shown:
        await shown.press("space", "space", "space", "space", "f8", "y")
        await shown.until(lambda: isinstance(shown.app.screen, DestructionScreen))
        await shown.until(lambda: "2 of 4 destroyed, 2 not" in shown.text)
        words = " ".join(shown.text.replace("│", " ").split())
        assert "was not destroyed: pods is forbidden. Ask for the verb delete on pods." in words
        assert "may or may not be destroyed: No answer within 30 s." in words
        del answers["default/computesdk-sbx-00000003"]
        await shown.press("r")
        await shown.until(lambda: "3 of 4 destroyed, 1 not" in shown.text)
        assert destroyed(shown) == ["1", "2", "3", "4", "2", "3"]
        await shown.press("escape")
        await shown.until(lambda: shown.said == ["1 of 4 sandboxes were not destroyed."])
        assert [row.uid for row in shown.main.store.marked] == [ROWS[1].uid]
        answers.clear()
        await shown.press("f8", "y")
        await shown.until(lambda: len(shown.said) == 2)
        assert not shown.main.store.marks


async def test_stopping_leaves_the_rest_alone_and_says_which() -> None:
    cluster = await slow_cluster()
    async with dashboard(ROWS, cluster=cluster) as shown:
        await shown.press("space", "space", "space", "f8", "y")
        await shown.until(lambda: isinstance(shown.app.screen, DestructionScreen))
        await shown.press("escape")
        await shown.until(lambda: "Stopping" in shown.text)
        next_ones(cluster, 1)
        await shown.until(lambda: "1 of 3 destroyed, 2 not" in shown.text)
        assert shown.text.count("was left alone: it was stopped before") == 2
        assert destroyed(shown) == ["1"]
        next_ones(cluster, 2)
        await shown.pilot.click("#again")
        await shown.until(lambda: shown.said == ["Destroyed 3 sandboxes."])


async def test_quitting_while_sandboxes_are_destroyed() -> None:
    cluster = await slow_cluster()
    async with dashboard(ROWS, cluster=cluster) as shown:
        await shown.press("space", "space", "f8", "y")
        await shown.until(lambda: isinstance(shown.app.screen, DestructionScreen))
        await shown.press("ctrl+q")
    assert shown.app.return_code == 0
    assert cluster.compute.closed


async def test_five_thousand_names_open_at_once() -> None:
    async with dashboard([sandbox_info(number) for number in range(5000)]) as shown:
        await shown.press("m", "a", "f8")
        assert "Destroy 5000 sandboxes?" in shown.text
        await shown.press(*"5000", "enter")
        await shown.until(lambda: shown.said == ["Destroyed 5000 sandboxes."])
