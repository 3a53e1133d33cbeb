"""Keys, mouse, palette and help of the main screen: all of them do what the screen says they do."""

from __future__ import annotations

from msgspec.structs import replace
from textual.command import CommandInput, CommandPalette
from textual.widgets import Input

from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.dashboard.dialogue_keys import dialogue_keys
from k8s_sandbox_tui.dashboard.help_screen import HelpScreen
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.key_names import FUNCTION_KEYS, keys_text
from k8s_sandbox_tui.dashboard.main_keys import main_keys
from k8s_sandbox_tui.dashboard.split import SecondPane
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen
from k8s_sandbox_tui.provider.looking import SandboxEvent
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import ScriptedSandbox, dashboard, sandbox_info

ROWS = [sandbox_info(number) for number in range(1, 31)]
SIZES = {(200, 60): True, (160, 40): True, (159, 40): False, (120, 40): False, (80, 24): False}
"""With whether the console stands beside the table."""


async def test_at_every_size_the_keys_are_whole_the_panes_placed_and_the_cursor_in_view() -> None:
    async with dashboard(ROWS, size=(100, 30)) as shown:
        await shown.press(*["down"] * 15)
        labels = {command.label for command in COMMANDS}
        for size, beside in SIZES.items():
            await shown.pilot.resize_terminal(*size)
            console = shown.main.query_one(Console)

            def placed(size: tuple[int, int] = size, *, beside: bool = beside, console: Console = console) -> bool:
                there = console.region.x > shown.table.region.x
                return (len(shown.lines), there) == (size[1], beside) and "q Quit" in shown.lines[-1]

            await shown.until(placed)
            bar = shown.lines[-1]
            for words in ("Enter Console", "c Create", "u URL", "F8 Destroy", "/ Filter", "? Help", "q Quit"):
                assert words in bar, size
            assert set(bar.split()[1::2]) <= labels, size
            assert (console.region.y > shown.table.region.y) is not beside, size
            assert shown.cursor_uid == ROWS[15].uid
            assert "00000016" in shown.cursor, size


async def test_what_needs_a_sandbox_is_dimmed_where_there_is_none() -> None:
    async with dashboard([]) as shown:
        active = shown.main.active_bindings
        assert not active["f8"].enabled
        assert not active["enter"].enabled
        assert active["c"].enabled
        await shown.put_rows(ROWS)
        assert shown.main.active_bindings["f8"].enabled


async def test_the_console_follows_the_cursor_and_enter_or_a_double_click_goes_there() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("down", "down")
        await shown.until(lambda: "Commands run in computesdk-sbx-00000003" in shown.text)
        await shown.press("up", "enter")
        assert shown.main.query_one(Console).has_focus_within
        assert "computesdk-sbx-00000002 $" in shown.text
        assert "Esc Leave" in shown.lines[-1]
        assert "c Create" not in shown.lines[-1]
        assert "Destroy" not in shown.lines[-1]
        await shown.press("c", "q", "f8")
        assert "$ cq" in shown.text
        assert len(shown.app.screen_stack) == 1
        await shown.press("escape")
        assert shown.table.has_focus
        await shown.pilot.click(SandboxTable, offset=(10, 5), times=2)
        await shown.until(lambda: shown.main.query_one(Console).has_focus_within)
        assert "computesdk-sbx-00000005 $" in shown.text


async def test_a_click_on_a_key_does_what_the_key_does_and_help_scrolls() -> None:
    async with dashboard(ROWS) as shown:
        await shown.pilot.click(KeyBar, offset=(shown.lines[-1].index("? Help"), 0))
        assert isinstance(shown.app.screen, HelpScreen)
        await shown.press("escape", "f1", "end")
        assert "ended by itself" in shown.text
        await shown.press("q")
        assert len(shown.app.screen_stack) == 1


async def test_help_shows_every_key_of_every_command() -> None:
    async with dashboard(ROWS, size=(120, 420)) as shown:
        await shown.press("question_mark")
        text = shown.text
        for command in COMMANDS:
            assert command.help.split(",")[0][:40] in text
        for section in [*main_keys(), *dialogue_keys()]:
            assert section.title in text
            assert all(key in text for entry in section.entries for key in keys_text(entry.keys).split())
        await shown.pilot.resize_terminal(44, 600)
        await shown.until(lambda: "terminal to a shell" not in shown.text and "ended by itself" in shown.text)
        assert not any("…" in line.split("│")[1] for line in shown.lines if line.count("│") > 1)
        await shown.press("escape")
        assert len(shown.app.screen_stack) == 1


async def test_the_palette_has_every_command_and_runs_it_wherever_the_focus_was() -> None:
    # Two lines for each, and what stands around them.
    async with dashboard(ROWS, size=(120, 2 * len(COMMANDS) + 40)) as shown:
        await shown.press("enter", "ctrl+p")
        assert isinstance(shown.app.screen, CommandPalette)
        await shown.until(lambda: all(command.label in shown.text for command in COMMANDS))
        shown.app.screen.query_one(CommandInput).value = "destroy the selected"
        await shown.until(lambda: "after a question" in shown.text and "Create a sandbox" not in shown.text)
        await shown.press("down", "enter")
        await shown.until(lambda: isinstance(shown.app.screen, DestroyScreen))


async def test_filter_as_one_types_with_the_count_completed_by_tab_and_the_cursor_comes_home() -> None:
    infos = [sandbox_info(number, metadata={"owner": "ann" if number % 2 else "bob"}) for number in range(1, 21)]
    async with dashboard(infos) as shown:
        await shown.press("down", "down", "slash", "b", "o", "b")
        assert "10 of 20" in shown.lines[1]
        assert shown.names[:3] == ["2", "4", "6"]
        assert shown.cursor_uid == infos[3].uid
        await shown.press("enter")
        assert shown.table.has_focus
        assert "bob" in shown.lines[1]
        await shown.press("escape")
        assert shown.names[:3] == ["1", "2", "3"]
        assert shown.cursor_uid == infos[2].uid
        assert "of 20" not in shown.text
        await shown.press("slash", *"!met", "tab")
        assert "!metadata:" in shown.lines[1]
        await shown.press("tab")
        assert "!meta." in shown.lines[1]
        await shown.press(*"ow", "tab", "tab")
        assert "!meta.owner:ann" in shown.lines[1]
        assert shown.names[:2] == ["2", "4"]
        await shown.press("tab", "enter")
        assert "!meta.owner:bob" in shown.lines[1]
        assert shown.names[:2] == ["1", "3"]
        assert shown.table.has_focus


async def test_a_filter_that_lets_nothing_through_says_so_and_names_the_slip() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("slash", *"zzz")
        assert "None of 30 sandboxes matches the filter." in shown.text
        assert "0 of 30" in shown.text
        await shown.press("escape")
        assert shown.names[0] == "1"
        await shown.press("slash", *"nmae:1")
        assert "nmae: begins no column. name: perhaps?" in shown.lines[2]
        await shown.press("backspace", "backspace")
        assert "perhaps?" not in shown.lines[2]


async def test_earlier_filters_come_back_with_up_and_a_wrong_one_is_told_with_what_is_right() -> None:
    async with dashboard([*ROWS, sandbox_info(99, status=SandboxStatus.FAILED)]) as shown:
        for text in ("name:1", "name:2"):
            await shown.press("slash", *text, "enter", "escape")
        await shown.press("slash", "x", "up")
        assert "name:2" in shown.lines[1]
        await shown.press("up", "up")
        assert shown.names[:3] == ["1", "10", "11"]
        await shown.press("down", "down", "down")
        assert shown.main.store.filter.text == "x"
        await shown.press("escape", "slash")
        await shown.until(lambda: "is:failed" in shown.lines[2])
        await shown.press(*"is:fai")
        assert "Tab: is:failed" in shown.lines[2]
        await shown.press(*"x")
        assert "! is:faix is not one of failed running " in shown.lines[2]
        assert shown.names == ["99"], "the one before holds"
        await shown.press("backspace", "enter")
        assert "NAME" in shown.lines[2]


async def test_keys_typed_into_the_filter_are_text_and_it_holds_for_sandboxes_that_come_later() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("slash", *"cqurDx", "backspace", "delete", "ctrl+h", "f8")
        assert shown.app.is_running
        assert len(shown.app.screen_stack) == 1
        assert "cqur" in shown.lines[1]
        assert shown.cluster.compute.sandbox.destroyed == []
        await shown.press("escape", "slash", *"failed")
        await shown.put_rows([sandbox_info(7, status=SandboxStatus.FAILED, version="2")])
        assert shown.names == ["7"]
        assert "1 of 30" in shown.lines[1]


async def test_zoom_gives_one_pane_all_the_room_and_the_border_moves_by_keys_and_by_dragging() -> None:
    async with dashboard(ROWS) as shown:
        rows = shown.table.size.height
        await shown.press("z")
        assert shown.table.size.height > rows + 8
        await shown.press("enter")
        assert shown.table.size.height == rows
        await shown.press("f6")
        assert not shown.table.display or shown.table.region.height == 0
        await shown.press("escape")
        assert shown.table.size.height == rows
        await shown.press("plus")
        assert shown.table.size.height == rows + 2
        await shown.press("minus", "minus")
        assert shown.table.size.height == rows - 2
        border = shown.main.query_one(SecondPane).region
        await shown.pilot.mouse_down(SecondPane, offset=(20, 0))
        await shown.pilot.hover(offset=(20, border.y + 4))
        await shown.pilot.mouse_up(offset=(20, border.y + 4))
        assert shown.table.size.height == rows + 2


async def test_side_by_side_the_border_moves_by_keys_and_by_dragging_too() -> None:
    async with dashboard(ROWS, size=(200, 40)) as shown:
        width = shown.table.size.width
        await shown.press("plus")
        assert shown.table.size.width == width + 4
        await shown.press("minus", "minus")
        assert shown.table.size.width == width - 4
        border = shown.main.query_one(SecondPane).region
        await shown.pilot.mouse_down(SecondPane, offset=(0, 10))
        await shown.pilot.hover(offset=(border.x + 10, 12))
        await shown.pilot.mouse_up(offset=(border.x + 10, 12))
        assert shown.table.size.width == width + 6


async def test_url_yaml_events_log_and_another_one_like_it_are_of_the_selected_sandbox() -> None:
    rows = [replace(row, metadata={"number": row.name[-2:]}, image=f"img:{row.name[-2:]}") for row in ROWS[:3]]
    async with dashboard(rows) as shown:
        for row in rows:
            sandbox = ScriptedSandbox(row.id, row.uid, info=row, pod={"kind": f"Pod of {row.name}"})
            sandbox.events = [SandboxEvent(type="Normal", reason="Scheduled", message=f"event of {row.name}")]
            sandbox.log = f"log of {row.name}\n".encode()
            shown.cluster.compute.sandbox.known[row.id] = sandbox
        await shown.press("down")
        name = rows[1].name
        await shown.press("u")
        await shown.until(lambda: isinstance(shown.app.screen, UrlScreen))
        assert name in shown.text
        await shown.press("escape")
        for key, words in (("y", f"kind: Pod of {name}"), ("v", f"event of {name}"), ("l", f"log of {name}")):
            await shown.press(key)
            await shown.until(lambda words=words: words in shown.text)
            await shown.press("escape")
        await shown.press("C")
        await shown.until(lambda: isinstance(shown.app.screen, CreateScreen))
        await shown.pilot.pause()
        typed = [field.value for field in shown.app.screen.query(Input)]
        assert "img:02" in typed
        assert typed[typed.index("number") + 1] == "02"
        await shown.press("escape")
        # The same name, but another Pod: nothing is copied from that.
        shown.cluster.compute.sandbox.known[rows[1].id] = ScriptedSandbox(rows[1].id, "another uid")
        await shown.press("C")
        await shown.until(lambda: f"{name} does not exist any more." in shown.said)
        assert len(shown.app.screen_stack) == 1


async def test_after_a_create_the_cursor_is_on_the_new_sandbox() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("end")
        new = sandbox_info(0, name="computesdk-sbx-brandnew", age=1)
        shown.cluster.compute.sandbox.created = ScriptedSandbox(new.id, new.uid)
        await shown.press("c", "ctrl+s")
        await shown.until(lambda: any("is running" in said for said in shown.said))
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        await shown.put_rows([new])
        assert shown.cursor_uid == new.uid
        assert "brandnew" in shown.cursor


async def test_the_themes_are_ours_and_textuals() -> None:
    async with dashboard(ROWS) as shown:
        assert shown.app.theme == "sandbox-dark"
        for theme in ("sandbox-light", "nord", "textual-light", "ansi-dark"):
            if theme in shown.app.available_themes:
                shown.app.theme = theme
                await shown.pilot.pause()
                assert ROWS[0].name in shown.text
        # By keys: the palette, the command, the name.
        await shown.press("ctrl+p")
        before = shown.app.screen_stack[0]
        for words, found, others in (
            ("choose the colours", "Choose the colours.", "Create a"),
            ("dracula", "dracula", "nord"),
        ):
            await shown.until(lambda before=before: shown.app.screen not in {before, shown.main})
            before = shown.app.screen
            assert isinstance(before, CommandPalette)
            shown.app.screen.query_one(CommandInput).value = words
            await shown.until(
                lambda found=found, others=others: found in "\n".join(shown.lines[5:]) and others not in shown.text
            )
            await shown.press("down", "enter")
        await shown.until(lambda: shown.app.theme == "dracula")


def test_destroying_is_on_no_key_that_fingers_send_by_themselves() -> None:
    destructive = [command for command in COMMANDS if command.destructive]
    assert "sandbox.destroy" in [command.id for command in destructive]
    for command in destructive:
        assert set(command.keys.split(",")) <= FUNCTION_KEYS


def test_no_two_commands_share_a_key_or_a_name() -> None:
    keys = [key for command in COMMANDS if command.keys for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
