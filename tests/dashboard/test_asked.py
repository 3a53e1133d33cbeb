"""Having the cluster asked for a part of the sandboxes alone: by choice, said on the screen, undone with the filter."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.settings.model import Settings
from tests.dashboard.scripted import dashboard, sandbox_info

SEARCH = [sandbox_info(number, labels={"team": "search"}) for number in (1, 3)]
OTHERS = [sandbox_info(number, labels={"team": "ads"}) for number in (2, 4)]
ROWS = [SEARCH[0], OTHERS[0], SEARCH[1], OTHERS[1]]


async def test_typing_a_filter_asks_for_nothing_and_ctrl_s_for_what_its_labels_find() -> None:
    async with dashboard(ROWS) as shown:
        selectors = shown.cluster.compute.selectors
        await shown.press("slash", *"label.team=search sbx", "enter", "down")
        assert "2 of 4" in shown.lines[1]
        assert selectors == [""]
        assert shown.cursor_uid == SEARCH[1].uid

        await shown.press("slash", "ctrl+s")
        await shown.until(lambda: selectors == ["", "team=search"])
        assert "only team=search" in shown.lines[0]
        assert "LOADING" in shown.lines[0] or "CONNECTING" in shown.lines[0]
        await shown.put_rows(SEARCH)
        assert "2 of 2 asked for" in shown.lines[1]
        assert "2 sandboxes" in shown.lines[0]
        assert shown.names == ["1", "3"]
        assert shown.cursor_uid == SEARCH[1].uid

        # Once more is nothing new; other terms are the table's alone.
        await shown.press("ctrl+s", *" name:01", "enter")
        assert shown.names == ["1"]
        assert selectors == ["", "team=search"]

        await shown.press("escape")
        await shown.until(lambda: selectors == ["", "team=search", ""])
        await shown.put_rows(ROWS)
        assert "only" not in shown.lines[0]
        assert shown.names == ["1", "2", "3", "4"]


async def test_what_is_taken_out_of_the_filter_is_held_back_no_more() -> None:
    settings = Settings(selector="team=search,tier!=test")
    async with dashboard(SEARCH, settings=settings) as shown:
        selectors = shown.cluster.compute.selectors
        assert selectors == ["team=search,tier!=test"]
        assert "label.team=search label.tier!=test" in shown.lines[1]
        assert "2 of 2 asked for" in shown.lines[1]
        assert "only team=search,tier!=t" in shown.lines[0]

        await shown.press("slash", *["backspace"] * len(" label.tier!=test"))
        assert len(selectors) == 1
        await shown.press("enter")
        await shown.until(lambda: selectors[1:] == ["team=search"])
        await shown.put_rows(SEARCH)
        assert "only team=search" in shown.lines[0]

        # With other labels it goes as one that is gone does: nobody tells which it was.
        await shown.put_rows([], removed=[SEARCH[0].uid])
        assert shown.said[-1].startswith("computesdk-sbx-00000001 is gone, or has other labels.")

        # It goes along to other namespaces, as the filter does.
        shown.main.show_namespaces(("agents",))
        await shown.until(lambda: selectors[2:] == ["team=search"])
        await shown.put_rows([])
        assert "No sandboxes in agents with team=search." in shown.text
        await shown.press("escape")
        await shown.until(lambda: selectors[3:] == [""])


async def test_a_filter_without_labels_cannot_be_asked_for_and_says_what_can() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("slash", *"meta.owner=ann", "ctrl+s")
        assert shown.said[-1].startswith("The cluster can be asked for label.KEY=value")
        assert shown.cluster.compute.selectors == [""]


async def test_the_key_for_it_is_in_the_key_bar_and_takes_a_click() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("slash", *"runtime=python")
        x = shown.lines[-1].index("^S Server")
        assert "Esc Clear" in shown.lines[-1]
        await shown.pilot.click(offset=(x, 23))
        await shown.until(lambda: shown.cluster.compute.selectors[1:] == ["computesdk.io/runtime=python"])
