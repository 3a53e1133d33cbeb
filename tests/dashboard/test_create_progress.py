"""The progress of a create, when the end comes at an odd moment."""

from __future__ import annotations

from textual.widgets import Static

from k8s_sandbox_tui.dashboard.create.progress import ProgressAnswer, ProgressScreen
from k8s_sandbox_tui.provider.errors import ForbiddenError
from tests.dashboard.create_host import Host, eventually


async def test_a_create_that_ends_before_its_screen_is_up_leaves_it_once() -> None:
    answers: list[ProgressAnswer | None] = []
    app = Host()
    async with app.run_test() as pilot:
        screen = ProgressScreen("default/new")
        app.push_screen(screen, answers.append)
        screen.settle(None)
        await pilot.pause()
        assert answers == [ProgressAnswer.ENDED]
        assert app.screen is not screen


async def test_a_failure_after_a_cancel_is_shown_as_one() -> None:
    app = Host()
    async with app.run_test() as pilot:
        screen = ProgressScreen("default/new", clock=iter([0.0, *[1.5] * 1_000]).__next__)
        app.push_screen(screen)
        await pilot.pause()
        await pilot.press("escape")
        screen.settle(ForbiddenError("You may not delete Pods.", status=403))
        await eventually(pilot, lambda: str(screen.query_one("#summary", Static).content), "after 1.5 s")
        assert str(screen.query_one("#reason", Static).content) == "You may not delete Pods."
