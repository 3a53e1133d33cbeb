"""The main process' input and outputs: the outputs go into its log, and both to whoever is attached."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.attachment import Attachment
from k8s_sandbox_tui.local_cluster.runtime.output_tap import OutputTap
from k8s_sandbox_tui.local_cluster.runtime.pod_log import PodLog
from k8s_sandbox_tui.local_cluster.runtime.podinit import wire
from k8s_sandbox_tui.local_cluster.runtime.types import PodGoneError

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec


class MainStreams:
    """Both ends of the main process' pipes, or the master of its terminal."""

    def __init__(self, spec: PodProcessSpec) -> None:
        """Opens the log, and pipes unless there is to be a terminal.

        Raises:
            OSError: There is no room for the log, or there are no descriptors left.
        """
        self._spec = spec
        self._log = PodLog(spec.state_dir / spec.log_name)
        self._attachments: list[Attachment] = []
        self._outputs: list[OutputTap] = []
        self._stdin: int | None = None
        self._theirs: list[int] = []
        self._ended = False
        try:
            if not spec.tty:
                self._open_pipes()
        except OSError:
            self.finish()
            raise

    def _open_pipes(self) -> None:
        if self._spec.stdin:
            reader, self._stdin = os.pipe()
            self._theirs.append(reader)
            os.set_blocking(self._stdin, False)
        for stream in (b"stdout", b"stderr"):
            reader, writer = os.pipe()
            self._theirs.append(writer)
            self._outputs.append(OutputTap(reader, stream, self._on_output))

    @property
    def log_path(self) -> Path:
        """Where the log is."""
        return self._log.path

    @property
    def flags(self) -> int:
        """What podinit is to be told of them."""
        if self._spec.tty:
            return wire.TTY
        return wire.STDIN * self._spec.stdin | wire.STDOUT | wire.STDERR

    def take_theirs(self) -> tuple[int, ...]:
        """The main process' ends, in podinit's order; who takes them closes them."""
        theirs, self._theirs = tuple(self._theirs), []
        return theirs

    def use_terminal(self, master: int) -> None:
        """Takes the master of the main process' terminal."""
        os.set_blocking(master, False)
        self._outputs.append(OutputTap(master, b"stdout", self._on_output))
        if self._spec.stdin:
            self._stdin = os.dup(master)

    def discard_log(self) -> None:
        """Deletes the log."""
        self._log.discard()

    async def log_grown(self) -> None:
        """Returns after the next write to the log, at once when it is complete."""
        await self._log.grown()

    def attach(self, *, stdin: bool, stdout: bool, stderr: bool) -> Attachment:
        """Hands what comes from now on to one more, and takes input from there.

        Raises:
            PodGoneError: The process has ended.
        """
        if self._ended:
            raise PodGoneError
        attachment = Attachment(
            stdin=self._stdin if stdin else None,
            terminal=self._outputs[0].descriptor if self._spec.tty and self._outputs else None,
            stdout=stdout,
            stderr=stderr and not self._spec.tty,
            on_input_end=self._on_input_end,
            on_leave=self._on_leave,
        )
        self._attachments.append(attachment)
        for output in self._outputs:
            if output.ended:
                attachment.on_output_end(output.stream)
        return attachment

    def finish(self) -> None:
        """Reads what is still in the pipes, then closes all. The processes have ended; may be called again."""
        self._ended = True
        for output in self._outputs:
            output.finish()
        self._outputs.clear()
        self._log.close()
        for attachment in self._attachments:
            attachment.on_end()
        self._attachments.clear()
        self._close_stdin()
        for descriptor in self._theirs:
            os.close(descriptor)
        self._theirs.clear()

    def _on_input_end(self, attachment: Attachment) -> None:
        if self._spec.stdin_once and not self._spec.tty:
            # The only input there will be has ended; the output of what it leads to is still wanted.
            self._close_stdin()
        else:
            self._forget(attachment)
            attachment.on_end()

    def _on_leave(self, attachment: Attachment) -> None:
        self._forget(attachment)
        if attachment.stdin_fd is not None and self._spec.stdin_once and not self._spec.tty:
            self._close_stdin()

    def _forget(self, attachment: Attachment) -> None:
        if attachment in self._attachments:
            self._attachments.remove(attachment)

    def _close_stdin(self) -> None:
        if self._stdin is not None:
            os.close(self._stdin)
            self._stdin = None

    def _on_output(self, output: OutputTap, data: bytes) -> None:
        if not data:
            for attachment in self._attachments:
                attachment.on_output_end(output.stream)
            return
        self._log.write(output.stream, data)
        for attachment in self._attachments:
            if not attachment.on_output(output.stream, data, output.resume):
                output.hold()
