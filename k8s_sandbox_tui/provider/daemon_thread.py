"""Work that blocks, in a thread that nobody waits for.

`asyncio.to_thread` has its threads joined at exit: a disk or a name server that does not answer would keep a program
alive that has been left.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T], *, name: str) -> T:
    """What comes of the work, or what it raises. Who is cancelled leaves it behind, to end or not.

    Args:
        work: Blocks, and may be cut off at the end of the process.
        name: The thread's.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            deliver = partial(_succeed, done, work())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is waited for
            deliver = partial(_fail, done, error)
        with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(deliver)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done


def _succeed(done: asyncio.Future[T], result: T) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[T], error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
