"""Read-only mode and missing rights on the screen: dimmed, explained, and without effect."""

from __future__ import annotations

import asyncio

import pytest

from k8s_sandbox_tui.dashboard import permit_screen
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.dashboard.themes import DARK
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen
from k8s_sandbox_tui.provider.errors import TransportError
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import ScriptedCluster, ScriptedSandbox, dashboard, sandbox_info

NO_FORWARD = [f"{verb} pods/{what}" for verb in ("create", "get") for what in ("portforward", "exec")]
ROWS = [sandbox_info(number) for number in range(1, 6)]


async def test_l_turns_read_only_mode_on_and_off() -> None:
    async with dashboard(ROWS) as shown:
        assert "READ-ONLY" not in shown.lines[0]
        await shown.press("L")
        assert " READ-ONLY " in shown.lines[0]
        await shown.press("c", "f8", "C")
        assert len(shown.app.screen_stack) == 1
        assert shown.said[-1] == "Read-only mode is on. Press L to allow changes."
        await shown.until(lambda: "Read-only mode is on." in shown.text)
        await shown.press("L")
        assert "READ-ONLY" not in shown.lines[0]
        await shown.until(lambda: "Changes are allowed." in shown.text)
        assert "Read-only" not in shown.text, "what was said before does not contradict it"
        await shown.press("f8")
        assert len(shown.app.screen_stack) == 2


async def test_in_read_only_mode_no_command_is_run() -> None:
    async with dashboard(ROWS, settings=Settings(read_only=True)) as shown:
        await shown.until(lambda: bool(shown.main.query(Console)))
        await shown.press("enter")
        await shown.until(lambda: "Read-only mode is on" in shown.lines[-2])
        await shown.press(*"ls", "enter")
        assert shown.main.query_one(Console).cards == []
        assert "Read-only mode is on. Press L to allow changes." in shown.text


async def test_in_read_only_mode_no_command_is_run_once_more() -> None:
    cluster = ScriptedCluster()
    sandbox = cluster.compute.sandbox.known[ROWS[0].id] = Commanded(ROWS[0].id, ROWS[0].uid, info=ROWS[0])
    async with dashboard(ROWS, cluster=cluster) as shown:
        await shown.press("enter", *"make", "enter")
        (await sandbox.shell.command(0)).exit(0)
        await shown.until(lambda: "exit 0" in shown.text)
        await shown.press("escape", "L", "enter", "shift+tab", "r")
        await shown.until(lambda: "Read-only mode is on. Press L to allow changes." in shown.text)
        assert len(sandbox.shell.commands) == len(shown.main.query_one(Console).cards) == 1
        await shown.press("escape", "escape", "L", "enter", "shift+tab", "r")
        assert (await sandbox.shell.command(1)).command == "make"


async def test_a_locked_one_stays() -> None:
    async with dashboard(ROWS, settings=Settings(read_only="locked")) as shown:
        await shown.press("L")
        assert "stays on" in shown.said[-1]
        await shown.press("c")
        assert len(shown.app.screen_stack) == 1
        assert shown.said[-1] == "Read-only mode is on."


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_click_on_a_dimmed_key_says_why(size: tuple[int, int]) -> None:
    async with dashboard(ROWS, settings=Settings(read_only=True), size=size) as shown:
        for words in ("c Create", "F8 Destroy"):
            assert shown.colours(words, line=-1) == {DARK.variables["faint"]}
        assert shown.colours("F8", line=-1).isdisjoint(shown.colours("? Help", line=-1))
        await shown.pilot.click(KeyBar, offset=(shown.lines[-1].index("F8 Destroy"), 0))
        await shown.pilot.pause()
        assert shown.said == ["Read-only mode is on. Press L to allow changes."]
        assert len(shown.app.screen_stack) == 1


async def test_a_right_that_is_missing_dims_its_key_and_says_why() -> None:
    cluster = ScriptedCluster()
    cluster.compute.lacking = ("create pods", "delete pods")
    async with dashboard(ROWS, cluster=cluster) as shown:
        assert cluster.compute.rights_asked == ["default"]
        for words in ("c Create", "F8 Destroy"):
            assert shown.colours(words, line=-1) == {DARK.variables["faint"]}
        assert DARK.variables["faint"] not in shown.colours("Enter Console", line=-1)
        await shown.press("c")
        assert len(shown.app.screen_stack) == 1
        assert shown.said == [
            "You lack the right to create pods in default. k8s-sandbox-tui doctor prints the Role that grants it."
        ]
        await shown.press("f8")
        assert "delete pods" in shown.said[-1]


async def test_who_tries_one_key_after_the_other_is_told_the_last_reason_alone() -> None:
    cluster = ScriptedCluster()
    cluster.compute.lacking = ("create pods", "delete pods", "create pods/exec", "get pods/exec")
    async with dashboard(ROWS, cluster=cluster, size=(80, 24)) as shown:
        await shown.press("c", "t", "p", "b", "f8")
        assert len(shown.said) == 1
        assert "delete pods" in shown.said[0]
        await shown.until(lambda: "right to delete pods" in shown.text and "right to create pods in" not in shown.text)


async def test_the_console_says_to_its_end_why_nothing_may_be_run() -> None:
    cluster = ScriptedCluster()
    cluster.compute.lacking = ("create pods/exec", "get pods/exec")
    async with dashboard(ROWS, cluster=cluster, size=(80, 24)) as shown:
        await shown.until(lambda: "$ You lack the right to create pods/exec in default." in shown.lines[-2])
        assert "ls -la" not in shown.text, "no example of what may not be done"
        assert "prints the Role that grants it." in " ".join(shown.text.split())
        await shown.press("enter", *"ls", "enter")
        line = next(number for number, line in enumerate(shown.lines) if line.rstrip().endswith("$ ls"))
        assert "the Role that grants it." in " ".join(shown.lines[line - 2 : line])


async def test_the_question_for_a_url_offers_no_forward_that_is_not_allowed() -> None:
    cluster = ScriptedCluster()
    cluster.compute.lacking = tuple(NO_FORWARD)
    async with dashboard(ROWS, cluster=cluster, size=(80, 24)) as shown:
        await shown.press("u")
        assert isinstance(shown.app.screen, UrlScreen)
        assert "Enter forwards" not in shown.text
        assert "Forward" not in shown.lines[-1]
        assert not shown.app.screen.query("#forward")
        assert "You lack the right to create pods/portforward or to create" in shown.text
        await shown.press("ctrl+f", "enter")
        assert isinstance(shown.app.screen, UrlScreen)


async def test_forwards_are_held_back_where_no_way_is_granted_unless_some_are_open() -> None:
    cluster = ScriptedCluster()
    cluster.compute.sandbox.known[ROWS[0].id] = ScriptedSandbox(ROWS[0].id, ROWS[0].uid, info=ROWS[0])
    async with dashboard(ROWS, cluster=cluster) as shown:
        shown.table.select(ROWS[0].uid)
        await shown.press("f", *"80", "enter")
        await shown.until(lambda: "127.0.0.1" in shown.text)
        await shown.press("escape")
        cluster.compute.lacking = (*NO_FORWARD, "get pods/log")
        shown.main.show_namespaces(("agents",))
        await shown.until(lambda: len(cluster.compute.rights_asked) == len(cluster.compute.inventories) == 2)
        await shown.put_rows([sandbox_info(number, namespace="agents") for number in range(1, 6)])
        await shown.press("f")
        assert "127.0.0.1" in shown.text
        await shown.press("down", "x", "escape")
        assert len(shown.app.screen_stack) == 1
        await shown.press("f")
        assert len(shown.app.screen_stack) == 1
        assert shown.said[-1].startswith("You lack the right to create pods/portforward or to create pods/exec in")
        await shown.press("l")
        assert shown.said[-1].startswith("You lack the right to get pods/log in agents.")
        await shown.press("i")
        await shown.until(lambda: len(shown.app.screen_stack) == 2)


async def test_rights_are_asked_once_a_place_and_never_by_the_clock() -> None:
    async with dashboard(ROWS) as shown:
        for _ in range(3):
            shown.clock.advance(60)
            await shown.put_rows(ROWS)
        assert shown.cluster.compute.rights_asked == ["default"]
        shown.main.show_namespaces(("agents",))
        await shown.until(lambda: shown.cluster.compute.rights_asked == ["default", "agents"])
        listings = shown.cluster.compute.inventories
        asked = len(listings)
        shown.main.show_namespaces(("default",))
        await shown.until(lambda: len(listings) > asked)
        await shown.put_rows(ROWS)
        assert shown.cluster.compute.rights_asked == ["default", "agents"]
        await shown.press("r")
        await shown.until(lambda: shown.cluster.compute.rights_asked == ["default", "agents", "default"])


async def test_each_namespace_has_its_own_rights_asked_for_where_the_cursor_rests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(permit_screen, "REST", 600.0)
    cluster = ScriptedCluster()
    cluster.compute.lacking_in = {"b": ("delete pods", "create pods/exec", "get pods/exec")}
    rows = [sandbox_info(number, namespace=name) for number, name in enumerate("aabbc")]
    async with dashboard(rows, cluster=cluster) as shown:
        await shown.press(*["down"] * 4, *["up"] * 2)
        assert cluster.compute.rights_asked == ["default"]
        monkeypatch.setattr(permit_screen, "REST", 0.0)
        await shown.press("r")
        await shown.until(lambda: cluster.compute.rights_asked == ["default", "default", "b"])
        await shown.pilot.pause()
        assert shown.colours("F8 Destroy", line=-1) == {DARK.variables["faint"]}
        await shown.press("f8")
        assert shown.said[-1].startswith("You lack the right to delete pods in b.")
        assert "You lack the right to create pods/exec" in shown.text
        await shown.press("up", "up", "f8")
        assert len(shown.app.screen_stack) == 2
        await shown.press("escape")
        # What can be destroyed of the marked is.
        await shown.press("space", "down", "space", "f8")
        assert len(shown.app.screen_stack) == 2


async def test_rights_that_cannot_be_told_hold_nothing_back() -> None:
    cluster = ScriptedCluster()
    cluster.compute.lacking = TransportError("no answer", sent=True)
    async with dashboard(ROWS, cluster=cluster) as shown:
        await shown.until(lambda: bool(cluster.compute.rights_asked))
        await asyncio.sleep(0)
        await shown.press("c")
        assert len(shown.app.screen_stack) == 2
