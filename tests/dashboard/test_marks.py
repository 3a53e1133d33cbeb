"""Marks through the whole app: by key and mouse, held on to their sandboxes, counted, and taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from k8s_sandbox_tui.dashboard.looks import ASCII
from k8s_sandbox_tui.dashboard.mark_screen import MarkScreen
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import Dashboard, Update, dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from textual.strip import Strip

ROWS = [sandbox_info(number) for number in range(1, 31)]


def marked(shown: Dashboard) -> list[str]:
    """The numbers of the sandboxes whose lines have the sign, from the top."""
    lines = shown.lines[shown.table.region.y + 1 : shown.table.region.bottom]
    return [
        line[2:].split()[0].removeprefix("computesdk-sbx-").lstrip("0") for line in lines if line[1:2] in {"√", "+"}
    ]


async def test_space_marks_and_goes_on_and_the_header_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    original: Callable[[SandboxTable, int], Strip] = SandboxTable.render_line

    def render_line(self: SandboxTable, y: int) -> Strip:
        drawn.append(y)
        return original(self, y)

    async with dashboard(ROWS) as shown:
        assert "NAME" in shown.lines[1]
        await shown.press("space", "space", "down", "space")
        assert marked(shown) == ["1", "2", "4"]
        assert shown.lines[1].startswith("  √ 3 marked ")
        assert shown.cursor_uid == ROWS[4].uid
        await shown.press("up", "space")
        assert marked(shown) == ["1", "2"]
        monkeypatch.setattr(SandboxTable, "render_line", render_line)
        await shown.press("space")
        assert sorted(set(drawn)) == [0, 5, 6], "the header and two lines"


async def test_marks_stay_on_their_sandboxes_through_refresh_sort_filter_and_removal() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "space", "space")
        changed = sandbox_info(2, status=SandboxStatus.FAILED, version="2")
        await shown.put_rows([changed, sandbox_info(99, age=1)], removed=[ROWS[0].uid])
        assert marked(shown) == ["2", "3"]
        await shown.press("s", "S")
        await shown.press("S")
        assert sorted(row.uid for row in shown.main.store.marked) == sorted([ROWS[1].uid, ROWS[2].uid])
        await shown.press("slash", *"failed", "enter")
        assert marked(shown) == ["2"]
        assert "2 marked, 1 hidden" in shown.text
        await shown.put(Update([], [ROWS[2].uid]))
        assert "1 marked" in shown.text
        assert "hidden" not in shown.text


async def test_escape_takes_the_marks_first_and_the_filter_next() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("slash", *"1", "enter", "space", "escape")
        assert marked(shown) == []
        assert "of 30" in shown.lines[1]
        await shown.press("escape")
        assert "of 30" not in shown.text
        assert not shown.main.active_bindings.get("escape")


async def test_shift_marks_a_range_that_grows_and_shrinks_and_goes_on_when_rows_come_in_above() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("space", "down", "down", "shift+down", "shift+down", "shift+down")
        assert marked(shown) == ["1", "4", "5", "6", "7"]
        await shown.press("shift+up", "shift+up")
        assert marked(shown) == ["1", "4", "5"]
        await shown.press("shift+up", "shift+up", "shift+up")
        assert marked(shown) == ["1", "2", "3", "4"]
        await shown.press("down", "shift+end")
        assert len(shown.main.store.marks) == 1 + 29
        await shown.press("shift+home")
        assert marked(shown) == ["1", "2", "3", "4"]
        await shown.press("escape", "home", "down", "down", "shift+down")
        await shown.put_rows([sandbox_info(99, age=1)])
        await shown.press("shift+down")
        assert marked(shown) == ["3", "4", "5"]
        await shown.put(Update([], [ROWS[2].uid]))
        await shown.press("shift+down")
        assert marked(shown) == ["4", "5", "6"]


async def test_the_mouse_marks_with_ctrl_at_the_left_edge_with_shift_and_by_dragging() -> None:
    async with dashboard(ROWS) as shown:
        await shown.pilot.click(SandboxTable, offset=(10, 2), control=True)
        assert marked(shown) == ["2"]
        assert shown.cursor_uid == ROWS[1].uid
        await shown.pilot.click(SandboxTable, offset=(0, 4))
        assert marked(shown) == ["2", "4"]
        await shown.pilot.click(SandboxTable, offset=(0, 4))
        assert marked(shown) == ["2"]
        await shown.pilot.click(SandboxTable, offset=(10, 6), shift=True)
        assert marked(shown) == ["2", "4", "5", "6"]
        await shown.pilot.click(SandboxTable, offset=(10, 8))
        assert marked(shown) == ["2", "4", "5", "6"]
        await shown.press("escape")
        await shown.pilot.mouse_down(SandboxTable, offset=(10, 3))
        await drag(shown, 4)
        await drag(shown, 5)
        await shown.pilot.mouse_up(SandboxTable, offset=(10, 5))
        assert marked(shown) == ["3", "4", "5"]
        assert shown.cursor_uid == ROWS[4].uid
        # Beyond the edge, it scrolls along.
        await shown.press("escape")
        height = shown.table.size.height
        await shown.pilot.mouse_down(SandboxTable, offset=(10, height - 1))
        for _ in range(3):
            await drag(shown, height + 3)
        await shown.pilot.mouse_up(SandboxTable, offset=(10, height - 1))
        assert len(shown.main.store.marks) == 4
        assert shown.names[0] == "4"


async def drag(shown: Dashboard, y: int) -> None:
    """Move the mouse with its button held; `Pilot.hover` moves it without."""
    region = shown.table.region
    event = events.MouseMove(
        shown.table, region.x + 10, region.y + y, 0, 1, 1, shift=False, meta=False, ctrl=False,
        screen_x=region.x + 10, screen_y=region.y + y,
    )  # fmt: skip
    shown.app.screen.post_message(event)
    await shown.pilot.pause()


PRESETS = (
    (["e"], ["1", "2", "3"]),
    (["o", *"1h", "enter"], ["1", "4"]),
    (["slash", *"failed", "enter"], ["1", "2"]),
    (["down", "down", "space"], ["2", "3", "4"]),
    (["o", "up", "f"], ["1", "2"]),
    (["o", "escape"], ["1"]),
)


async def test_the_presets() -> None:
    infos = [
        sandbox_info(1, age=1),
        sandbox_info(2, age=2, status=SandboxStatus.FAILED),
        sandbox_info(3, age=3, status=SandboxStatus.STOPPED),
        sandbox_info(4, age=4000),
    ]
    async with dashboard(infos) as shown:
        for keys, expected in PRESETS:
            await shown.press("home", "space", "m")
            assert isinstance(shown.app.screen, MarkScreen)
            await shown.press(*keys)
            assert len(shown.app.screen_stack) == 1, keys
            assert marked(shown) == expected, keys
            await shown.press("escape")
            assert marked(shown) == []


async def test_presets_leave_alone_what_the_filter_hides() -> None:
    infos = [sandbox_info(number, status=SandboxStatus.FAILED) for number in range(1, 5)]
    async with dashboard(infos) as shown:
        await shown.press("end", "space", "slash", *"0002", "enter", "m", "a")
        assert sorted(row.info.name[-1] for row in shown.main.store.marked) == ["2", "4"]
        await shown.press("m", "i")
        assert [row.info.name[-1] for row in shown.main.store.marked] == ["4"]


async def test_what_is_no_duration_marks_nothing_and_what_has_gone_meanwhile_is_not_marked() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("m", "o", *"soon", "enter")
        assert isinstance(shown.app.screen, MarkScreen)
        assert "such as 90s" in shown.text
        await shown.press(*["backspace"] * 4, *"30m")
        assert "17 fit" in shown.text
        await shown.pilot.click("_Presets", offset=(5, 3))
        assert len(shown.app.screen_stack) == 1
        await shown.press("escape", "m")
        await shown.put(Update([], [ROWS[0].uid]))
        await shown.press("a")
        assert len(shown.main.store.marks) == 29


async def test_ascii_has_a_sign_for_marks_too() -> None:
    async with dashboard(ROWS, glyphs=ASCII) as shown:
        await shown.press("space")
        assert marked(shown) == ["1"]
        assert shown.lines[1].isascii()


async def test_keys_of_marks_work_in_the_table_alone_and_a_hostile_paste_is_made_harmless() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("enter", "space", "m")
        assert not shown.main.store.marks
        assert len(shown.app.screen_stack) == 1
        await shown.press("escape", "slash", "space", "m")
        assert not shown.main.store.marks
        await shown.press("backspace", "backspace")
        shown.app.post_message(events.Paste("a\x1b]52;c;x\x07b\x1b[2J\nsecond"))
        await shown.pilot.pause()
        assert "Filter ab" in shown.lines[1]
