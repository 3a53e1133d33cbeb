"""Takes from each of these many apps what a start costs and shows nothing, and the clock from what they say."""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import TYPE_CHECKING, cast

import pytest
from textual.app import App
from textual.css.stylesheet import Stylesheet

from k8s_sandbox_tui.dashboard.console import history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from textual.css.model import RuleSet


@pytest.fixture(scope="session", autouse=True)
def garbage_seldom_looked_for() -> Iterator[None]:
    """Not at every step: each time, most of it would be what the imports left."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 10, 10)
    yield
    gc.set_threshold(*before)


@pytest.fixture(autouse=True)
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test has run is no history to the next."""
    monkeypatch.setattr(history, "default_path", lambda: tmp_path / "own" / "history.jsonl")


@pytest.fixture(scope="session", autouse=True)
def tasks_begin_as_they_do_for_users() -> Iterator[None]:
    """From Python 3.12 on, Textual has tasks begin at once, but not in its own `run_test`."""
    if sys.version_info < (3, 12):
        yield
        return
    thread_init = cast("Callable[[App[object]], None]", vars(App)["_thread_init"])

    def begin_at_once(app: App[object]) -> None:
        thread_init(app)
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "_thread_init", begin_at_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def toasts_stay() -> Iterator[None]:
    """On a busy machine, five seconds may be over before a test has read what was said."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "NOTIFICATION_TIMEOUT", 600.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def styles_parsed_once() -> Iterator[None]:
    """A style sheet gives the same rules in every app that has the same colours."""
    parse = cast("Callable[..., list[RuleSet]]", vars(Stylesheet)["_parse_rules"])
    parsed: dict[object, list[RuleSet]] = {}

    def parse_once(sheet: Stylesheet, css: str, **source: object) -> list[RuleSet]:
        colours = cast("dict[str, str]", vars(sheet)["_variables"])
        key = (css, *source.values(), *colours.items())
        if key not in parsed:
            parsed[key] = parse(sheet, css, **source)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield
