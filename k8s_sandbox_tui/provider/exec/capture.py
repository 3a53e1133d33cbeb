"""A command's output as text: decoded across messages, handed to callbacks, kept up to a bound."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.exec.protocol import Stream

MAX_OUTPUT: Final = 64 * 1024 * 1024
"""Bytes of output that are kept when the caller does not say."""


class TextDecoder:
    """UTF-8 in pieces that may end within a character. What is not UTF-8 becomes U+FFFD."""

    def __init__(self) -> None:
        self._rest = b""

    def decode(self, data: memoryview | bytes) -> str:
        """The text of the characters that are complete."""
        joined = self._rest + data if self._rest else data
        text, used = codecs.utf_8_decode(joined, "replace", False)  # noqa: FBT003 - positional only
        self._rest = bytes(joined[used:])
        return text

    def flush(self) -> str:
        """The text of what is left, at the end."""
        rest, self._rest = self._rest, b""
        return rest.decode("utf-8", "replace")


class _Stream:
    """One stream: its decoder, its callback, what is kept."""

    def __init__(self, callback: Callable[[str], None] | None) -> None:
        self.decoder = TextDecoder()
        self.callback = callback
        self.kept: list[str] = []

    def take(self, text: str, *, keep: bool) -> None:
        if not text:
            return
        if keep:
            self.kept.append(text)
        if self.callback is not None:
            self.callback(text)


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
        self._streams: dict[Stream, _Stream] = {"stdout": _Stream(on_stdout), "stderr": _Stream(on_stderr)}
        self._room = limit
        self.truncated = False

    def feed(self, stream: Stream, data: memoryview) -> None:
        """Takes some output."""
        self._streams[stream].take(self._streams[stream].decoder.decode(data), keep=self._has_room(len(data)))

    def finish(self) -> None:
        """Takes the end of both streams; a character that is not complete becomes U+FFFD."""
        for stream in self._streams.values():
            stream.take(stream.decoder.flush(), keep=not self.truncated)

    @property
    def stdout(self) -> str:
        """What is kept of stdout."""
        return "".join(self._streams["stdout"].kept)

    @property
    def stderr(self) -> str:
        """What is kept of stderr."""
        return "".join(self._streams["stderr"].kept)

    def _has_room(self, size: int) -> bool:
        if self._room is None:
            return True
        self._room -= size
        if self._room < 0:
            self.truncated = True
        return not self.truncated
