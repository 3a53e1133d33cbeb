"""The same work for several things, of which one that fails does not keep the others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

_AT_ONCE = 10

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


async def each(items: Sequence[_Item], work: Callable[[_Item], Awaitable[_Result]]) -> list[_Result | SandboxError]:
    """Does the work for all items, a few at once; an error stands in the place of its item's result."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def attempt(item: _Item) -> _Result | SandboxError:
        async with limit:
            try:
                return await work(item)
            except SandboxError as error:
                return error

    return await asyncio.gather(*map(attempt, items))
