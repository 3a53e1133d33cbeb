"""The event loop under the synchronous face: one for the process, on a thread of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_Result = TypeVar("_Result")

_EXIT_SECONDS: Final = 1.0


class LoopThread:
    """Runs coroutines for threads that wait for them."""

    def __init__(self) -> None:
        """Starts the thread; it does not keep the process alive."""
        self._loop = asyncio.new_event_loop()
        self._stopping = False
        self._thread = threading.Thread(target=self._run_loop, name="k8s-sandbox-tui", daemon=True)
        self._thread.start()
        self.process = os.getpid()

    def run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Runs a coroutine to its end and returns what it returns.

        Ctrl-C while it runs cancels it, waits until it has cleaned up (a command is killed in its sandbox), and goes
        on as KeyboardInterrupt; a second Ctrl-C does not wait.

        Raises:
            RuntimeError: Called by a callback of the provider, which this thread itself runs.
        """
        if threading.current_thread() is self._thread:
            coroutine.close()
            msg = "A callback cannot call the synchronous face: it runs on its event loop's thread. Hand over the work."
            raise RuntimeError(msg)
        ended = threading.Event()
        tasks: list[asyncio.Task[_Result]] = []

        def start() -> None:
            task = self._loop.create_task(coroutine)
            task.add_done_callback(lambda _: ended.set())
            tasks.append(task)

        def cancel() -> None:
            if tasks:
                tasks[0].cancel()
            else:
                coroutine.close()
                ended.set()

        try:
            self._loop.call_soon_threadsafe(start)
            ended.wait()
        except BaseException:
            self._loop.call_soon_threadsafe(cancel)
            ended.wait()
            raise
        return tasks[0].result()

    def call(self, function: Callable[[], _Result]) -> _Result:
        """Calls a function on the loop's thread."""

        async def called() -> _Result:
            return function()

        return self.run(called())

    def stop(self) -> None:
        """Cancels what still runs and ends the thread."""
        self._stopping = True
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._begin_end)
        self._thread.join(_EXIT_SECONDS)

    def _begin_end(self) -> None:
        running = asyncio.all_tasks(self._loop)
        for task in running:
            task.cancel()
        gathered = asyncio.gather(*running, return_exceptions=True)
        gathered.add_done_callback(lambda _: self._loop.stop())

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        while not self._stopping:
            # A callback's SystemExit leaves the loop, although its task has it too: others still need the loop.
            with contextlib.suppress(KeyboardInterrupt, SystemExit):
                self._loop.run_forever()
        self._loop.close()


_shared: list[LoopThread] = []
_lock: Final = threading.Lock()


def loop_thread() -> LoopThread:
    """The thread of this process, started on first use; a forked process gets one of its own."""
    with _lock:
        if not _shared or _shared[0].process != os.getpid():
            _shared[:] = [LoopThread()]
            atexit.register(_shared[0].stop)
        return _shared[0]
