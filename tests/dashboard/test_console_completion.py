"""Tab in the console's command line: paths in the sandbox, through keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events

from k8s_sandbox_tui.dashboard.completion import completer
from k8s_sandbox_tui.dashboard.completion.name_list_view import NameListView
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.provider.errors import ConnectionLostError
from tests.dashboard.console_host import ConsoleApp, info, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


@pytest.fixture
def app(tmp_path: Path) -> ConsoleApp:
    made = ConsoleApp(tmp_path / "history.jsonl")
    made.host.folders = {
        ".": ["src/", "setup.py", "setup.cfg", ".git/", ".env", "My Documents/", "it's", "only/", "-rf"],
        "src/": ["main.py", "a b"],
        "My Documents/": ["a;b"],
        "~/": ["notes.txt"],
        "/etc/": ["passwd"],
    }
    return made


def line(app: ConsoleApp) -> str:
    return app.query_one(CommandInput).value


def below(app: ConsoleApp) -> list[str]:
    """What stands under the command line."""
    view = app.query_one(NameListView)
    return [text.strip() for text in app.screen_text()[view.region.y : view.region.bottom]] if view.shown else []


async def type_in(pilot: Pilot[None], app: ConsoleApp, text: str) -> None:
    """Puts a beginning of a command in as a terminal hands over pasted text, and presses Tab."""
    app.query_one(CommandInput).clear_command()
    pilot.app.post_message(events.Paste(text))
    await pilot.press("tab")
    await pilot.pause()


SURE = {
    "cat src/m": "cat src/main.py ",
    "cat sr": "cat src/",
    "cat M": "cat My\\ Documents/",
    "cat 'M": "cat 'My Documents/",
    "cat 'src/a": "cat 'src/a b' ",
    "cat src/a": "cat src/a\\ b ",
    "cat My\\ Documents/": "cat My\\ Documents/a\\;b ",
    'cat "My Documents/': 'cat "My Documents/a;b" ',
    "cat i": "cat it\\'s ",
    "cat ~/": "cat ~/notes.txt ",
    "cat </etc/p": "cat </etc/passwd ",
    "cat .g": "cat .git/",
    "x se": "x setup.",
}


async def test_what_is_sure_is_filled_in(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        for typed, becomes in SURE.items():
            await type_in(pilot, app, typed)
            await until(pilot, lambda becomes=becomes: line(app) == becomes)
            assert app.query_one(CommandInput).cursor_position == len(becomes)


async def test_names_are_offered_and_chosen_by_keys(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, app, "cat s")
        await until(pilot, lambda: bool(below(app)))
        assert below(app) == ["setup.cfg", "setup.py", "src/", "3 names: Tab and the arrows choose, Esc closes"]
        await pilot.press("tab", "tab", "down", "tab", "up", "shift+tab", "tab", "enter")
        assert line(app) == "cat src/"
        assert below(app) == []
        # A directory is gone on into; Escape closes the list, once more leaves the console.
        await type_in(pilot, app, "cat s")
        await pilot.press("e")
        assert below(app)[:2] == ["setup.cfg", "setup.py"]
        await pilot.press("x")
        assert below(app) == []
        await type_in(pilot, app, "cat s")
        await pilot.press("escape")
        assert below(app) == []
        assert app.query_one(CommandInput).has_focus
        await type_in(pilot, app, "cat s")
        await pilot.click(NameListView, offset=(2, 1))
        await pilot.pause()
        assert line(app) == "cat setup.py "
        assert app.host.listed == [(".", "s")]
        assert app.host.commands == []
        # With nothing chosen, Enter runs what stands there.
        await type_in(pilot, app, "cat s")
        await until(pilot, lambda: bool(below(app)))
        await pilot.press("enter")
        assert (await app.host.command(0)).command == "cat s"
        assert below(app) == []


async def test_an_empty_line_lets_tab_leave(app: ConsoleApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab")
        assert app.query_one("#elsewhere").has_focus
        app.console_pane.focus()
        app.console_pane.forbid("Read-only mode is on.")
        await pilot.press("c", "tab")
        assert app.query_one("#elsewhere").has_focus
        assert app.host.listed == []


async def test_commands_change_where_paths_count_from_and_what_is_there(app: ConsoleApp) -> None:
    app.host.folders["/work dir/src/"] = ["x.py"]
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, app, "cat only")
        await until(pilot, lambda: line(app) == "cat only/")
        app.host.folders["."] = ["only.txt"]
        await pilot.press("enter")
        (await app.host.command(0)).exit(0)
        await until(pilot, lambda: not app.console_pane.live_commands(info().uid))
        await type_in(pilot, app, "cat only")
        await until(pilot, lambda: line(app) == "cat only.txt ")
        app.query_one(CommandInput).set_command("cd /work\\ dir")
        await pilot.press("enter")
        (await app.host.command(1)).out(b"/work dir\n").exit(0)
        await until(pilot, lambda: not app.console_pane.live_commands(info().uid))
        await type_in(pilot, app, "cat src/")
        await until(pilot, lambda: line(app) == "cat src/x.py ")
        assert app.host.listed[-1] == ("/work dir/src/", "")


async def test_one_question_at_a_time_and_none_for_a_line_that_has_changed(app: ConsoleApp) -> None:
    app.host.answers.clear()
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, app, "cat sr")
        await pilot.press("tab", "tab")
        assert app.host.listed == [(".", "sr")]
        assert app.query_one(CommandInput).has_focus
        await until(pilot, lambda: below(app) == ["asking the sandbox"])
        await pilot.press("x")
        app.host.answers.set()
        await pilot.pause()
        assert (line(app), below(app)) == ("cat srx", [])
        app.host.answers.clear()
        await type_in(pilot, app, "cat o")
        app.console_pane.select(app.host, info("another"))
        app.host.answers.set()
        await pilot.pause()
        assert (line(app), below(app)) == ("cat o", [])


async def test_what_cannot_be_completed_says_so(app: ConsoleApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app.host.folders["/lost/"] = ConnectionLostError("The connection\x1b[2J ended.")
    async with app.run_test(size=(80, 24)) as pilot:
        for typed, said in (
            ("cat zzz", "nothing begins with zzz"),
            ("cat none/", "there is no directory none/"),
            ("cat $HOME/", "only the shell knows what this word is"),
            ("cat /lost/", "The connection ended."),
        ):
            await type_in(pilot, app, typed)
            await until(pilot, lambda said=said: below(app) == [said])
            assert line(app) == typed
        monkeypatch.setattr(completer, "DEADLINE", 0.01)
        app.host.answers.clear()
        await type_in(pilot, app, "cat /slow/")
        await until(pilot, lambda: below(app) == ["the sandbox did not answer within 0 s"])


async def test_more_names_than_are_listed_and_a_fast_typist(app: ConsoleApp) -> None:
    app.host.folders["."] = [f"name{number:04}" for number in range(300)]
    app.host.most = 250
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, app, "cat n")
        await until(pilot, lambda: bool(below(app)))
        # What all of them begin with is not known.
        assert line(app) == "cat n"
        assert below(app)[-1].startswith("more than 250 names, the first 200 are shown: ")
        await type_in(pilot, app, "cat name029")
        await until(pilot, lambda: len(app.host.listed) == 2)
        app.host.folders["."] = ["setup.cfg", "src/"]
        app.host.listed.clear()
        # Tab is there before the field has told of what was typed before it.
        field = app.query_one(CommandInput)
        field.set_command("cat s")
        field.action_complete()
        await until(pilot, lambda: bool(below(app)))
        await pilot.pause()
        assert below(app)[0] == "setup.cfg"


async def test_what_is_typed_on_narrows_the_list_and_its_count_down_to_one(app: ConsoleApp) -> None:
    app.host.folders["."] = ["setup.cfg", "setup.py", "src/"]
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, app, "cat s")
        await until(pilot, lambda: bool(below(app)))
        await pilot.press(*"etup.c")
        await until(pilot, lambda: below(app) == ["setup.cfg", "1 name: Tab and the arrows choose, Esc closes"])


async def test_hostile_names_run_nothing_and_reach_no_terminal(app: ConsoleApp) -> None:
    app.host.folders["."] = ["-rf", "a\x1b[2J", "b$(reboot)", "n\new", "q`x`;y"]
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, app, "rm ")
        await until(pilot, lambda: bool(below(app)))
        assert below(app) == [
            *("-rf", "b$(reboot)", "n↵ew", "q`x`;y"),
            "4 names; 1 that cannot be typed: Tab and the arrows choose, Esc closes",
        ]
        for steps, becomes in (
            (1, "rm ./-rf "),
            (2, "rm b\\$\\(reboot\\) "),
            (3, "rm n'↵'ew "),
            (4, "rm q\\`x\\`\\;y "),
        ):
            await type_in(pilot, app, "rm ")
            await pilot.press(*["tab"] * steps, "enter")
            assert line(app) == becomes
        await type_in(pilot, app, "rm a")
        await until(pilot, lambda: bool(below(app)))
        assert below(app) == ["nothing begins with a; 1 that cannot be typed"]
        assert app.host.commands == []
