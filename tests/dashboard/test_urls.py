"""Choosing the URL of a port, and what becomes of it."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, TypeVar

import pytest
from textual.widgets import Input, Static

from k8s_sandbox_tui.dashboard.urls.flow import show_url
from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory
from k8s_sandbox_tui.dashboard.urls.screen import UrlScreen
from k8s_sandbox_tui.dashboard.urls.source import TemplateUrls
from k8s_sandbox_tui.dashboard.urls.template import UrlTemplate
from k8s_sandbox_tui.dashboard.urls.template_screen import TemplateScreen
from k8s_sandbox_tui.provider.config import K8sConfig
from tests.dashboard.create_host import Host, eventually
from tests.dashboard.scripted import ScriptedCluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.worker import Worker

TEMPLATE = "{protocol}://{service}.{namespace}.svc.cluster.local:{port}"
SENT = "Sent to the terminal (OSC 52); it may refuse"


async def ended(worker: Worker[int | None]) -> None:
    """Wait for the end of the dialogue, soon."""
    async with asyncio.timeout(60):
        await worker.wait()


T = TypeVar("T")


class Urls:
    """The open question over a sandbox, in a session over SSH."""

    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.history = UrlHistory()
        self.environ = {"SSH_TTY": "/dev/pts/1"}

    async def ask(self, template: str = TEMPLATE) -> Worker[int | None]:
        source = TemplateUrls(template=template, namespace="default", name="web-1")
        cluster = ScriptedCluster()
        cluster.compute.config = K8sConfig(url_template=template)
        kept = UrlTemplate(cluster)
        worker = self.app.run_worker(show_url(self.app, source, self.history, kept, environ=self.environ))
        async with asyncio.timeout(60):
            while not (isinstance(self.app.screen, UrlScreen) and self.app.screen.is_mounted):
                await self.pilot.pause()
        return worker

    async def eventually(self, probe: Callable[[], T], expected: T) -> None:
        """Wait until the probe gives what is expected."""
        await eventually(self.pilot, probe, expected)

    def text(self, selector: str) -> str:
        return str(self.app.screen.query_one(selector, Static).content)

    @property
    def port(self) -> str:
        return self.app.screen.query_one("#port", Input).value


@pytest.fixture
async def urls() -> AsyncIterator[Urls]:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        yield Urls(app, pilot)


async def test_enter_copies_the_first_suggestion_or_what_is_typed(urls: Urls) -> None:
    worker = await urls.ask()
    await urls.eventually(lambda: urls.text("#url"), "http://web-1-svc.default.svc.cluster.local:3000")
    assert not urls.app.screen.query_one("#warning").display
    await urls.pilot.press("enter")
    await ended(worker)
    await urls.eventually(lambda: urls.app.clipboard, "http://web-1-svc.default.svc.cluster.local:3000")
    await urls.eventually(lambda: urls.app.said, [f"{SENT}\nhttp://web-1-svc.default.svc.cluster.local:3000"])
    worker = await urls.ask()
    await urls.pilot.press(*"8443", "tab", "s")
    await urls.eventually(lambda: urls.port, "8443")
    await urls.pilot.press("right", "right", "right")
    await urls.eventually(lambda: urls.text("#url")[:6], "wss://")
    await urls.pilot.press("enter")
    await ended(worker)
    await urls.eventually(lambda: urls.app.clipboard, "wss://web-1-svc.default.svc.cluster.local:8443")


async def test_used_ports_and_protocols_are_remembered(urls: Urls) -> None:
    worker = await urls.ask()
    await urls.pilot.press(*"9090", "tab", "right", "enter")
    await ended(worker)
    await urls.ask()
    await urls.eventually(lambda: urls.text("#url"), "https://web-1-svc.default.svc.cluster.local:9090")
    await urls.pilot.press("down")
    await urls.eventually(lambda: urls.port, "3000")
    await urls.pilot.press("up", "up")
    await urls.eventually(lambda: urls.port, "80")


async def test_a_wrong_port_is_told_and_not_copied(urls: Urls) -> None:
    worker = await urls.ask()
    for typed, reason in (("99999", "from 1 to 65535"), ("x", "whole number"), ("", "missing")):
        await urls.pilot.press("ctrl+u", *typed, "enter")
        await urls.eventually(lambda reason=reason: reason in urls.text("#reason"), expected=True)
        await urls.eventually(lambda: urls.text("#url"), "-")
        assert not worker.is_finished
    await urls.pilot.press("escape")
    await ended(worker)
    await urls.eventually(lambda: urls.app.said, [])
    await urls.eventually(lambda: urls.history.ports, ())


@pytest.mark.parametrize("keys", [("enter",), ("shift+tab", "enter"), ("ctrl+o", "ctrl+f")])
async def test_where_no_template_is_set_the_port_is_forwarded_and_nothing_copied(
    urls: Urls, keys: tuple[str, ...]
) -> None:
    worker = await urls.ask(template="")
    shown = {widget.id for widget in urls.app.screen.query("#answer Button, #url, #protocol") if widget.display}
    assert shown == {"cancel", "template", "forward"}
    assert urls.app.screen.query_one("#warning").display
    assert "^T sets a template" in urls.text("#warning")
    await urls.pilot.press(*keys)
    await ended(worker)
    assert (worker.result, urls.app.said, urls.app.clipboard) == (3000, [], "")


async def test_a_template_is_set_on_the_way_and_changed_or_taken_away_again(urls: Urls) -> None:
    async def on(screen: type[UrlScreen | TemplateScreen]) -> None:
        await urls.eventually(lambda: isinstance(urls.app.screen, screen) and urls.app.screen.is_mounted, expected=True)
        await urls.pilot.pause()

    worker = await urls.ask(template="")
    await urls.pilot.press(*"8443", "ctrl+t")
    await on(TemplateScreen)
    # The example is no template yet: its domain is nobody's.
    await urls.pilot.press("enter")
    await urls.eventually(lambda: urls.text("#note"), "! Put your own domain in the place of example.com")
    assert urls.text("#kept") == "Kept for kind-test"
    await urls.pilot.press("ctrl+u", *"https://{service}.acme.dev:{port}", "enter")
    await on(UrlScreen)
    await urls.eventually(lambda: urls.text("#url"), "https://web-1-svc.acme.dev:8443")
    await urls.pilot.press("ctrl+t")
    await on(TemplateScreen)
    await urls.pilot.press("x", "escape")
    await on(UrlScreen)
    await urls.eventually(lambda: urls.text("#url"), "https://web-1-svc.acme.dev:8443")
    await urls.pilot.press("ctrl+t")
    await on(TemplateScreen)
    await urls.pilot.press("ctrl+u", "enter")
    await on(UrlScreen)
    await urls.pilot.click("#template")
    await on(TemplateScreen)
    await urls.pilot.press("ctrl+u", *"http://{service}:{port}")
    await urls.pilot.click("#keep")
    await on(UrlScreen)
    await urls.pilot.press("enter")
    await ended(worker)
    await urls.eventually(lambda: urls.app.clipboard, "http://web-1-svc:8443")


async def test_the_template_of_the_command_line_holds(urls: Urls) -> None:
    await urls.ask()
    await urls.pilot.press("ctrl+t")
    await urls.pilot.press("down")
    await urls.eventually(lambda: urls.port, "5173")
    assert isinstance(urls.app.screen, UrlScreen)


async def test_everything_by_mouse(urls: Urls) -> None:
    worker = await urls.ask()
    await urls.pilot.click("#chips", offset=(8, 0))
    await urls.eventually(lambda: urls.port, "5173")
    await urls.pilot.click("Choice", offset=(10, 0))
    await urls.pilot.click("#copy")
    await ended(worker)
    await urls.eventually(lambda: urls.app.clipboard, "https://web-1-svc.default.svc.cluster.local:5173")


async def test_over_ssh_no_browser_is_opened_far_away(urls: Urls) -> None:
    worker = await urls.ask()
    await urls.pilot.press("ctrl+o")
    await ended(worker)
    assert urls.app.said[0].startswith("A browser would open on the machine you are logged in to")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in browser is a shell script")
@pytest.mark.parametrize(("exit_code", "said"), [(0, "Opened in the browser"), (1, "No browser could be started")])
async def test_the_browser_gets_the_url(urls: Urls, tmp_path: Path, exit_code: int, said: str) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\nexit {exit_code}\n')
    browser.chmod(0o755)
    urls.environ = {"PATH": os.environ["PATH"], "BROWSER": f"{browser} %s", "HOME": str(tmp_path)}
    worker = await urls.ask()
    await urls.pilot.click("#open")
    await ended(worker)
    assert (tmp_path / "opened").read_text() == "http://web-1-svc.default.svc.cluster.local:3000\n"
    assert urls.app.said[0].startswith(said)
