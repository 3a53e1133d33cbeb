"""Textual's driver for terminals, with threads of its own to read and to write.

Textual's input thread looks up ten times a second and once more when it has ended: leaving took 100 to 200 ms by that
alone. What its output thread does is said in `terminal_writer`.
"""

from __future__ import annotations

import codecs
import os
import select
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import constants
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import InputEvent

from k8s_sandbox_tui.dashboard.paced_app import PacedApp
from k8s_sandbox_tui.dashboard.pasted_escapes import PastedEscapes
from k8s_sandbox_tui.dashboard.terminal_writer import TerminalWriter
from k8s_sandbox_tui.dashboard.type_ahead import TypeAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.message import Message

READ_AT_ONCE = 64 * 1024
"""Bytes: what is pasted comes in few pieces."""

HAND_OVER = 0.0005
"""Seconds after which a thread that is busy lets another one have its turn. A key passes from the thread that reads
to the one that draws to the one that writes; with Python's own 5 ms it waited as long for each while output came."""


class PromptDriver(LinuxDriver):
    """Reads keys until a pipe says that it is over."""

    _wake: tuple[int, int] | None = None
    """The pipe, once there is a thread to wake."""
    _lent = False
    """Whether the terminal is somebody else's."""
    _typed_ahead: TypeAhead | None = None
    _writer: TerminalWriter | None = None

    @property
    def behind(self) -> bool:
        """Whether something has waited for the terminal for long, and what would be drawn now would for longer."""
        return self._writer is not None and self._writer.behind

    def when_caught_up(self, call: Callable[[], None]) -> None:
        """Have something called in the app's loop once the terminal has taken all."""

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has ended, as has the app
                self._loop.call_soon_threadsafe(call)

        if self._writer is not None:
            self._writer.when_caught_up(tell)

    def start_application_mode(self) -> None:
        """Take the terminal."""
        if self._writer is None and self._file is not None:
            self._writer = TerminalWriter(self._file.fileno(), self._file.encoding)
            self._writer.start()
        if isinstance(self._app, PacedApp):
            self._app.pace = self
        if self._wake is None:
            self._wake = os.pipe()
            sys.setswitchinterval(HAND_OVER)
        super().start_application_mode()
        # In turns of the loop: whatever a signal interrupts at once may hold the lock that it would need.
        self._loop.add_signal_handler(signal.SIGTSTP, self._sigtstp_application)
        self._loop.add_signal_handler(signal.SIGCONT, self._sigcont_application)

    def disable_input(self) -> None:
        """End the thread, and wait until it has ended."""
        if self._wake is not None and self._key_thread is not None:
            os.write(self._wake[1], b"\0")
        super().disable_input()
        self._key_thread = None

    def close(self) -> None:
        """Let go of the pipe and of the thread too."""
        super().close()
        if self._writer is not None:
            self._writer.stop()
            self._writer = None
        if self._wake is not None:
            for end in self._wake:
                os.close(end)
            self._wake = None

    def suspend_application_mode(self) -> None:
        """Give the terminal away."""
        super().suspend_application_mode()
        self._lent = True
        if self._typed_ahead is not None:
            self._typed_ahead.forget()

    def resume_application_mode(self) -> None:
        """Take it back."""
        self._lent = False
        super().resume_application_mode()

    def send_message(self, message: Message) -> None:
        """Hand an event over to the app; keys one after the other."""
        if isinstance(message, InputEvent):
            with suppress(RuntimeError):  # the loop has ended, as has the app
                self._loop.call_soon_threadsafe(self._take, message)
        else:
            super().send_message(message)

    def _take(self, event: InputEvent) -> None:
        if self._typed_ahead is None:
            self._typed_ahead = TypeAhead(self._app)
        self._typed_ahead.take(event)

    def write(self, data: str) -> None:
        """Write to the terminal while it is ours; all is drawn anew when it comes back."""
        if not self._lent and self._writer is not None:
            self._writer.write(data)

    def flush(self) -> None:
        """What was written is sent without it."""

    def _sigtstp_application(self, *_signal: object) -> None:
        """Give the terminal away, and stop."""
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_signal: object) -> None:
        """Take the terminal back; after a SIGSTOP it was not given away, and Textual's would take it twice."""
        if self._auto_restart:
            if not self._must_signal_resume:
                self.suspend_application_mode()
                self._must_signal_resume = True
            self.resume_application_mode()

    def run_input_thread(self) -> None:
        """Turn what is typed into events. Runs in a thread."""
        if self._wake is None:
            return
        parser = XTermParser(self._debug)
        escapes = PastedEscapes()
        for typed in self._typed(self._wake[0]):
            text = escapes.feed(typed)
            for event in (*parser.feed(text), *parser.tick()) if text else parser.tick():
                self.process_message(event)
        with suppress(EOFError, ParseError):
            list(parser.feed(""))

    def _typed(self, wake: int) -> Iterator[str]:
        """What is typed, and an empty text now and then, until there is something in the pipe."""
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        # A lone Escape is one when nothing has followed it for this long; the parser asks to be told.
        pause = min(0.1, constants.ESCAPE_DELAY)
        watched = [wake, self.fileno]
        while wake not in (ready := select.select(watched, [], [], pause)[0]):
            data = _read(self.fileno) if ready else b""
            if ready and not data:
                # The terminal is gone: `hangup` ends the dashboard.
                watched.remove(self.fileno)
            yield decode(data)
        os.read(wake, 1)


def _read(descriptor: int) -> bytes:
    """What was typed; nothing where the terminal is gone."""
    try:
        return os.read(descriptor, READ_AT_ONCE)
    except OSError:
        return b""
