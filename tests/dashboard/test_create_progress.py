"""The progress of a create, when the end comes at an odd moment."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.create.progress import ProgressAnswer, ProgressScreen
from tests.dashboard.create_host import Host


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
