"""Looking inside a sandbox, through keys and the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.dashboard.choice import Choice
from k8s_sandbox_tui.dashboard.console.find_bar import FindBar
from k8s_sandbox_tui.dashboard.inside.pages import HIDDEN
from k8s_sandbox_tui.dashboard.inside.screen import InsideScreen, Page
from k8s_sandbox_tui.dashboard.inside.view import DocumentView
from k8s_sandbox_tui.provider.errors import ForbiddenError, SandboxGoneError
from k8s_sandbox_tui.provider.looking import SandboxEvent
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.create_host import Host, eventually
from tests.dashboard.scripted import NOW, ScriptedSandbox, sandbox_info

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

INFO = sandbox_info(1, status=SandboxStatus.STARTING, reason="ImagePullBackOff")
POD: dict[str, object] = {
    "apiVersion": "v1",
    "metadata": {"name": INFO.name, "labels": {"a": "1"}},
    "spec": {"containers": [{"name": "sandbox", "env": [{"name": "TOKEN", "value": "s3cret"}]}]},
}


class Inside:
    """The open screen over a sandbox that says what a test wants."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.sandbox = ScriptedSandbox(INFO.id, INFO.uid, pod=POD, info=INFO)
        self.gone = False
        self.left = False

    async def find(self) -> ScriptedSandbox:
        if self.gone:
            raise SandboxGoneError("web does not exist any more.")
        return self.sandbox

    async def open(self, page: Page = Page.SUMMARY) -> InsideScreen:
        screen = InsideScreen(INFO, self.find, page=page, clock=lambda: NOW)
        await self.pilot.app.push_screen(screen, lambda _: setattr(self, "left", True))
        await self.pilot.pause()
        return screen

    @property
    def view(self) -> DocumentView:
        return self.pilot.app.screen.query_one(DocumentView)

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.view.document.lines)

    async def shows(self, text: str) -> None:
        await eventually(self.pilot, lambda: text in self.text, True)


@pytest.fixture
async def inside() -> AsyncIterator[Inside]:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        yield Inside(pilot)


async def test_the_summary_says_why_it_does_not_run_and_what_to_do(inside: Inside) -> None:
    inside.sandbox.events = [SandboxEvent(type="Warning", reason="Failed", message="pull image: manifest unknown")]
    await inside.open()
    await inside.shows("manifest unknown")
    assert "There is no such image or tag" in inside.text
    assert INFO.uid in inside.text
    # A start that is held up has the colour of a failure, as in the table.
    lines = [inside.view.render_line(y) for y in range(inside.view.size.height)]
    colours = {
        style.color.get_truecolor().hex
        for line in lines
        for text, style, _ in line
        if style is not None and style.color is not None and "Starting ImagePullBackOff" in text
    }
    assert colours == {inside.pilot.app.theme_variables["status-failed"].lower()}


async def test_that_it_is_not_isolated_stays_on_screen(inside: Inside) -> None:
    for isolation, told in (("bubblewrap", False), ("process", True)):
        annotations = {"local.computesdk.io/isolation": isolation}
        inside.sandbox.pod = {**POD, "metadata": {"name": INFO.name, "annotations": annotations}}
        screen = await inside.open()
        await inside.shows(isolation)
        subtitle = screen.query_one("#dialog").border_subtitle or ""
        assert ("not isolated" in subtitle) == told


async def test_each_page_has_a_key_and_a_place_to_click(inside: Inside) -> None:
    inside.sandbox.log = b"hello from pid 1\n"
    inside.sandbox.events = [SandboxEvent(type="Normal", reason="Scheduled", message="assigned", last_at=NOW)]
    await inside.open()
    for key, text in (("y", "apiVersion: v1"), ("v", "Scheduled"), ("l", "hello from pid 1"), ("i", INFO.uid)):
        await inside.pilot.press(key)
        await inside.shows(text)
    await inside.pilot.press("tab")
    await inside.shows("apiVersion: v1")
    await inside.pilot.press("shift+tab", "shift+tab")
    await inside.shows("hello from pid 1")
    await inside.pilot.click(Choice, offset=(12, 0))
    await inside.shows("apiVersion: v1")


async def test_values_stay_hidden_until_they_are_asked_for(inside: Inside) -> None:
    await inside.open(Page.YAML)
    await inside.shows("TOKEN")
    assert "s3cret" not in inside.text
    assert HIDDEN in inside.text
    await inside.pilot.press("ctrl+r")
    await inside.shows("s3cret")


async def test_blocks_fold_and_the_search_finds_what_is_in_them(inside: Inside) -> None:
    await inside.open(Page.YAML)
    await inside.shows("TOKEN")
    await inside.pilot.press("z")
    await eventually(inside.pilot, lambda: len(inside.view.document.visible) < len(inside.view.document.lines), True)
    await inside.pilot.press("slash", *"token")
    view = inside.view
    await eventually(inside.pilot, lambda: "TOKEN" in view.document.lines[view.cursor].text, True)
    assert view.cursor in view.document.visible
    bar = inside.pilot.app.screen.query_one(FindBar)
    assert str(bar.query_one(".note").render()) == "1 of 1"
    await inside.pilot.press("enter", "escape")
    await eventually(inside.pilot, lambda: bar.has_class("-shown"), False)
    assert not inside.left
    await inside.pilot.press("escape")
    await eventually(inside.pilot, lambda: inside.left, True)


async def test_a_click_puts_the_cursor_on_a_line_and_on_its_sign_folds_it(inside: Inside) -> None:
    await inside.open(Page.YAML)
    await inside.shows("TOKEN")
    view = inside.view
    shown = [view.document.lines[number].text for number in view.document.visible]
    spec, labels = shown.index("spec:"), shown.index("  labels:")
    await inside.pilot.click(view, offset=(6, spec))
    assert view.document.lines[view.cursor].text == "spec:"
    assert len(view.document.visible) == len(shown)
    await inside.pilot.click(view, offset=(0, labels))
    assert view.document.lines[view.cursor].text == "  labels:"
    folded = [view.document.lines[number].text for number in view.document.visible]
    assert folded == [line for line in shown if line.strip() != "a: '1'"]
    await inside.pilot.click(view, offset=(0, labels))
    assert [view.document.lines[number].text for number in view.document.visible] == shown


async def test_one_page_that_is_refused_does_not_take_the_others_along(inside: Inside) -> None:
    inside.sandbox.events = ForbiddenError("events is forbidden", hint="Grant list on events.")
    inside.sandbox.log = b"still here\n"
    await inside.open(Page.EVENTS)
    await inside.shows("events is forbidden")
    assert "Grant list on events." in inside.text
    await inside.pilot.press("l")
    await inside.shows("still here")


async def test_a_sandbox_that_is_gone_is_still_shown_as_it_was(inside: Inside) -> None:
    inside.gone = True
    await inside.open()
    await inside.shows(INFO.uid)
    await inside.pilot.press("y")
    await inside.shows("does not exist any more")


async def test_reload_asks_again_and_the_previous_log_has_a_key(inside: Inside) -> None:
    inside.sandbox.previous_log = b"the one before\n"
    await inside.open(Page.LOG)
    await inside.shows("has written nothing")
    inside.sandbox.log = b"now there is something\n"
    await inside.pilot.press("r")
    await inside.shows("now there is something")
    await inside.pilot.press("p")
    await inside.shows("the one before")


async def test_a_page_is_copied_as_it_is_shown(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    monkeypatch.delenv("TMUX", raising=False)
    await inside.open(Page.YAML)
    await inside.shows("TOKEN")
    await inside.pilot.press("c")
    await eventually(inside.pilot, lambda: inside.pilot.app.clipboard, inside.text + "\n")
    assert f"value: {HIDDEN}" in inside.pilot.app.clipboard
    app = inside.pilot.app
    assert isinstance(app, Host)
    await eventually(inside.pilot, lambda: app.said, ["Sent to the terminal (OSC 52); it may refuse"])


async def test_enter_folds_a_block_and_n_goes_through_what_was_found(inside: Inside) -> None:
    await inside.open(Page.YAML)
    await inside.shows("TOKEN")
    view = inside.view
    await inside.pilot.press("slash", *"name", "enter")
    bar = inside.pilot.app.screen.query_one(FindBar)
    seen: list[str] = []
    for key in ("n", "n", "N", "N"):
        await inside.pilot.press(key)
        await inside.pilot.pause()
        seen.append(str(bar.query_one(".note").render()))
    assert seen == ["2 of 3", "3 of 3", "2 of 3", "1 of 3"]
    assert view.document.lines[view.cursor].text.strip() == f"name: {INFO.name}"
    await inside.pilot.press("escape", "home", "down", "enter")
    shown = [view.document.lines[number].text for number in view.document.visible]
    assert "metadata:" in shown
    assert not any(INFO.name in line for line in shown)
    await inside.pilot.press("enter")
    assert len(view.document.visible) == len(view.document.lines)


async def test_a_log_that_is_read_on_keeps_what_was_scrolled_to_sideways(inside: Inside) -> None:
    """Following a log must not throw its reader back to the first column."""
    long = bytes(range(ord("a"), ord("z"))) * 6
    inside.sandbox.log = b"\n".join([long] * 40)
    await inside.open(Page.LOG)
    await inside.shows("abcdef")
    await inside.pilot.press("right", "right")
    assert inside.view.scroll_offset.x == 16
    inside.sandbox.log += b"\nnew " + long
    await inside.pilot.press("r")
    await inside.shows("new abc")
    await inside.pilot.pause()
    assert inside.view.scroll_offset.x == 16
    assert inside.view.scroll_offset.y == inside.view.max_scroll_y
    await inside.pilot.press("y", "l")
    assert inside.view.scroll_offset.x == 0


async def test_the_cursor_stays_where_it_is_when_more_comes_in(inside: Inside) -> None:
    await inside.open()
    await inside.shows("TOKEN")
    await inside.pilot.press("down", "down", "down")
    assert inside.view.cursor == 3
    inside.sandbox.info = msgspec.structs.replace(INFO, node="another-node")
    await inside.pilot.press("r")
    await inside.shows("another-node")
    assert inside.view.cursor == 3


async def test_long_lines_scroll_sideways_and_the_end_is_reached(inside: Inside) -> None:
    inside.sandbox.log = b"\n".join(b"%d " % number + b"x" * 300 for number in range(500))
    await inside.open(Page.LOG)
    await inside.shows("499 ")
    view = inside.view
    await eventually(inside.pilot, lambda: view.scroll_offset.y > 400, True)
    await inside.pilot.press("right")
    await eventually(inside.pilot, lambda: view.scroll_offset.x, 8)
    await inside.pilot.press("home")
    await eventually(inside.pilot, lambda: view.cursor, 0)
