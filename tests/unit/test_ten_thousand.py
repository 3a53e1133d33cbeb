"""Ten thousand of each: frames cut anywhere, Pods and kubeconfigs with anything in them, terminal outputs."""

from __future__ import annotations

import copy
import random
import re
import secrets
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from rich.console import Console
from rich.style import Style

from k8s_sandbox_tui.dashboard.console.layout import Row as OutputRow
from k8s_sandbox_tui.dashboard.console.layout import RowKind
from k8s_sandbox_tui.dashboard.console.line import MAX_LINE
from k8s_sandbox_tui.dashboard.console.model import CommandCard
from k8s_sandbox_tui.dashboard.console.paint import COMPONENTS, Look, paint
from k8s_sandbox_tui.dashboard.inside.pages import summary_page, yaml_page
from k8s_sandbox_tui.dashboard.inside.why import explain
from k8s_sandbox_tui.dashboard.looks import status_text, tone_of
from k8s_sandbox_tui.dashboard.row import Row
from k8s_sandbox_tui.dashboard.sanitize import OutputSanitizer, sanitize_line
from k8s_sandbox_tui.dashboard.table.columns import COLUMNS, cell_text
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target
from k8s_sandbox_tui.provider.errors import ConfigError
from k8s_sandbox_tui.provider.exec.protocol import V4, V5, ExecProtocol, Output
from k8s_sandbox_tui.provider.exec.spdy_protocol import SpdyExecProtocol
from k8s_sandbox_tui.provider.forward.helper.mux import Frame, Kind, MuxReader, encode
from k8s_sandbox_tui.provider.info import sandbox_info
from k8s_sandbox_tui.provider.models import SandboxStatus
from k8s_sandbox_tui.provider.wire import UnreadableAnswerError, decode_event, decode_pod, decode_pod_list
from k8s_sandbox_tui.spdy import frames as spdy
from tests.unit.exec.test_exec_protocol import EXIT_7, SUCCESS
from tests.unit.exec.test_exec_spdy_protocol import ERROR, STDERR, STDOUT, accepted
from tests.unit.provider.api_server import recordings
from tests.unit.test_sanitize import HOSTILE, UNSAFE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANY = 10_000
SGR = re.compile("\x1b\\[[0-9;]*m")
"""The one escape sequence that may reach the terminal."""
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def chance() -> random.Random:
    """Chance that a failed test tells how to repeat."""
    seed = secrets.randbits(32)
    sys.stdout.write(f"seed {seed}\n")
    return random.Random(seed)


def cut(chance: random.Random, data: bytes) -> Iterator[bytes]:
    """Pieces of it, cut anywhere."""
    at = 0
    while at < len(data):
        size = chance.choice((1, 2, 7, 40, 300))
        yield data[at : at + size]
        at += size


def test_frame_splits(chance: random.Random) -> None:
    for number in range(MANY):
        status = chance.choice((SUCCESS, EXIT_7))
        outputs = [
            (chance.choice(("stdout", "stderr")), chance.randbytes(chance.randrange(1, 60)))
            for _ in range(chance.randrange(5))
        ]
        match number % 3:
            case 0:
                by_websocket(chance, outputs, status)
            case 1:
                by_spdy(chance, outputs, status)
            case _:
                forwarded(chance, outputs)


def by_websocket(chance: random.Random, outputs: list[tuple[str, bytes]], status: bytes) -> None:
    protocol = ExecProtocol(chance.choice((V4, V5)))
    got = {"stdout": b"", "stderr": b""}
    for stream, data in outputs:
        for piece in cut(chance, data):
            event = protocol.receive((b"\x01" if stream == "stdout" else b"\x02") + piece)
            assert isinstance(event, Output)
            got[event.stream] += event.data
    for piece in cut(chance, status):
        protocol.receive(b"\x03" + piece)
    expected = {stream: b"".join([data for one, data in outputs if one == stream]) for stream in got}
    closed = protocol.receive_close().status
    assert closed is not None
    assert (got, closed.exit_code) == (expected, 0 if status is SUCCESS else 7)


def by_spdy(chance: random.Random, outputs: list[tuple[str, bytes]], status: bytes) -> None:
    streams = {"stdout": STDOUT, "stderr": STDERR}
    sent = b"".join([spdy.data(streams[stream], data) for stream, data in outputs])
    sent += spdy.data(ERROR, status) + b"".join([spdy.reset(one, 5) for one in (ERROR, STDOUT, STDERR)])
    protocol = accepted(SpdyExecProtocol(stdin=True, tty=False))
    for piece in cut(chance, sent):
        protocol.feed(piece)
    got: list[tuple[str, bytes]] = []
    while (event := protocol.next_event()) is not None:
        assert isinstance(event, Output)
        got.append((event.stream, bytes(event.data)))
    closed = protocol.closed().status
    assert closed is not None
    assert (got, closed.exit_code) == (outputs, 0 if status is SUCCESS else 7)


def forwarded(chance: random.Random, outputs: list[tuple[str, bytes]]) -> None:
    frames = [Frame(chance.choice(list(Kind)), chance.randrange(2**32), data) for _, data in outputs]
    reader = MuxReader()
    sent = b"".join([encode(*frame) for frame in frames])
    assert [frame for piece in cut(chance, sent) for frame in reader.feed(piece)] == frames


ODD: list[object] = [
    None, "", 0, -1, 2**70, 1.5, True, [], {}, [None], ["x"], {"x": None}, "Running", "2026-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z", "x" * 5000, "\x1b]52;c;AAAA\x07", "[/x]", "\u202e", "漢" * 200, [{}], {"a": {"b": []}},
]  # fmt: skip
"""What stands where something else is expected."""


def changed(chance: random.Random, document: object) -> object:
    """The same with something odd in one to four places, or with something left out there."""
    document = copy.deepcopy(document)
    for _ in range(chance.randrange(1, 5)):
        node = document
        while places := list(_places(node)):
            inside, place = cast("dict[object, object]", node), chance.choice(places)
            if list(_places(inside[place])) and chance.random() < 0.75:
                node = inside[place]
                continue
            if chance.random() < 0.3:
                del inside[place]
            else:
                inside[place] = copy.deepcopy(chance.choice(ODD))
            break
    return document


def _places(node: object) -> Iterable[object]:
    """The keys or indices of what is in it."""
    if isinstance(node, dict):
        return cast("dict[object, object]", node)
    return range(len(cast("list[object]", node))) if isinstance(node, list) else ()


def test_pod_objects(chance: random.Random) -> None:
    recorded = list(recordings().pods.values())
    read = 0
    for _ in range(MANY):
        pod = changed(chance, chance.choice(recorded))
        body = msgspec.json.encode(pod)
        with suppress(UnreadableAnswerError):
            decode_event(b'{"type":"MODIFIED","object":%b}' % body)
        assert len(decode_pod_list(b'{"items":[%b]}' % body).items or ()) <= 1
        try:
            info = sandbox_info(decode_pod(body))
        except UnreadableAnswerError:
            continue
        read += 1
        assert info.status in SandboxStatus
        row = Row(info)
        assert all(isinstance(cell_text(column, row, NOW), str) for column in COLUMNS)
        for column in COLUMNS:
            hash(column.key(row))
        assert status_text(info)
        assert tone_of(info)
        whole = cast("dict[str, object]", pod) if isinstance(pod, dict) else {}
        pages = [summary_page(info, whole, explain(info), NOW, masked=bool(read % 2))]
        if read % 100 == 0:
            # A hundred times slower than all else.
            pages.append(yaml_page(whole, masked=bool(read % 200)))
        assert all(UNSAFE.search(line.text) is None for page in pages for line in page.lines)
    assert read > MANY // 2, "most of them can be read"


KUBECONFIG: dict[str, object] = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "a",
    "clusters": [{"name": "a", "cluster": {"server": "https://a.example:6443", "insecure-skip-tls-verify": True}}],
    "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a", "namespace": "team"}}],
    "users": [
        {"name": "a", "user": {"token": "t", "username": "u", "password": "p", "as": "x", "as-groups": ["g"]}},
        {"name": "b", "user": {"exec": {"apiVersion": "v1", "command": "x", "args": ["y"], "env": [{"name": "n"}]}}},
    ],
}


def test_kubeconfigs(chance: random.Random) -> None:
    taken = 0
    for _ in range(MANY):
        text = msgspec.json.encode(changed(chance, KUBECONFIG)).decode()
        if chance.random() < 0.2:
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(("", "\x00", "{", ": ", "\t", "!!x ", "&a *a", "\ud800")) + text[at + 1 :]
        try:
            target = load_target(raw=text, context=chance.choice(("", "a", "b")), environ={})
        except ConfigError:
            continue
        taken += 1
        assert target.context
    assert taken > MANY // 20, "some of them can be used"


def test_terminal_outputs(chance: random.Random) -> None:
    card = CommandCard(command="x", sandbox_id="default/web", uid="u", started_at=NOW)
    look = Look(80, dict.fromkeys(COMPONENTS, Style()))
    terminal = Console(color_system="truecolor", force_terminal=True)
    for _ in range(MANY):
        parts = [
            chance.choice(HOSTILE).encode("utf-8", "surrogatepass")
            if chance.random() < 0.8
            else chance.randbytes(chance.randrange(1, 12))
            for _ in range(chance.randrange(1, 25))
        ]
        output = b"".join(parts)
        whole, pieces = OutputSanitizer(), OutputSanitizer()
        lines = [*whole.feed(output), *whole.finish()]
        assert [*(line for piece in cut(chance, output) for line in pieces.feed(piece)), *pieces.finish()] == lines
        for line in lines:
            assert len(line.text) <= MAX_LINE
            written = paint(OutputRow(card, RowKind.LINE, line), look).render(terminal)
            assert UNSAFE.search(SGR.sub("", written)) is None, written
        assert UNSAFE.search(sanitize_line(output.decode("utf-8", "replace"))) is None
