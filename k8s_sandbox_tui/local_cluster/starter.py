"""Whoever started the server, and waits to hear that it is ready."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.state import ServerRecord


class Starter:
    """The other end of a pipe; without one, the terminal."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    @property
    def is_gone(self) -> bool:
        """Whether nobody waits any more: who did was killed, or has given up."""
        if self._descriptor is None:
            return False
        poll = select.poll()
        poll.register(self._descriptor, 0)
        return bool(poll.poll(0))

    def ready(self, record: ServerRecord) -> None:
        """Tells that the server answers. All that is imported by then stays, and is no garbage."""
        gc.freeze()
        gc.enable()
        self.tell(b"ready\n", f"the local cluster answers on https://127.0.0.1:{record.port}")

    def tell(self, answer: bytes, sentence: str) -> None:
        """Answers, once; on the terminal by the sentence."""
        if self._descriptor is None:
            sys.stderr.write(f"{sentence}\n")
            return
        with contextlib.suppress(BrokenPipeError):
            os.write(self._descriptor, answer)
        os.close(self._descriptor)
