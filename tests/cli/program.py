"""The commands as a person or a script starts them: as processes."""

from __future__ import annotations

import atexit
import functools
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cli import forking

if TYPE_CHECKING:
    from collections.abc import Mapping

# A start of its own: what is needed where a test sends signals, or gives a terminal or a file as a stream.
PROGRAM = [sys.executable, "-m", "k8s_sandbox_tui"]

_DEADLINE = 60.0


@functools.cache
def _forks() -> socket.socket:
    """The process that forks for the commands of these tests, as its client sees it."""
    client, server = socket.socketpair()
    # Without the folder of the script in the path, where modules of ours would hide others.
    command = [sys.executable, "-P", forking.__file__, str(server.fileno())]
    with server:
        # Its own standard streams are of no use to it and nobody's.
        process = subprocess.Popen(
            command, pass_fds=[server.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
    client.settimeout(_DEADLINE)

    def end() -> None:
        client.close()
        process.wait(_DEADLINE)

    atexit.register(end)
    return client


def run(
    *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs one command to its end, in a process of its own; its output is decoded as UTF-8, whatever the locale.

    Raises:
        TimeoutExpired: It did not end.
    """
    command = forking.Command(list(arguments), {**os.environ, **(environment or {})}, str(Path.cwd()))
    (inside, fed), (printed, out), (complained, err) = os.pipe(), os.pipe(), os.pipe()
    server = _forks()
    pid = forking.ask(server, command, (inside, out, err))
    for descriptor in (inside, out, err):
        os.close(descriptor)
    with ThreadPoolExecutor(2) as pool:
        output, complaints = pool.submit(_read, printed), pool.submit(_read, complained)
        with suppress(BrokenPipeError), os.fdopen(fed, "wb") as opened:
            opened.write(stdin)
        try:
            code = forking.answer(server)
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            forking.answer(server)
            raise subprocess.TimeoutExpired(arguments, _DEADLINE) from None
        return subprocess.CompletedProcess(
            arguments, code, output.result().decode(), complaints.result().decode(errors="replace")
        )


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read()
