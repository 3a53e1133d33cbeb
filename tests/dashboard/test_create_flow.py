"""From the form to a running sandbox, through keys and clicks, with a provider that does what the test says."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Button, Static

from k8s_sandbox_tui.dashboard.create.flow import CreateFlow
from k8s_sandbox_tui.dashboard.create.progress import ProgressScreen
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.looks import LOOKS
from k8s_sandbox_tui.provider.errors import CreateError, ForbiddenError
from k8s_sandbox_tui.provider.models import CreateStage
from tests.dashboard.create_host import DEFAULTS, Creation, Host, Sandbox, ScriptedCreator, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot
    from textual.worker import Worker


async def ended(worker: Worker[Sandbox | None]) -> Sandbox | None:
    """What the flow gave, soon."""
    async with asyncio.timeout(60):
        return await worker.wait()


T = TypeVar("T")


class Flow:
    """A running flow in an app, and the hands on its keys."""

    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.creator = ScriptedCreator()
        self.flow = CreateFlow(app, self.creator, DEFAULTS)

    async def start(self) -> Worker[Sandbox | None]:
        worker = self.app.run_worker(self.flow.run(), exit_on_error=False)
        await self.until(CreateScreen)
        return worker

    async def until(self, kind: type[CreateScreen | ProgressScreen]) -> None:
        """Wait until a screen of this kind is on top."""
        async with asyncio.timeout(60):
            while not (isinstance(self.app.screen, kind) and self.app.screen.is_mounted):
                await self.pilot.pause()
        await self.pilot.pause()

    async def submit(self, *keys: str) -> Creation:
        """Press keys in the form and send it off."""
        await self.pilot.press(*keys, "ctrl+s")
        creation = await asyncio.wait_for(self.creator.calls.get(), 30)
        await self.until(ProgressScreen)
        return creation

    async def failed(self) -> None:
        """Wait until the progress says that it failed."""
        await self.eventually(lambda: self.app.screen.query_one("#dialog").has_class("-failed"), expected=True)

    async def eventually(self, probe: Callable[[], T], expected: T) -> None:
        """Wait until the probe gives what is expected."""
        await eventually(self.pilot, probe, expected)

    def text(self, selector: str) -> str:
        return str(self.app.screen.query_one(selector, Static).content)

    @property
    def form(self) -> CreateScreen:
        assert isinstance(self.app.screen, CreateScreen)
        return self.app.screen


@pytest.fixture
async def flow() -> AsyncIterator[Flow]:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        yield Flow(app, pilot)


async def test_a_sandbox_is_made_and_handed_over_and_the_form_is_empty_again(flow: Flow) -> None:
    worker = await flow.start()
    creation = await flow.submit("p", "tab", "tab", *"web")
    assert creation.arguments["runtime"] == "python"
    assert str(creation.arguments["name"]).startswith("web-")
    await flow.eventually(lambda: flow.text("#title").startswith("default/web-"), expected=True)
    await flow.eventually(lambda: flow.text("#summary").startswith("Asking the cluster"), expected=True)
    creation.step(CreateStage.ACCEPTED)
    creation.step(CreateStage.PULLING, "Pulling image \x1b[2J[/b]")
    await flow.pilot.pause()
    await flow.eventually(lambda: flow.text("#title"), "default/web-1")
    lines = flow.text("#stages").splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["●", "Accepted"],
        ["·", "Scheduled"],
        ["►", "Pulling"],
        ["○", "Starting"],
        ["○", "Running"],
    ]
    assert lines[0].endswith(" 0.1 s"), "how long it lasted"
    assert lines[2].endswith("Pulling image [/b]")
    creation.step(CreateStage.RUNNING)
    creation.end.set_result(Sandbox("default/web-1"))
    assert await ended(worker) == Sandbox("default/web-1")
    await flow.eventually(lambda: flow.app.said, ["default/web-1 is running"])
    await flow.eventually(lambda: len(flow.app.screen_stack), 1)
    await flow.start()
    assert flow.form.values.is_empty


async def test_all_that_is_typed_is_what_the_provider_is_asked_for(flow: Flow) -> None:
    await flow.start()
    await flow.pilot.press("right", "enter", *"a:3", "enter", *"web", "tab", "space", "tab", *"ns", "enter")
    await flow.pilot.press(
        "A", "enter", *"1", "enter", "B", "enter", *"2", "tab", *"owner", "tab", *"ann", "tab", "tab"
    )
    creation = await flow.submit(*"1h30m", "tab", *"250m", "tab", "2", "tab", *"64Mi", "tab", *"1Gi", "tab", "r")
    assert creation.arguments == {
        "runtime": "python",
        "image": "a:3",
        "name": "web",
        "namespace": "ns",
        "envs": {"A": "1", "B": "2"},
        "metadata": {"owner": "ann"},
        "lifetime": timedelta(minutes=90),
        "requests": {"cpu": "250m", "memory": "64Mi"},
        "limits": {"cpu": "2", "memory": "1Gi"},
        "security_profile": "restricted",
    }
    creation.end.set_result(Sandbox("ns/web"))


async def test_a_failure_says_why_and_keeps_all_that_was_typed(flow: Flow) -> None:
    worker = await flow.start()
    creation = await flow.submit("tab", *"bad", "tab", *"web")
    creation.step(CreateStage.ACCEPTED)
    creation.step(CreateStage.PULLING)
    creation.end.set_exception(
        CreateError(
            "The image nosuch cannot be pulled.",
            reason="ErrImagePull",
            events=["Failed to pull image \x1b]0;x\x07nosuch", "Back-off pulling"],
            hint="Check its name.",
        )
    )
    await flow.failed()
    await flow.eventually(
        lambda: flow.text("#reason"), "ErrImagePull\nThe image nosuch cannot be pulled.\nCheck its name."
    )
    await flow.eventually(lambda: flow.text("#events"), "Events\n· Failed to pull image nosuch\n· Back-off pulling")
    assert flow.text("#stages").splitlines()[2].startswith(f" {LOOKS['failed'].sign} Pulling")
    await flow.eventually(lambda: flow.app.screen.focused, flow.app.screen.query_one("#edit", Button))
    await flow.pilot.press("enter")
    await flow.until(CreateScreen)
    await flow.eventually(lambda: flow.form.values.image, "bad")
    await flow.eventually(lambda: flow.form.values.name, "web")
    assert "ErrImagePull" in flow.text("#failure")
    again = await flow.submit("tab", *["backspace"] * 3)
    assert again.arguments["image"] is None
    again.end.set_result(Sandbox("default/web-2"))
    assert await ended(worker) == Sandbox("default/web-2")


async def test_leaving_cancelling_and_a_failure_keep_what_was_typed(flow: Flow) -> None:
    worker = await flow.start()
    await flow.pilot.press("tab", *"img", "escape")
    assert await ended(worker) is None
    assert flow.creator.calls.empty()

    worker = await flow.start()
    await flow.eventually(lambda: flow.form.values.image, "img")
    creation = await flow.submit("tab", "tab", *"web")
    creation.step(CreateStage.ACCEPTED)
    await flow.pilot.press("escape")
    await flow.eventually(lambda: flow.text("#summary"), "Cancelling: the half-made sandbox is deleted")
    assert not worker.is_finished
    await flow.pilot.press("escape", "b")
    assert isinstance(flow.app.screen, ProgressScreen)
    flow.creator.cleaning.set()
    assert await ended(worker) is None
    assert creation.cancelled
    await flow.eventually(lambda: flow.app.said, ["Cancelled; what was typed is kept."])

    worker = await flow.start()
    await flow.eventually(lambda: flow.form.values.name, "web")
    creation = await flow.submit()
    creation.end.set_exception(ForbiddenError("You may not create Pods in default.", status=403))
    await flow.failed()
    await flow.pilot.press("escape")
    assert await ended(worker) is None
    await flow.eventually(lambda: len(flow.app.screen_stack), 1)
    await flow.start()
    await flow.eventually(lambda: (flow.form.values.image, flow.form.values.name), ("img", "web"))


async def test_a_create_in_the_background_tells_its_end_and_a_failure_can_be_taken_up(flow: Flow) -> None:
    worker = await flow.start()
    creation = await flow.submit()
    await flow.pilot.click("#background")
    await flow.eventually(lambda: len(flow.app.screen_stack), 1)
    second = await flow.start()
    other = await flow.submit("p")
    creation.step(CreateStage.RUNNING)
    creation.end.set_result(Sandbox("default/a"))
    assert await ended(worker) == Sandbox("default/a")
    assert isinstance(flow.app.screen, ProgressScreen)
    other.end.set_result(Sandbox("default/b"))
    assert await ended(second) == Sandbox("default/b")
    await flow.eventually(lambda: flow.app.said, ["default/a is running", "default/b is running"])
    worker = await flow.start()
    creation = await flow.submit("tab", "tab", *"web")
    await flow.pilot.press("b")
    creation.end.set_exception(CreateError("No node has room.", reason="Unschedulable"))
    assert await ended(worker) is None
    failure = "Unschedulable\nNo node has room.\nWhat was typed is kept: create again to change it."
    await flow.eventually(lambda: flow.app.said[2:], [failure])
    await flow.start()
    await flow.eventually(lambda: flow.form.values.name, "web")
    assert "Unschedulable" in flow.text("#failure")


async def test_an_end_below_another_screen_waits_for_its_turn_and_one_at_once_leaves_no_screen(flow: Flow) -> None:
    worker = await flow.start()
    creation = await flow.submit()
    above = Screen[None]()
    await flow.app.push_screen(above)
    creation.end.set_result(Sandbox("default/a"))
    await flow.pilot.pause()
    await flow.eventually(lambda: flow.app.screen, above)
    above.dismiss()
    assert await ended(worker) == Sandbox("default/a")
    await flow.eventually(lambda: len(flow.app.screen_stack), 1)
    worker = await flow.start()
    flow.creator.instant = Sandbox("default/quick")
    await flow.pilot.press("ctrl+s")
    assert await ended(worker) == Sandbox("default/quick")
    await flow.pilot.pause()
    await flow.eventually(lambda: len(flow.app.screen_stack), 1)


async def test_quitting_cancels_the_create() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        flow = Flow(app, pilot)
        flow.creator.cleaning.set()
        await flow.start()
        creation = await flow.submit()
        app.exit()
    async with asyncio.timeout(60):
        await asyncio.wait({creation.end})
    assert creation.end.cancelled()


async def test_a_long_failure_scrolls_and_keeps_its_buttons(flow: Flow) -> None:
    await flow.start()
    creation = await flow.submit()
    creation.end.set_exception(CreateError("It failed.", events=[f"event {number} " * 20 for number in range(30)]))
    await flow.failed()
    for width, height in ((80, 24), (64, 16)):
        await flow.pilot.resize_terminal(width, height)
        edit = flow.app.screen.query_one("#edit")
        size = Size(width, height)
        await flow.eventually(lambda: flow.app.screen.size, size)
        await flow.eventually(lambda size=size, edit=edit: size.region.contains_region(edit.region), expected=True)
    await flow.pilot.click("#close")
    assert len(flow.app.screen_stack) == 1
