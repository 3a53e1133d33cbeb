"""Ports of sandboxes on this machine: started, listed, ended and lost, through keys and the mouse."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, OptionList, Static

from k8s_sandbox_tui.dashboard.forwards.screen import ForwardsScreen
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen
from k8s_sandbox_tui.provider.forward.model import ForwardState
from tests.dashboard.scripted import Dashboard, ScriptedCluster, ScriptedSandbox, dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

INFOS = [sandbox_info(1), sandbox_info(2)]


@pytest.fixture
async def shown() -> AsyncIterator[Dashboard]:
    async with dashboard(INFOS) as shown:
        for info in INFOS:
            shown.cluster.compute.sandbox.known[info.id] = ScriptedSandbox(info.id, info.uid, info=info)
        yield shown


def sandbox(shown: Dashboard, number: int = 0) -> ScriptedSandbox:
    return shown.cluster.compute.sandbox.known[INFOS[number].id]


def said(shown: Dashboard) -> str:
    return str(shown.app.screen.query_one("#said", Static).content)


async def type_ports(shown: Dashboard, port: str, local: str = "") -> None:
    shown.app.screen.query_one("#port", Input).value = port
    shown.app.screen.query_one("#local", Input).value = local
    await shown.press("enter")


async def start(shown: Dashboard, port: str = "3000", local: str = "") -> None:
    await type_ports(shown, port, local)
    await shown.until(lambda: shown.app.screen.query_one(OptionList).has_focus)


async def opened(shown: Dashboard) -> None:
    """Come back to the list where a copy has closed it."""
    if not isinstance(shown.app.screen, ForwardsScreen):
        await shown.press("f")
    shown.app.screen.query_one(OptionList).focus()
    await shown.pilot.pause()


async def test_a_port_is_forwarded_and_goes_on_when_the_screen_is_left(shown: Dashboard) -> None:
    await shown.press("f")
    assert "No port is forwarded yet." in shown.text
    await start(shown)
    (forward,) = sandbox(shown).forwards
    assert (forward.remote_port, forward.local_port) == (3000, 3000)
    await shown.until(lambda: f"127.0.0.1:3000 -> 3000  {INFOS[0].id}" in shown.text)
    forward.total_connections, forward.bytes_received = 7, 2048
    await shown.until(lambda: "7 in all" in shown.text)
    assert "2.0K received" in shown.text
    await shown.press("escape")
    assert "1 forward" in shown.lines[0]
    assert forward.state is ForwardState.LISTENING


async def test_where_the_same_port_is_taken_here_any_free_one_is_used_unless_one_is_named(shown: Dashboard) -> None:
    sandbox(shown).taken.add(3000)
    await shown.press("f")
    await start(shown)
    assert sandbox(shown).forwards[0].local_port == 41000
    await type_ports(shown, "3000", "3000")
    shown.app.screen.query_one("#port", Input).focus()
    await shown.press("enter")
    await shown.until(lambda: said(shown) == "! Port 3000 is taken. Choose another one.")
    await type_ports(shown, "8080", "9090")
    await shown.until(lambda: len(sandbox(shown).forwards) == 2)
    assert sandbox(shown).forwards[1].local_port == 9090


async def test_where_the_network_is_shared_no_forward_takes_the_number_of_its_own_port() -> None:
    cluster = ScriptedCluster(local=True, isolation="bubblewrap", network="host")
    async with dashboard(INFOS[:1], cluster=cluster) as shown:
        cluster.compute.sandbox.known[INFOS[0].id] = ScriptedSandbox(INFOS[0].id, INFOS[0].uid, info=INFOS[0])
        await shown.press("f")
        await type_ports(shown, "3000", "3000")
        await shown.until(lambda: said(shown).startswith("! It is here already, as localhost:3000"))
        assert not sandbox(shown).forwards
        await start(shown)
        assert sandbox(shown).forwards[0].local_port == 41000, "any that is free"
        await shown.press("escape", "u")
        await shown.until(lambda: "http://localhost:3000" in shown.text)


async def test_what_is_no_port_says_so_and_starts_nothing(shown: Dashboard) -> None:
    await shown.press("f")
    for port, local in (("", ""), ("0", ""), ("65536", ""), ("web", ""), ("80", "x")):
        shown.app.screen.query_one("#said", Static).update("")
        shown.app.screen.query_one("#port", Input).focus()
        await type_ports(shown, port, local)
        await shown.until(lambda: said(shown).startswith("! "))
        assert not sandbox(shown).forwards, (port, local)


async def test_those_of_several_sandboxes_are_listed_copied_by_click_and_ended_one_by_one(shown: Dashboard) -> None:
    await shown.press("f")
    await start(shown, "3000")
    await shown.press("n")
    await start(shown, "8080")
    first, second = sandbox(shown).forwards
    await shown.press("escape", "down", "u")
    await shown.until(lambda: isinstance(shown.app.screen, UrlScreen))
    shown.app.screen.query_one("#port", Input).value = "5173"
    await shown.press("ctrl+f")
    await shown.until(lambda: isinstance(shown.app.screen, ForwardsScreen))
    assert shown.app.screen.query_one("#port", Input).value == "5173", "from the dialogue of URLs"
    await start(shown, "5173")
    assert INFOS[0].id in shown.text
    assert INFOS[1].id in shown.text
    assert sandbox(shown, 1).forwards[0].remote_port == 5173
    await shown.click("127.0.0.1:3000 -> 3000")
    await shown.until(lambda: any("http://127.0.0.1:3000" in text for text in shown.said))
    await opened(shown)
    await shown.press("home", "x")
    await shown.until(lambda: first.state is ForwardState.CLOSED)
    await shown.until(lambda: "-> 3000" not in shown.text)
    assert second.state is ForwardState.LISTENING
    await shown.press("escape")
    assert "2 forwards" in shown.lines[0]


async def test_a_suggested_port_is_clicked_and_its_forward_opened_in_the_browser(
    shown: Dashboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    for variable in ("SSH_TTY", "SSH_CONNECTION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    await shown.press("f")
    await shown.until(lambda: isinstance(shown.app.screen, ForwardsScreen))
    await shown.click("8888")
    assert shown.app.screen.query_one("#port", Input).value == "8888"
    await shown.press("enter")
    await shown.until(lambda: "127.0.0.1:8888 -> 8888" in shown.text)
    await shown.press("o")
    await shown.until(lambda: any(text.startswith("Opened in the browser") for text in shown.said))
    assert (tmp_path / "opened").read_text() == "http://127.0.0.1:8888\n"


async def test_a_forward_whose_sandbox_has_gone_says_so_once_and_stays_listed(shown: Dashboard) -> None:
    await shown.press("f")
    await start(shown)
    await shown.press("escape")
    sandbox(shown).forwards[0].end(ForwardState.GONE, "The sandbox was deleted.")
    await shown.until(lambda: bool(shown.said))
    assert shown.said == [f"Port 3000 of {INFOS[0].id} is not forwarded any more. The sandbox was deleted."]
    assert "forward" not in shown.lines[0]
    await shown.press("f")
    assert "sandbox gone" in shown.text
    assert "! The sandbox was deleted." in shown.text
    await shown.press("down", "x")
    await shown.until(lambda: "No port is forwarded yet." in shown.text)


async def test_a_forward_that_ends_with_the_dashboard_is_no_error() -> None:
    problems: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: problems.append(context))
    async with dashboard(INFOS) as shown:
        shown.cluster.compute.sandbox.known[INFOS[0].id] = ScriptedSandbox(INFOS[0].id, INFOS[0].uid, info=INFOS[0])
        await shown.press("f")
        await start(shown)
        forward = sandbox(shown).forwards[0]
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    await forward.aclose()
    await asyncio.wait(tasks)
    del tasks
    gc.collect()
    assert problems == []
