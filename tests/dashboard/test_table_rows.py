"""The table through the whole app: rows, order, cursor and scroll, and how little is drawn."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.geometry import Region

from k8s_sandbox_tui.dashboard.looks import ASCII
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import Update, dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.strip import Strip

    from k8s_sandbox_tui.dashboard.row import Row

ROWS = [sandbox_info(number) for number in range(1, 31)]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines of the table that were drawn, in order."""
    lines: list[int] = []
    original: Callable[[SandboxTable, int], Strip] = SandboxTable.render_line

    def render_line(self: SandboxTable, y: int) -> Strip:
        lines.append(y)
        return original(self, y)

    monkeypatch.setattr(SandboxTable, "render_line", render_line)
    return lines


async def test_newest_first_and_the_cursor_on_it() -> None:
    async with dashboard(reversed_rows := ROWS[::-1]) as shown:
        assert shown.names[:3] == ["1", "2", "3"]
        assert shown.cursor_uid == reversed_rows[-1].uid
        assert "▌ computesdk-sbx-00000001" in shown.cursor


async def test_a_change_draws_its_line_alone_one_out_of_view_nothing_and_the_cursor_two_lines(drawn: list[int]) -> None:
    wide = sandbox_info(31, status=SandboxStatus.FAILED, reason="ImagePullBackOff", exit_code=1)
    async with dashboard([*ROWS, wide]) as shown:
        drawn.clear()
        changed = sandbox_info(4, status=SandboxStatus.FAILED, reason="OOMKilled", exit_code=137, version="2")
        await shown.put_rows([changed])
        assert drawn == [4]
        assert "\u00d7 Failed OOMKilled" in shown.text
        drawn.clear()
        await shown.put_rows([sandbox_info(30, status=SandboxStatus.FAILED, version="2")])
        assert drawn == []
        await shown.press("down")
        assert sorted(drawn) == [1, 2]


async def test_a_second_draws_by_itself_the_lines_whose_age_reads_otherwise(drawn: list[int]) -> None:
    infos = [sandbox_info(1, age=5), sandbox_info(2, age=90000), sandbox_info(3, age=300)]
    async with dashboard(infos) as shown:
        drawn.clear()
        shown.clock.advance(1)
        await shown.until(lambda: "6s" in shown.lines[2])
        assert sorted(drawn) == [1, 2]
        assert "5m1s" in shown.lines[3]


async def test_a_filter_by_age_lets_others_through_as_time_goes_on() -> None:
    async with dashboard([sandbox_info(1, age=3595), sandbox_info(2, age=7200), sandbox_info(3, age=60)]) as shown:
        await shown.press("slash", *"age>1h", "enter")
        assert shown.names == ["2"]
        shown.clock.advance(10)
        await shown.until(lambda: shown.names == ["1", "2"])
        assert "2 of 3" in shown.text


async def test_the_cursor_stays_on_its_sandbox_when_rows_come_and_go_until_that_goes_itself() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "down")
        uid = shown.cursor_uid
        newest = [sandbox_info(number, name=f"computesdk-sbx-new{number}", age=number) for number in range(101, 104)]
        await shown.put_rows(newest, removed=[ROWS[0].uid])
        assert shown.cursor_uid == uid == ROWS[2].uid
        assert shown.names[:3] == ["new101", "new102", "new103"]
        assert "00000003" in shown.cursor
        shown.app.clear_notifications()
        await shown.put(Update([], [ROWS[2].uid]))
        assert shown.cursor_uid == ROWS[3].uid
        assert shown.said == ["computesdk-sbx-00000003 is gone. The cursor is on computesdk-sbx-00000004 now."]


async def test_scrolled_away_from_the_top_the_rows_in_view_stay_with_the_cursor_in_view_or_not() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press(*["down"] * 18)
        line = shown.lines.index(shown.cursor)
        names = shown.names
        await shown.put_rows([sandbox_info(number, age=number) for number in range(101, 104)])
        assert shown.lines.index(shown.cursor) == line
        assert shown.names == names
        await shown.press("home")
        shown.table.scroll_to(y=15, animate=False, force=True)
        await shown.pilot.pause()
        names = shown.names
        await shown.put_rows([sandbox_info(number, age=number) for number in range(104, 107)])
        assert shown.names == names


async def test_a_new_pod_of_the_same_name_takes_over_neither_cursor_nor_mark() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "space", "up")
        old, new = ROWS[1], sandbox_info(2, uid="another", version="9")
        assert shown.cursor_uid == old.uid
        await shown.put(Update([new], [old.uid]))
        assert shown.names[:4] == ["1", "2", "3", "4"]
        assert shown.cursor_uid == ROWS[2].uid
        assert shown.main.store.marked == []
        assert not shown.lines[shown.table.region.y].lstrip().startswith("√")


async def test_when_the_last_sandbox_goes_the_table_says_what_to_do() -> None:
    async with dashboard(ROWS[:1]) as shown:
        await shown.put(Update([], [ROWS[0].uid]))
        assert shown.table.cursor_row is None
        assert "No sandboxes in default." in shown.text
        assert "Press c to create one." in shown.text
        await shown.press("f8", "enter")
        assert len(shown.app.screen_stack) == 1


async def test_a_click_on_a_title_sorts_and_the_cursor_stays_on_its_sandbox() -> None:
    infos = [sandbox_info(1, status=SandboxStatus.RUNNING), sandbox_info(2, status=SandboxStatus.FAILED)]
    async with dashboard([*infos, sandbox_info(3)]) as shown:
        assert shown.names == ["1", "2", "3"]
        uid = shown.cursor_uid
        status = shown.lines[1].index("STATUS")
        await shown.pilot.click(SandboxTable, offset=(status, 0))
        assert shown.names == ["2", "1", "3"]
        assert "STATUS ▲" in shown.lines[1]
        assert shown.cursor_uid == uid
        await shown.pilot.click(SandboxTable, offset=(status, 0))
        assert shown.names == ["1", "3", "2"]
        assert "STATUS ▼" in shown.lines[1]


async def test_s_sorts_by_the_next_column_and_shift_s_turns_it_round() -> None:
    async with dashboard([sandbox_info(1, exit_code=3), sandbox_info(2, exit_code=137), sandbox_info(3)]) as shown:
        await shown.press("s")
        assert "EXIT ▼" in shown.lines[1]
        assert shown.names == ["2", "1", "3"]
        await shown.press("S")
        assert shown.names == ["3", "1", "2"]


async def test_pages_home_end_wheel_and_click() -> None:
    async with dashboard(ROWS) as shown:
        height = shown.table.size.height - 1
        await shown.press("pagedown")
        assert shown.cursor_uid == ROWS[height - 1].uid
        await shown.press("end")
        assert shown.cursor_uid == ROWS[-1].uid
        assert shown.names[-1] == "30"
        await shown.press("pageup")
        assert shown.cursor_uid == ROWS[30 - height].uid
        await shown.press("g")
        assert shown.cursor_uid == ROWS[0].uid
        assert shown.names[0] == "1"
        await shown.press("G", "down", "end")
        assert shown.cursor_uid == ROWS[-1].uid
        await shown.press("home")
        event = events.MouseScrollDown(shown.table, 10, 5, 0, 1, 0, shift=False, meta=False, ctrl=False)
        shown.table.post_message(event)
        await shown.until(lambda: shown.names[0] != "1")
        assert shown.cursor_uid == ROWS[0].uid
        await shown.press("down")
        assert shown.cursor_uid == ROWS[1].uid
        await shown.press("home")
        await shown.pilot.click(SandboxTable, offset=(10, 4))
        assert shown.cursor_uid == ROWS[3].uid
        await shown.press("j", "k", "k")
        assert shown.cursor_uid == ROWS[2].uid
        await shown.press("home", "ctrl+d")
        assert shown.cursor_uid == ROWS[(height - 1) // 2].uid
        await shown.press("ctrl+d", "ctrl+u", "ctrl+u")
        assert shown.cursor_uid == ROWS[0].uid


async def test_hostile_text_is_shown_as_harmless_text() -> None:
    hostile = "\x1b]52;c;cm0gLXJm\x07evil[/x]\x1b[2J\u202e"
    info = sandbox_info(1, reason=hostile, status=SandboxStatus.FAILED, image=f"img{hostile}", metadata={"k": hostile})
    async with dashboard([info], size=(159, 50)) as shown:
        assert "Failed evil[/x]" in shown.text
        assert "imgevil[/x]" in shown.text
        assert "k=evil[/x]" in shown.text
        assert not any(character in shown.text for character in "\x1b\x07\u202e")


TITLES = {
    40: "NAME STATUS AGE",
    80: "NAME STATUS RUNTIME AGE EXIT NODE",
    120: "NAME STATUS RUNTIME AGE EXIT IMAGE NODE METADATA",
    159: "NAME STATUS RUNTIME AGE EXIT IMAGE NODE IP METADATA",
    200: "NAME STATUS RUNTIME AGE EXIT IMAGE NODE IP METADATA",
}


async def test_what_is_drawn_at_each_width() -> None:
    info = sandbox_info(1, metadata={"owner": "ann", "why": "x" * 300})
    async with dashboard([info], size=(60, 30)) as shown:
        for width, titles in TITLES.items():
            await shown.pilot.resize_terminal(width, 30)
            await shown.until(lambda width=width: shown.main.size.width == width)
            await shown.pilot.pause()
            if width == 200:
                # The console stands beside the table until the table has all the room.
                assert shown.table.size.width < 150
                await shown.press("z")
                assert "xxx" in shown.lines[2][190:]
            assert shown.lines[1].replace("▲", "").split() == titles.split(), width


async def test_the_namespace_is_a_column_when_there_are_several() -> None:
    async with dashboard([sandbox_info(1), sandbox_info(2, namespace="team-a")], size=(100, 30)) as shown:
        assert "NAMESPACE" in shown.lines[1]
        assert "team-a" in shown.text


async def test_a_terminal_that_knows_ascii_alone_gets_ascii_alone() -> None:
    async with dashboard([sandbox_info(1)], glyphs=ASCII) as shown:
        table = shown.lines[: shown.table.region.bottom]
        assert all(line.isascii() for line in table)
        assert "* Running" in shown.text


@pytest.mark.parametrize("moved", [False, True])
async def test_while_pages_come_in_the_cursor_waits_at_the_top_unless_it_was_moved(*, moved: bool) -> None:
    async with dashboard() as shown:
        await shown.until(lambda: bool(shown.cluster.compute.inventories))
        await shown.put(Update(ROWS[10:20], complete=False, freshness="loading"))
        assert shown.cursor_uid == ROWS[10].uid
        if moved:
            await shown.press("down")
        await shown.put(Update(ROWS[:10], complete=False, freshness="loading"))
        assert shown.cursor_uid == (ROWS[11].uid if moved else ROWS[0].uid)


async def test_keys_do_not_wait_while_all_rows_are_looked_through_for_garbage() -> None:
    def looked_through(rows: list[Row]) -> int:
        kept = {id(row) for row in rows}
        return sum([id(one) in kept for one in gc.get_objects()])

    async with dashboard() as shown:
        await shown.until(lambda: len(shown.cluster.compute.inventories) == 1)
        await shown.put(Update(ROWS[:20], complete=False, freshness="loading"), Update(ROWS[20:]))
        rows = list(shown.main.store.every)
        assert (len(rows), looked_through(rows)) == (len(ROWS), 0)
        shown.main.show_namespaces(("other",))
        await shown.until(lambda: len(shown.cluster.compute.inventories) == 2)
        await shown.put_rows(ROWS[:7])
        rows = list(shown.main.store.every)
        assert (len(rows), looked_through(rows)) == (7, 0)
    assert gc.get_freeze_count() == 0


async def test_a_click_below_the_scroll_bars_thumb_scrolls_and_its_lines_share_few_strips() -> None:
    async with dashboard(ROWS) as shown:
        table = shown.app.screen.query_one(SandboxTable)
        bar = table.vertical_scrollbar
        height = bar.size.height
        assert len(ROWS) > height > 5
        before = set(map(id, bar.render_lines(Region(0, 0, 1, height))))
        assert len(before) < 5
        await shown.pilot.click(offset=(bar.region.x, bar.region.bottom - 1))
        await shown.until(lambda: shown.names[0] != "1")
        after = set(map(id, bar.render_lines(Region(0, 0, 1, height))))
        assert before & after
        assert len(after) < 6
        assert len(bar.render_lines(Region(0, 0, 1, height + 1))) == height + 1
