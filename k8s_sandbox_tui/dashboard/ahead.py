"""Loads what dialogues are made of before they are opened, while nobody waits for the screen.

Dialogues are imported where they are opened, so that a start does not wait for them. Which ones there are is read
from the code itself: whatever its functions import will be wanted.
"""

from __future__ import annotations

import gc
from importlib import import_module
from importlib.abc import InspectLoader
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from types import CodeType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from textual.app import App

OURS = "k8s_sandbox_tui.dashboard."

EVERY = 0.02
"""Seconds between two steps."""
AT_ONCE = 0.002
"""Seconds after which a step begins nothing more; no module takes much longer than that."""
UNTOUCHED = 0.1
"""Seconds without a key or the mouse after which nobody waits."""


def begin(app: App[None], first: str, untouched: Callable[[], float]) -> None:
    """Load all that a module leads to, unless the app ends before.

    Args:
        app: Whose loop it is done in.
        first: The name of the module.
        untouched: Seconds since the user did something.
    """
    ahead = Ahead(first)

    def step() -> None:
        if untouched() < UNTOUCHED or ahead.step():
            return
        if ahead.sheets:
            # Textual does so when a screen is opened, but parses all other style sheets again with it.
            app.stylesheet.read(ahead.sheets.pop())
            app.stylesheet.parse()
        else:
            timer.stop()
            # It stays, as what the start has loaded: nobody has to look through it for garbage.
            gc.freeze()

    timer = app.set_interval(EVERY, step)


class Ahead:
    """Imports modules step by step."""

    def __init__(self, first: str, *, clock: Callable[[], float] = perf_counter) -> None:
        """Prepare it: all that this module leads to will be loaded."""
        self._names = modules_from(first)
        self._clock = clock
        self.sheets: list[Path] = []
        """The style sheets of the screens that have been loaded."""

    def step(self) -> bool:
        """Load a few milliseconds' worth; whether there is more."""
        ends = self._clock() + AT_ONCE
        for name in self._names:
            try:
                self.sheets += style_sheets(import_module(name))
            except ImportError:
                # One for another system. Where it is needed all the same, that is told when it is used.
                continue
            if self._clock() >= ends:
                return True
        return False


def style_sheets(module: ModuleType) -> list[Path]:
    """The files that screens of a module have their style sheets in."""
    members = cast("dict[str, object]", vars(module)).values()
    screens = [one for one in members if isinstance(one, type) and one.__module__ == module.__name__]
    # Not what a class inherits: that is beside the module of the one that has it.
    names = [vars(screen).get("CSS_PATH") for screen in screens]
    return [Path(module.__file__ or "").parent / name for name in names if isinstance(name, str)]


def modules_from(first: str) -> Iterator[str]:
    """The modules of the dashboard that one leads to, by whatever import; each after those that it needs."""
    seen: set[str] = set()

    def needed(name: str) -> Iterator[str]:
        seen.add(name)
        spec = find_spec(name)
        code = spec.loader.get_code(name) if spec is not None and isinstance(spec.loader, InspectLoader) else None
        for other in () if code is None else _imported(code):
            if other not in seen:
                yield from needed(other)
        yield name

    return needed(first)


def _imported(code: CodeType) -> Iterator[str]:
    # No other name has dots in it.
    yield from (name for name in code.co_names if name.startswith(OURS))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _imported(constant)
