"""The remote command protocol without its sockets: queries, subprotocols, channels, statuses.

The rules are those of the API server's and kubelet's `remotecommand` packages, version 1.33; the texts are recorded.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PAYLOAD_BYTES = 32 * 1024
"""Of one message from the server: the size of the copy buffer of Go."""
MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""Of one message from the client: the limit of Go's WebSocket package."""
NO_STREAMS = "you must specify at least 1 of stdin, stdout, stderr"


class Channel(IntEnum):
    """The first byte of each message."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    STATUS = 3
    RESIZE = 4
    CLOSE = 255


class Protocol(Enum):
    """What a client may speak."""

    V5 = "v5.channel.k8s.io"
    V4 = "v4.channel.k8s.io"
    V3 = "v3.channel.k8s.io"
    V2 = "v2.channel.k8s.io"
    V1 = "channel.k8s.io"
    UNNAMED = ""

    @property
    def translated(self) -> bool:
        """Whether the API server takes the WebSocket itself; the older ones go through to the kubelet."""
        return self is Protocol.V5


@dataclass(frozen=True, slots=True)
class CommandQuery:
    """The options of PodExecOptions and PodAttachOptions, as they stand in a query."""

    command: tuple[str, ...]
    container: str
    stdin: bool
    stdout: bool
    stderr: bool
    tty: bool

    @property
    def has_stream(self) -> bool:
        """Whether at least one stream is asked for."""
        return self.stdin or self.stdout or self.stderr

    @property
    def first_channel(self) -> Channel:
        """Where the empty message goes that says that the connection is made: the lowest that the server writes."""
        if self.stdout:
            return Channel.STDOUT
        return Channel.STDERR if self.stderr and not self.tty else Channel.STATUS


def parse_query(query: str) -> CommandQuery:
    """Reads a raw query string. Bytes that are not UTF-8 are kept, as surrogates."""
    values = parse_qs(query, keep_blank_values=True, errors="surrogateescape", max_num_fields=100_000)
    tty = _flag(values.get("tty"))
    return CommandQuery(
        command=tuple(values.get("command", ())),
        container=values.get("container", [""])[0],
        stdin=_flag(values.get("stdin")),
        stdout=_flag(values.get("stdout")),
        stderr=_flag(values.get("stderr")) and not tty,
        tty=tty,
    )


SPDY_PROTOCOLS = (Protocol.V4, Protocol.V3, Protocol.V2, Protocol.V1)
"""What a kubelet speaks over SPDY: there, the end of a stream needs no word of its own."""
_WEBSOCKET_PROTOCOLS = (Protocol.V5, Protocol.V4, Protocol.V1)


def choose_protocol(offered: Sequence[str]) -> Protocol | None:
    """Picks the newest of those offered for a WebSocket; None: none of them is known."""
    if not offered:
        return Protocol.UNNAMED
    return next((protocol for protocol in _WEBSOCKET_PROTOCOLS if protocol.value in offered), None)


def choose_spdy_protocol(offered: Sequence[str]) -> Protocol | None:
    """Picks the first of those offered for SPDY that is known; None: none of them is."""
    if not offered:
        return Protocol.UNNAMED
    known = {protocol.value: protocol for protocol in SPDY_PROTOCOLS}
    return next((known[name] for name in offered if name in known), None)


def closes_stdin(protocol: Protocol, message: bytes) -> bool:
    """Whether a client's message ends the input; only v5 has one that does."""
    return protocol is Protocol.V5 and message == bytes((Channel.CLOSE, Channel.STDIN))


class TerminalSize(msgspec.Struct):
    """The payload of the resize channel, in characters."""

    columns: int = msgspec.field(name="Width")
    rows: int = msgspec.field(name="Height")


def parse_size(payload: bytes) -> TerminalSize | None:
    """Reads a terminal's size; None when it is none."""
    try:
        size = msgspec.json.decode(payload, type=TerminalSize)
    except msgspec.DecodeError:
        return None
    return size if 0 <= size.columns <= 0xFFFF and 0 <= size.rows <= 0xFFFF else None


def exit_status(protocol: Protocol, code: int) -> bytes:
    """The last payload: how the command ended. Empty where the protocol has no word for success."""
    if code == 0:
        return b"" if _is_text(protocol) else _status({"metadata": {}, "status": "Success"})
    message = f"command terminated with non-zero exit code: command terminated with exit code {code}"
    if _is_text(protocol):
        return _text(message)
    return _status(
        {
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": "NonZeroExitCode",
            "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
        }
    )


def start_failure_status(protocol: Protocol, runtime_message: str) -> bytes:
    """The last payload where the runtime could not start the command.

    Args:
        protocol: How to put it.
        runtime_message: What the runtime says.
    """
    cause = "error executing command in container: failed to exec in container: "
    cause += f'failed to start exec "{secrets.token_hex(32)}": {runtime_message}'
    # The API server wraps what the kubelet has wrapped already.
    return error_status(protocol, f"Internal error occurred: {cause}" if protocol.translated else cause)


def error_status(protocol: Protocol, cause: str) -> bytes:
    """The last payload where there was no command to start, such as in a container that has ended."""
    message = f"Internal error occurred: {cause}"
    if _is_text(protocol):
        return _text(message)
    return _status(
        {
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": "InternalError",
            "details": {"causes": [{"message": cause}]},
            "code": 500,
        }
    )


def _flag(values: list[str] | None) -> bool:
    """As the API machinery reads a boolean: there, and neither `false` nor `0`."""
    return bool(values) and values[0].lower() not in ("false", "0")


def _is_text(protocol: Protocol) -> bool:
    return protocol not in (Protocol.V5, Protocol.V4)


def _status(status: dict[str, object]) -> bytes:
    return json.dumps(status, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def _text(message: str) -> bytes:
    return message.encode("utf-8", "replace")
