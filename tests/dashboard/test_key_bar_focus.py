"""The key bar after the focus has moved: what can be done again is not dimmed any more."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from tests.dashboard.scripted import dashboard, sandbox_info


async def test_back_from_the_console_destroy_is_offered_again() -> None:
    async with dashboard([sandbox_info(1)]) as shown:
        bar = shown.main.query_one(KeyBar)
        before = bar.render_line(0)
        assert "F8 Destroy" in before.text
        await shown.press("enter")
        assert bar.render_line(0) != before
        await shown.press("escape")
        await shown.until(lambda: bar.render_line(0) == before)
