"""The bytes that go to a command's stdin: what its shell reads first, the caller's input, and the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.exec.protocol import MAX_STDIN_PAYLOAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.provider.exec.shell import ExecPlan


class StdinFraming:
    """Frames the input as the command's shell expects it.

    v5 and SPDY can end the input, so there it goes as it is. v4 over a WebSocket cannot: a shell that holds the command
    (`scripts.HOLD_STDOUT`) gets chunks with their lengths, and 0 for the end.
    """

    def __init__(self, plan: ExecPlan, *, can_close_stdin: bool) -> None:
        self._held = plan.held
        self._payload = plan.payload
        self._chunked = plan.held and not can_close_stdin

    def start(self) -> Iterator[bytes]:
        """What goes first, before any of the caller's input."""
        if self._held:
            yield b"v4\n" if self._chunked else b"v5\n"
        yield from self.data(self._payload)

    def data(self, data: bytes) -> Iterator[bytes]:
        """The caller's input."""
        if not self._chunked:
            if data:
                yield data
            return
        size = MAX_STDIN_PAYLOAD
        for start in range(0, len(data), size):
            chunk = data[start : start + size]
            yield b"%d\n" % len(chunk)
            yield chunk

    def end(self) -> Iterator[bytes]:
        """The end of the caller's input, where it has to be said in the bytes themselves."""
        if self._chunked:
            yield b"0\n"
