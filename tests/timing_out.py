"""Commands that a timeout ends; one too short for a busy machine to get to the output is tried again, longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider import CommandTimeoutError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_TIMEOUTS = (300, 3000, 30_000)


async def timed_out(run: Callable[[int], Awaitable[object]]) -> CommandTimeoutError:
    """The error of a command that prints at once and never ends.

    Args:
        run: Runs it with a timeout in milliseconds.
    """
    for timeout in _TIMEOUTS:
        with pytest.raises(CommandTimeoutError, match=f"{timeout} ms and was killed") as caught:
            await run(timeout)
        if caught.value.stdout:
            return caught.value
    raise AssertionError("nothing was printed")
