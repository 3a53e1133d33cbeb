"""A command's output: handed to callbacks as text while it runs, and kept up to a bound."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.exec.protocol import Stream

MAX_OUTPUT: Final = 32 * 1024 * 1024
"""Bytes of output that are kept when the caller does not say."""


class TextDecoder:
    """UTF-8 in pieces that may end within a character. What is not UTF-8 becomes U+FFFD."""

    def __init__(self) -> None:
        self._rest = b""

    def decode(self, data: memoryview | bytes) -> str:
        """The text of the characters that are complete."""
        joined = self._rest + data if self._rest else data
        text, used = codecs.utf_8_decode(joined, "replace", False)  # noqa: FBT003 - positional only
        self._rest = b"" if used == len(joined) else bytes(joined[used:])
        return text

    def flush(self) -> str:
        """The text of what is left, at the end."""
        rest, self._rest = self._rest, b""
        return rest.decode("utf-8", "replace")


class Capture:
    """Both streams.

    Callbacks get everything. Of what is kept, `limit` bytes of both streams together is the bound (None: no bound);
    the output that comes after is dropped from it and `truncated` is set.
    """

    def __init__(
        self,
        *,
        on_stdout: Callable[[str], None] | None = None,
        on_stderr: Callable[[str], None] | None = None,
        limit: int | None = MAX_OUTPUT,
    ) -> None:
        self._callbacks: dict[Stream, Callable[[str], None] | None] = {"stdout": on_stdout, "stderr": on_stderr}
        self._decoders: dict[Stream, TextDecoder] = {"stdout": TextDecoder(), "stderr": TextDecoder()}
        self._kept: dict[Stream, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._room = limit
        self.truncated = False

    def feed(self, stream: Stream, data: memoryview) -> None:
        """Takes some output."""
        if self._room != 0:
            self._keep(stream, data)
        elif data:
            self.truncated = True
        callback = self._callbacks[stream]
        if callback is not None:
            text = self._decoders[stream].decode(data)
            if text:
                callback(text)

    def finish(self) -> None:
        """Tells the callbacks the end of both streams; a character that is not complete becomes U+FFFD."""
        for stream, callback in self._callbacks.items():
            text = self._decoders[stream].flush()
            if text and callback is not None:
                callback(text)

    @property
    def stdout(self) -> str:
        """What is kept of stdout."""
        return self._text("stdout")

    @property
    def stderr(self) -> str:
        """What is kept of stderr."""
        return self._text("stderr")

    def _keep(self, stream: Stream, data: memoryview) -> None:
        if self._room is None:
            self._kept[stream] += data
            return
        if len(data) > self._room:
            data = data[: self._room]
            self.truncated = True
        self._kept[stream] += data
        self._room -= len(data)

    def _text(self, stream: Stream) -> str:
        # Where the bound cut a character in two, its first half is no output of the command's.
        return codecs.utf_8_decode(self._kept[stream], "replace", not self.truncated)[0]
