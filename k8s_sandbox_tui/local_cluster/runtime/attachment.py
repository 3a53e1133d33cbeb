"""One client that is attached to a main process. Source: `ContainerIO.Attach` of containerd."""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import struct
import termios
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Attachment:
    """An `ExecProcess` whose command runs already, and goes on when it is left."""

    def __init__(
        self,
        *,
        stdin: int | None,
        terminal: int | None,
        stdout: bool,
        stderr: bool,
        on_input_end: Callable[[Attachment], None],
        on_leave: Callable[[Attachment], None],
    ) -> None:
        """Makes pipes for the outputs that are asked for.

        Args:
            stdin: The main process' input, to be written to beside others; None: there is none.
            terminal: The master of its terminal; None: it has none.
            stdout: Whether its output is wanted.
            stderr: The same of its errors.
            on_input_end: Called when the client has no more input.
            on_leave: Called once, when it has gone.
        """
        self._loop = asyncio.get_running_loop()
        self._terminal = terminal
        self._on_input_end = on_input_end
        self._on_leave: Callable[[Attachment], None] | None = on_leave
        self._stdin = None if stdin is None else os.dup(stdin)
        self._feeds: dict[bytes, _Feed] = {}
        self._readers: dict[bytes, int] = {}
        self._over: asyncio.Future[None] = self._loop.create_future()
        for stream, wanted in ((b"stdout", stdout), (b"stderr", stderr)):
            if wanted:
                reader, writer = os.pipe()
                os.set_blocking(reader, False)
                os.set_blocking(writer, False)
                self._readers[stream] = reader
                self._feeds[stream] = _Feed(writer)

    @property
    def stdin_fd(self) -> int | None:
        """Where to write its input; None when it takes none, or not any more."""
        return self._stdin

    @property
    def stdout_fd(self) -> int | None:
        """Where to read its output."""
        return self._readers.get(b"stdout")

    @property
    def stderr_fd(self) -> int | None:
        """Where to read its errors."""
        return self._readers.get(b"stderr")

    async def wait(self) -> int:
        """Returns once there is nothing more to come; always 0, as to be attached has no exit code."""
        if not self._readers:
            await asyncio.shield(self._over)
        return 0

    def resize(self, columns: int, rows: int) -> None:
        """Sets the size of its terminal; without one nothing happens."""
        if self._terminal is not None:
            fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close_stdin(self) -> None:
        """The client has no more input, or the process wants none any more."""
        if self._stdin is None:
            return
        unwanted = _has_no_reader(self._stdin)
        os.close(self._stdin)
        self._stdin = None
        if not unwanted and self._on_leave is not None:
            self._on_input_end(self)

    def detach(self) -> None:
        """The client has gone."""
        self.close()

    def close(self) -> None:
        """Closes all descriptors; may be called again."""
        leave, self._on_leave = self._on_leave, None
        if leave is not None:
            leave(self)
        if self._stdin is not None:
            os.close(self._stdin)
            self._stdin = None
        self.on_end()
        for descriptor in self._readers.values():
            os.close(descriptor)
        self._readers.clear()

    def on_output(self, stream: bytes, data: bytes, resume: Callable[[], None]) -> bool:
        """Takes output; False when it will be through only by the time that `resume` is called."""
        feed = self._feeds.get(stream)
        return feed is None or feed.write(data, resume)

    def on_output_end(self, stream: bytes) -> None:
        """There will be no more of an output."""
        feed = self._feeds.pop(stream, None)
        if feed is not None:
            feed.end()

    def on_end(self) -> None:
        """There will be no more of anything."""
        self._terminal = None
        for stream in list(self._feeds):
            self.on_output_end(stream)
        if not self._over.done():
            self._over.set_result(None)


class _Feed:
    """A pipe to one client."""

    def __init__(self, descriptor: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._pending = bytearray()
        self._resumes: list[Callable[[], None]] = []
        self._ending = False
        self._closed = False

    def write(self, data: bytes, resume: Callable[[], None]) -> bool:
        """Writes what there is room for; False: the rest is written later, and then `resume` is called."""
        if self._closed:
            return True
        if self._pending:
            self._pending += data
        else:
            self._pending += data[self._written(data) :]
            if self._closed or not self._pending:
                return True
            self._loop.add_writer(self._descriptor, self._flush)
        self._resumes.append(resume)
        return False

    def end(self) -> None:
        """Closes it as soon as all is written."""
        self._ending = True
        if not self._pending:
            self._close()

    def _flush(self) -> None:
        del self._pending[: self._written(self._pending)]
        if self._closed or self._pending:
            return
        self._loop.remove_writer(self._descriptor)
        self._resume()
        if self._ending:
            self._close()

    def _written(self, data: bytes | bytearray) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0
        except OSError:
            # The client has gone.
            self._close()
            return 0

    def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._loop.remove_writer(self._descriptor)
        os.close(self._descriptor)
        self._resume()

    def _resume(self) -> None:
        resumes, self._resumes = self._resumes, []
        for resume in resumes:
            resume()


def _has_no_reader(pipe: int) -> bool:
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    return any(event & select.POLLERR for _, event in poll.poll(0))
