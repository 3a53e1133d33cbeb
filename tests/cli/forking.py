"""A process that has loaded what commands load, and forks for each of them: Python's start is paid for once.

A command is a process all the same: it has a pid, streams, environment, folder, signals and an end of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import sys
from typing import Never

import msgspec

from k8s_sandbox_tui import __main__ as program

_LENGTH = 4


class Command(msgspec.Struct):
    """One run of the program; its three standard streams go along as descriptors."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str


def ask(server: socket.socket, command: Command, streams: tuple[int, int, int]) -> int:
    """Has a command started with these standard streams and returns its pid; its exit code is the next answer."""
    message = msgspec.json.encode(command)
    socket.send_fds(server, [len(message).to_bytes(_LENGTH, "big")], streams)
    server.sendall(message)
    return answer(server)


def answer(server: socket.socket) -> int:
    """Returns the next answer.

    Raises:
        TimeoutError: None came within the time limit of the socket.
        EOFError: The server has ended.
    """
    return int.from_bytes(_exactly(server, _LENGTH), "big", signed=True)


def _exactly(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = source.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def serve(client: socket.socket) -> None:
    """Runs one command after the other, each in a fork, and ends with the client."""
    while True:
        length, streams, _, _ = socket.recv_fds(client, _LENGTH, 3)
        if not length:
            return
        command = msgspec.json.decode(_exactly(client, int.from_bytes(length, "big")), type=Command)
        loaded, told = os.pipe()
        child = os.fork()
        if child == 0:
            client.close()
            os.close(loaded)
            _run(command, streams, told)
        for descriptor in (*streams, told):
            os.close(descriptor)
        client.sendall(child.to_bytes(_LENGTH, "big", signed=True))
        with os.fdopen(loaded) as names:
            modules = names.read().split()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        client.sendall(code.to_bytes(_LENGTH, "big", signed=True))
        # What this one had to load, the next one finds there.
        for name in modules:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def _run(command: Command, streams: list[int], told: int) -> Never:
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    # Those that Python made at its start were for what the server had as its streams.
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    os.environ.clear()
    os.environ.update(command.environment)
    os.chdir(command.folder)
    sys.argv = [program.__file__, *command.arguments]
    known = set(sys.modules)
    try:
        code = program.main()
    except SystemExit as ended:
        if not isinstance(ended.code, int):
            raise
        code = ended.code
    sys.stdout.flush()
    with os.fdopen(told, "w") as names:
        names.write("\n".join(name for name in sys.modules if name not in known))
    # To take apart all that the server had loaded takes twice as long as most commands do.
    os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked)
