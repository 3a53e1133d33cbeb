"""The lower part of the create form, its preview and presets, and several sandboxes at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Checkbox, OptionList, Static

from k8s_sandbox_tui.dashboard.create.fields import Field
from k8s_sandbox_tui.dashboard.create.flow import AT_ONCE, CreateFlow
from k8s_sandbox_tui.dashboard.create.form import FormValues
from k8s_sandbox_tui.dashboard.create.like import Likeness
from k8s_sandbox_tui.dashboard.create.many_screen import ManyScreen
from k8s_sandbox_tui.dashboard.create.presets import Presets
from k8s_sandbox_tui.dashboard.create.presets_screen import PresetsScreen
from k8s_sandbox_tui.dashboard.create.preview_screen import PreviewScreen
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.provider.dotenv import Row
from k8s_sandbox_tui.provider.errors import ForbiddenError
from k8s_sandbox_tui.provider.models import CreateStage
from tests.dashboard.create_host import DEFAULTS, Creation, Host, Sandbox, ScriptedCreator, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot
    from textual.worker import Worker


class Hands:
    """A create flow in an app, with keys."""

    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.creator = ScriptedCreator()
        self.presets = Presets()
        self.flow = CreateFlow(app, self.creator, DEFAULTS, self.presets)

    async def open(self, like: Likeness | None = None) -> Worker[Sandbox | None]:
        worker = self.app.run_worker(self.flow.run(like), exit_on_error=False)
        await self.until(CreateScreen)
        return worker

    async def until(self, kind: type[CreateScreen | ManyScreen | PresetsScreen | PreviewScreen]) -> None:
        await eventually(self.pilot, lambda: isinstance(self.app.screen, kind) and self.app.screen.is_mounted, True)
        await self.pilot.pause()

    def fill(self, field: str, text: str) -> None:
        from k8s_sandbox_tui.dashboard.create.text_field import TextField

        self.app.screen.query(f"#{field} TextField, #{field}").filter("TextField").first(TextField).text = text

    def text(self, selector: str) -> str:
        return str(self.app.screen.query_one(selector, Static).content)

    def note(self, field: str) -> str:
        return self.app.screen.query_one(f"#{field}", Field).note.text

    async def calls(self, count: int) -> list[Creation]:
        return [await asyncio.wait_for(self.creator.calls.get(), 30) for _ in range(count)]


@pytest.fixture
async def hands() -> AsyncIterator[Hands]:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        yield Hands(app, pilot)


async def test_a_wrong_amount_is_explained_and_gets_the_cursor_and_right_ones_reach_the_provider(hands: Hands) -> None:
    await hands.open()
    hands.fill("cpu-request", "2")
    hands.fill("cpu-limit", "1")
    await eventually(hands.pilot, lambda: hands.note("cpu"), "! More is kept free than may be used")
    await hands.pilot.press("ctrl+s")
    await eventually(hands.pilot, lambda: getattr(hands.app.focused, "id", ""), "cpu-request")
    assert isinstance(hands.app.screen, CreateScreen)
    for field, text in (("lifetime", "2h"), ("cpu-request", "500m"), ("cpu-limit", ""), ("memory-limit", "2Gi")):
        hands.fill(field, text)
    hands.app.screen.query_one("#profile Choice").focus()
    await hands.pilot.press("r", "ctrl+s")
    (creation,) = await hands.calls(1)
    assert creation.arguments["lifetime"] == timedelta(hours=2)
    assert creation.arguments["requests"] == {"cpu": "500m"}
    assert creation.arguments["limits"] == {"memory": "2Gi"}
    assert creation.arguments["security_profile"] == "restricted"


async def test_the_last_field_is_reached_and_one_exact_name_cannot_be_had_several_times(hands: Hands) -> None:
    await hands.open()
    hands.app.screen.query_one("#metadata").focus()
    hands.app.screen.query_one("#copies TextField").focus()
    await hands.pilot.press(*["down"] * 6)
    await eventually(hands.pilot, lambda: hands.app.screen.query_one("#profile Choice").has_focus, True)
    region = hands.app.screen.query_one("#profile").region
    assert hands.app.screen.query_one("#fields").region.contains_region(region)
    hands.fill("name", "web")
    hands.fill("copies", "2")
    hands.app.screen.query_one("#ending", Checkbox).value = False
    await eventually(hands.pilot, lambda: hands.note("copies"), "! Several need a random ending to their name")


async def test_another_one_like_it_says_what_was_left_out_and_its_preview_hides_values_as_the_form_does(
    hands: Hands,
) -> None:
    like = FormValues(runtime="python", name="web", envs=(Row("TOKEN", "s3cret"),))
    await hands.open(Likeness(like, ("the node selector",)))
    assert str(hands.app.screen.query_one("#kept Static", Static).content) == "Not taken over: the node selector."
    await hands.pilot.press("ctrl+y")
    await hands.until(PreviewScreen)
    shown = str(hands.app.screen.query_one("#text Static", Static).content)
    assert "s3cret" not in shown
    assert "image: python:3.11-slim" in shown
    assert "- name: TOKEN" in shown
    await hands.pilot.press("escape")
    await hands.until(CreateScreen)
    await hands.pilot.press("ctrl+r", "ctrl+y")
    await hands.until(PreviewScreen)
    assert "s3cret" in str(hands.app.screen.query_one("#text Static", Static).content)


async def test_a_form_is_kept_as_a_preset_taken_from_it_and_presets_are_removed(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "from the environment")
    await hands.open(Likeness(FormValues(runtime="python", image="img", envs=(Row("TOKEN", "s3cret"),)), ()))
    await hands.pilot.press("ctrl+t")
    await hands.until(PresetsScreen)
    await hands.pilot.press(*"nightly", "enter")
    await hands.until(CreateScreen)
    assert hands.presets.names == ("nightly",)
    await hands.pilot.press("escape")
    await eventually(hands.pilot, lambda: len(hands.app.screen_stack), 1)
    await hands.open(Likeness(FormValues(runtime="node"), ()))
    await hands.pilot.press("ctrl+t")
    await hands.until(PresetsScreen)
    await hands.pilot.click(OptionList, offset=(3, 0))
    await hands.until(CreateScreen)
    form = hands.app.screen
    assert isinstance(form, CreateScreen)
    await eventually(hands.pilot, lambda: form.values.image, "img")
    assert form.values.runtime == "python"
    assert form.values.envs == (Row("TOKEN", "from the environment"),)
    hands.presets.keep("other[/x]", FormValues(runtime="node"))
    await hands.pilot.press("ctrl+t")
    await hands.until(PresetsScreen)
    await eventually(hands.pilot, lambda: hands.app.screen.query_one(OptionList).has_focus, True)
    await hands.pilot.press("down", "f8")
    await eventually(hands.pilot, lambda: hands.presets.names, ("nightly",))


async def test_several_are_made_some_at_a_time_and_the_view_leaves_when_all_run(hands: Hands) -> None:
    worker = await hands.open()
    hands.fill("copies", str(AT_ONCE + 2))
    await hands.pilot.press("ctrl+s")
    await hands.until(ManyScreen)
    first = await hands.calls(AT_ONCE)
    assert hands.creator.calls.empty()
    assert len({id(creation.arguments) for creation in first}) == AT_ONCE
    first[0].step(CreateStage.PULLING, "Pulling \x1b[2J")
    await eventually(hands.pilot, lambda: "pulling: Pulling " in hands.text("#stages"), True)
    assert "\x1b" not in hands.text("#stages")
    for number, creation in enumerate(first):
        creation.end.set_result(Sandbox(f"default/web-{number}"))
    for creation in await hands.calls(2):
        creation.end.set_result(Sandbox("default/web-last"))
    assert await worker.wait() == Sandbox("default/web-last")
    await eventually(hands.pilot, lambda: hands.app.said, [f"{AT_ONCE + 2} sandboxes are running"])
    assert len(hands.app.screen_stack) == 1


async def test_where_some_fail_the_reasons_are_counted_and_the_rest_can_be_tried_again(hands: Hands) -> None:
    await hands.open()
    hands.fill("copies", "3")
    await hands.pilot.press("ctrl+s")
    await hands.until(ManyScreen)
    one, two, three = await hands.calls(3)
    one.end.set_result(Sandbox("default/a"))
    two.end.set_exception(ForbiddenError("quota exceeded"))
    three.end.set_exception(ForbiddenError("quota exceeded"))
    await eventually(hands.pilot, lambda: hands.app.screen.query_one("#dialog").has_class("-failed"), True)
    assert hands.text("#reason") == "2 of 3 could not be created.\nquota exceeded"
    assert hands.text("#title") == "2 failed · 1 running"
    await hands.pilot.press("e")
    await hands.until(CreateScreen)
    form = hands.app.screen
    assert isinstance(form, CreateScreen)
    assert form.values.copies == "2"
    assert "quota exceeded" in hands.text("#failure")


async def test_cancelling_many_ends_all_that_are_under_way(hands: Hands) -> None:
    worker = await hands.open()
    hands.creator.cleaning.set()
    hands.fill("copies", "3")
    await hands.pilot.press("ctrl+s")
    await hands.until(ManyScreen)
    creations = await hands.calls(3)
    creations[0].end.set_result(Sandbox("default/a"))
    await eventually(hands.pilot, lambda: "1 running" in hands.text("#title"), True)
    await hands.pilot.press("escape")
    assert await worker.wait() == Sandbox("default/a")
    assert [creation.cancelled for creation in creations] == [False, True, True]
