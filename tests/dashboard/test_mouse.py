"""Everything that a key does can be done with the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import OptionList

from k8s_sandbox_tui.dashboard.columns.screen import ColumnsScreen
from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.dashboard.filter_bar import FilterBar
from k8s_sandbox_tui.dashboard.forwards.screen import ForwardsScreen
from k8s_sandbox_tui.dashboard.help_screen import HelpLines, HelpScreen
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.mark_screen import MarkScreen
from k8s_sandbox_tui.dashboard.places.context_screen import ContextScreen
from k8s_sandbox_tui.dashboard.places.namespace_screen import NamespaceScreen
from k8s_sandbox_tui.dashboard.row_menu import RowMenu
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.dashboard.state_line import ROLES, ClusterState, Tally, state_parts
from k8s_sandbox_tui.dashboard.state_widget import CLICKS, part_at
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from k8s_sandbox_tui.provider.errors import TransportError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import ScriptedCluster, ScriptedSandbox, Update, dashboard, sandbox_info

if TYPE_CHECKING:
    from tests.dashboard.scripted import Dashboard

ROWS = [*[sandbox_info(number) for number in range(1, 6)], sandbox_info(6, status=SandboxStatus.FAILED)]
RIGHT = 3


async def click_text(shown: Dashboard, text: str, *, line: int | None = None) -> None:
    """Click on the first place of the screen, or of a line, that shows a text."""
    y = next(y for y, words in enumerate(shown.lines) if text in words and line in {None, y})
    await shown.pilot.click(offset=(shown.lines[y].index(text), y))
    await shown.pilot.pause()


async def test_every_command_has_a_line_in_the_help_that_does_it() -> None:
    async with dashboard(ROWS, size=(120, 300)) as shown:
        await shown.pilot.click(KeyBar, offset=(shown.lines[-1].index("? Help"), 0))
        screen = shown.app.screen
        assert isinstance(screen, HelpScreen)
        lines = screen.query_one(HelpLines)
        top = lines.region.y
        found = {lines.command_at(y - top): words for y, words in enumerate(shown.lines) if y >= top}
        assert {command.id for command in COMMANDS} <= found.keys()
        await click_text(shown, "Turn the order round.")
        assert len(shown.app.screen_stack) == 1
        assert shown.names[0] == "6"


async def test_a_click_beside_the_help_closes_it_and_one_on_other_lines_does_nothing() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("question_mark", "end")
        await click_text(shown, "takes commands")
        assert isinstance(shown.app.screen, HelpScreen)
        await shown.pilot.click(offset=(1, 1))
        assert len(shown.app.screen_stack) == 1


async def test_the_right_button_has_the_menu_of_that_sandbox_alone_and_of_the_titles() -> None:
    async with dashboard(ROWS) as shown:
        await shown.pilot.click(SandboxTable, offset=(10, 3), button=RIGHT)
        await shown.until(lambda: isinstance(shown.app.screen, RowMenu))
        await shown.pilot.pause()
        assert shown.cursor_uid == ROWS[2].uid
        assert "computesdk-sbx-00000003" in shown.text
        offered = shown.app.screen.query_one(OptionList).option_count
        assert offered == len([command for command in COMMANDS if command.group == "Sandbox"])
        row = next(y for y, words in enumerate(shown.lines) if "F8     Destroy" in words)
        menu = shown.app.screen.query_one(OptionList)
        await shown.pilot.click(menu, offset=(10, row - menu.region.y))
        await shown.until(lambda: isinstance(shown.app.screen, DestroyScreen))
        await shown.press("escape")
        await shown.pilot.click(SandboxTable, offset=(10, 0), button=RIGHT)
        await shown.until(lambda: isinstance(shown.app.screen, ColumnsScreen))
        await shown.press("escape", "home", "space")
        await shown.pilot.click(SandboxTable, offset=(10, 3), button=RIGHT)
        await shown.until(lambda: isinstance(shown.app.screen, RowMenu))
        assert "F8     Destroy the 1 marked" in shown.text
        await shown.put_rows([], removed=[ROWS[2].uid])
        await shown.press("i")
        await shown.pilot.pause()
        assert len(shown.app.screen_stack) == 1
        assert "computesdk-sbx-00000003 is gone." in shown.said[-1]


async def test_a_click_on_a_part_of_the_top_line_does_or_leads_to_what_changes_it() -> None:
    starts = [
        sandbox_info(number, status=SandboxStatus.STARTING, reason=reason)
        for number, reason in ((7, ""), (8, "ErrImagePull"))
    ]
    async with dashboard([*ROWS, *starts], size=(120, 24), contexts=[]) as shown:
        for count, name in (("1 failed", "6"), ("1 starting", "7"), ("! 1 held up", "8")):
            await click_text(shown, count, line=0)
            assert shown.names == [name]
        assert "is:held-up" in shown.lines[1]
        await click_text(shown, "1 held up", line=0)
        assert len(shown.names) == 8
        await click_text(shown, "LIVE", line=0)
        assert shown.cluster.inventory.refreshes == 1
        await shown.press("space")
        for text, screen in (("kind-test", ContextScreen), ("default", NamespaceScreen), ("1 marked", MarkScreen)):
            await click_text(shown, text, line=0)
            await shown.until(lambda screen=screen: isinstance(shown.app.screen, screen))
            await shown.press("escape")
            assert len(shown.app.screen_stack) == 1


async def test_a_click_on_how_fresh_it_is_asks_again_whatever_it_says() -> None:
    async with dashboard(ROWS, contexts=[]) as shown:
        lost = TransportError("No answer.", sent=False)
        for asked, (freshness, words) in enumerate(
            (("stale", "STALE"), ("polling", "POLLING"), ("denied", "DENIED")), start=1
        ):
            await shown.put(Update(freshness=freshness, error=lost))
            await click_text(shown, words, line=0)
            assert shown.cluster.inventory.refreshes == asked
        shown.cluster.inventory.put(lost)
        await shown.until(lambda: "NOT CONNECTED" in shown.lines[0])
        await click_text(shown, "NOT CONNECTED", line=0)
        await shown.until(lambda: len(shown.cluster.compute.inventories) == 2)


async def test_a_click_on_forwards_on_what_was_asked_for_and_on_local_leads_there() -> None:
    cluster = ScriptedCluster(local=True, isolation="process")
    row = sandbox_info(1, labels={"team": "search"})
    cluster.compute.sandbox.known[row.id] = ScriptedSandbox(row.id, row.uid, info=row)
    async with dashboard([row], cluster=cluster, contexts=[], settings=Settings(selector="team=search")) as shown:
        await shown.press("f")
        await shown.until(lambda: isinstance(shown.app.screen, ForwardsScreen))
        await shown.press("enter")
        await shown.until(lambda: "1 forward" in shown.lines[0])
        await shown.press("escape")
        for text, there in (
            ("1 forward", lambda: isinstance(shown.app.screen, ForwardsScreen)),
            ("LOCAL", lambda: isinstance(shown.app.screen, ContextScreen)),
            ("team=search", lambda: shown.main.query_one(FilterBar).has_focus_within),
        ):
            await click_text(shown, text, line=0)
            await shown.until(there)
            await shown.press("escape")


async def test_read_only_mode_is_lifted_by_a_click_where_that_is_allowed() -> None:
    async with dashboard(ROWS, cluster=ScriptedCluster(), settings=Settings(read_only=True)) as shown:
        await click_text(shown, "READ-ONLY", line=0)
        assert "READ-ONLY" not in shown.lines[0]


def test_every_part_of_the_top_line_that_can_be_clicked_is_drawn_somewhere() -> None:
    assert CLICKS.keys() <= ROLES.keys()


def test_the_gaps_of_the_top_line_are_nobodys() -> None:
    from k8s_sandbox_tui.dashboard.feed_state import FeedState
    from k8s_sandbox_tui.dashboard.looks import UNICODE
    from tests.dashboard.scripted import NOW

    cluster = ClusterState(context="prod", server="https://x", namespaces=("team",))
    parts = state_parts(cluster, FeedState("live"), Tally({"failed": 3}), width=80, now=NOW, glyphs=UNICODE)
    text = "".join([words for words, _ in parts])
    roles = {x: part and part[1] for x, part in ((x, part_at(parts, x)) for x in range(90))}
    for words, role in ((" prod ", "cluster"), ("team", "place"), ("LIVE", "live"), ("3 failed", "status-failed")):
        at = text.index(words)
        assert {roles[x] for x in range(at, at + len(words))} == {role}
    assert roles[text.index("team") - 1] is None
    assert roles[text.index("LIVE") - 1] in {None, ""}
    assert roles[85] is None
