"""All that can be done is on a key, under the mouse and in the palette, in dialogues too; the three do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.command import CommandInput, CommandList, CommandPalette

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.dashboard.columns.screen import ColumnsScreen
from k8s_sandbox_tui.dashboard.commands import COMMANDS, Command
from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
from k8s_sandbox_tui.dashboard.help_screen import HelpLines, HelpScreen
from k8s_sandbox_tui.dashboard.inside.screen import InsideScreen
from k8s_sandbox_tui.dashboard.inside.view import DocumentView
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.main_screen import MainScreen
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import Dashboard, ScriptedCluster, dashboard, sandbox_info
from tests.dashboard.scripted_jobs import ScriptedJob

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROWS = [sandbox_info(number) for number in range(1, 6)]
DIALOGUES = ("c", "i", "y", "u", "f", "b", "p", "f8", "m", "o", "n", "x", "exclamation_mark", "question_mark")
"""What opens one."""


def cluster() -> ScriptedCluster:
    made = ScriptedCluster()
    for row in ROWS:
        pod: dict[str, object] = {"kind": "Pod", "spec": {"containers": [{"name": "sandbox", "image": "img"}]}}
        sandbox = made.compute.sandbox.known[row.id] = Commanded(row.id, row.uid, info=row, pod=pod)
        sandbox.jobs.jobs.append(ScriptedJob(1, "serve"))
    return made


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The actions of the commands, none of which is done."""
    actions: list[str] = []

    def noting(name: str) -> Callable[..., None]:
        def note(_owner: object, *parameters: object) -> None:
            actions.append(f"{name}({', '.join(map(repr, parameters))})" if parameters else name)

        return note

    for command in COMMANDS:
        name = command.action.partition("(")[0]
        owner, name = (DashboardApp, name[4:]) if name.startswith("app.") else (MainScreen, name)
        if name != "help":
            monkeypatch.setattr(owner, f"action_{name}", noting(command.action.partition("(")[0]))
    return actions


async def in_palette(shown: Dashboard, query: str, *, entry: str) -> None:
    """Type into the palette and take the first that is found."""
    await shown.press("ctrl+p")
    await shown.until(lambda: isinstance(shown.app.screen, CommandPalette))
    palette = shown.app.screen
    palette.query_one(CommandInput).value = query
    listed = palette.query_one(CommandList)

    def first() -> bool:
        # What is listed before anything is typed may begin with it too.
        searched = not query or listed.option_count < len(COMMANDS) // 2
        return searched and listed.option_count > 0 and entry in str(listed.get_option_at_index(0).prompt)

    await shown.until(first)
    await shown.press("enter")
    await shown.until(lambda: palette not in shown.app.screen_stack)


async def by_key(shown: Dashboard, command: Command) -> None:
    for key in command.keys.split(",")[:1] if command.keys else ():
        await shown.press(key)


async def by_mouse(shown: Dashboard, command: Command) -> None:
    """On the line that the help has for it."""
    await shown.pilot.click(KeyBar, offset=(shown.lines[-1].index("? Help"), 0))
    await shown.until(lambda: isinstance(shown.app.screen, HelpScreen) and shown.app.screen.is_mounted)
    lines = shown.app.screen.query_one(HelpLines)
    line = next(y for y in range(lines.virtual_size.height) if lines.command_at(y) == command.id)
    lines.scroll_to(y=line, animate=False, force=True)
    await shown.pilot.pause()
    y = line - lines.scroll_offset.y
    assert command.help[:30] in shown.lines[lines.region.y + y]
    await shown.pilot.click(lines, offset=(20, y))


async def by_palette(shown: Dashboard, command: Command) -> None:
    await in_palette(shown, command.help, entry=command.help)


@pytest.mark.parametrize("way", [by_key, by_mouse, by_palette])
async def test_every_command_can_be_given_in_each_way(
    done: list[str], way: Callable[[Dashboard, Command], Awaitable[None]]
) -> None:
    async with dashboard(ROWS, cluster=cluster(), contexts=[]) as shown:
        # There is something to clear.
        shown.main.store.marks.add([ROWS[0].uid])
        shown.main.refresh_bindings()
        for command in COMMANDS:
            if way is by_key and not command.keys:
                continue
            await way(shown, command)
            if command.action == "help":
                await shown.until(lambda: isinstance(shown.app.screen, HelpScreen))
                await shown.press("escape")
                await shown.until(lambda: len(shown.app.screen_stack) == 1)
            else:
                await shown.until(lambda: bool(done))
            assert done == ([] if command.action == "help" else [command.action])
            done.clear()


async def test_what_a_dialogue_can_do_is_on_it_and_in_its_palette() -> None:
    async with dashboard(ROWS, cluster=cluster(), contexts=[], size=(120, 90)) as shown:
        for opening in DIALOGUES:
            await shown.press(opening)
            await shown.until(lambda: len(shown.app.screen_stack) > 1 and shown.app.screen.is_mounted)
            await shown.pilot.pause()
            screen = shown.app.screen
            active = [one for one in screen.active_bindings.values() if one.enabled and not one.binding.system]
            offered = {(one.binding.action, one.node): one.binding for one in reversed(active) if one.binding.show}
            assert offered, opening
            words = shown.text
            keys = {binding.action: shown.app.get_key_display(binding) for binding in offered.values()}
            for key in keys.values():
                assert key in words, (opening, key)
            await shown.press("ctrl+p")
            await shown.until(lambda: isinstance(shown.app.screen, CommandPalette))
            for key in keys.values():
                await shown.until(lambda key=key: f"({key}" in shown.text)
            await shown.press("escape")
            await shown.until(lambda screen=screen: shown.app.screen is screen)
            while len(shown.app.screen_stack) > 1:
                await shown.press("escape")


async def test_the_palette_of_a_dialogue_does_what_its_keys_do() -> None:
    async with dashboard(ROWS, cluster=cluster(), contexts=[], size=(120, 40)) as shown:
        await shown.press("y")
        await shown.until(lambda: isinstance(shown.app.screen, InsideScreen) and "image: img" in shown.text)
        view = shown.app.screen.query_one(DocumentView)
        # It has a key that is not on the screen.
        await in_palette(shown, "fold all", entry="Fold all")
        await shown.until(lambda: "image: img" not in shown.text and len(view.document.visible) > 0)
        await in_palette(shown, "back to the table", entry="Back")
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        before = shown.lines[shown.table.region.y]
        await shown.press("o", "down", "space")
        assert shown.lines[shown.table.region.y] != before
        await in_palette(shown, "cancel", entry="Cancel")
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        assert shown.lines[shown.table.region.y] == before
        assert ColumnsScreen not in map(type, shown.app.screen_stack)


async def test_the_palette_over_the_question_destroys_nothing_unless_that_is_chosen() -> None:
    async with dashboard(ROWS, cluster=cluster(), contexts=[], size=(120, 40)) as shown:
        await shown.press("f8")
        await shown.until(lambda: isinstance(shown.app.screen, DestroyScreen))
        await in_palette(shown, "", entry="Cancel")
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        assert shown.cluster.compute.sandbox.destroyed == []
        await shown.press("f8")
        await in_palette(shown, "destroy", entry="Destroy")
        await shown.until(lambda: [one for one, _ in shown.cluster.compute.sandbox.destroyed] == [ROWS[0].id])


async def test_the_palette_has_what_the_console_can_do() -> None:
    async with dashboard(ROWS, cluster=cluster(), contexts=[], size=(120, 40)) as shown:
        await shown.press("enter", *"ls", "enter")
        sandbox = shown.cluster.compute.sandbox.known[ROWS[0].id]
        assert isinstance(sandbox, Commanded)
        (await sandbox.shell.command(0)).out(b"a file\n").exit(0)
        await shown.until(lambda: "exit 0" in shown.text)
        await in_palette(shown, "search all commands", entry="Search")
        await shown.until(lambda: shown.lines[-3].rstrip().endswith(" found"))
        await shown.press("escape")
        await in_palette(shown, "commands that have ended", entry="Clear")
        await shown.until(lambda: "a file" not in shown.text)
