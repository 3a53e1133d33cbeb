"""The recording of a real cluster as test data: what to send, what to expect, and what may differ."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

_FILE = Path(__file__).parents[1] / "data" / "real-kubernetes" / "exchanges.json"

# The recorded Pods take five seconds to die and three to expire; a replay need not wait so long.
_FASTER = (
    (rb'"(terminationGracePeriodSeconds|deletionGracePeriodSeconds)": 5\b', rb'"\1": 1'),
    (rb'"activeDeadlineSeconds": 3\b', rb'"activeDeadlineSeconds": 1'),
)

_TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_VALUES: dict[str, str] = {
    "uid": "<uid>",
    "resourceVersion": "<version>",
    "continue": "<token>",
    "containerID": "<container>",
    "imageID": "<image>",
    "podIP": "<ip>",
    "hostIP": "<ip>",
    "ip": "<ip>",
    "nodeName": "<node>",
    "host": "<node>",
    "serverAddress": "<address>",
    "gitCommit": "<build>",
    "goVersion": "<build>",
    "compiler": "<build>",
    "platform": "<build>",
}
_TEXTS = (
    (re.compile(r"kube-api-access-[a-z0-9]{5}"), "kube-api-access-*****"),
    (re.compile(r"golden-gen-[a-z0-9]{5}"), "golden-gen-*****"),
    (re.compile(r"(golden-[a-z]+)\.[0-9a-f]{16}"), r"\1.<stamp>"),
    (re.compile(r"lab-node|local-node"), "<node>"),
    (re.compile(r"default-scheduler-\S+"), "default-scheduler-<node>"),
    (re.compile(r"too old resource version: 1 \(\d+\)"), "too old resource version: 1 (<version>)"),
    (re.compile(r"current: \d+"), "current: <version>"),
)


class Request(msgspec.Struct):
    """What was sent."""

    method: str = "GET"
    path: str = ""
    headers: dict[str, str] = {}
    body: msgspec.Raw = msgspec.Raw(b"null")


class Response(msgspec.Struct):
    """What was answered."""

    status: int = 0
    content_type: str | None = None
    body: msgspec.Raw = msgspec.Raw(b"null")
    events: list[msgspec.Raw] = []


class Frame(msgspec.Struct):
    """A message of an exec, or its end."""

    dir: str
    b64: str = ""
    channel: int | None = None
    len: int = 0
    control: str = ""
    code: int = 0

    @property
    def data(self) -> bytes:
        """The message, its channel first; the server's are cut after 400 bytes."""
        return base64.b64decode(self.b64)


class ExecRequest(msgspec.Struct):
    """What was asked for."""

    command: list[str]
    protocols_offered: list[str]
    stdin: bool
    tty: bool


class ExecResponse(msgspec.Struct):
    """What came of it."""

    protocol: str | None
    frames: list[Frame]


class ExecExchange(msgspec.Struct):
    """One exec over a WebSocket."""

    name: str
    request: ExecRequest
    response: ExecResponse


class Exchange(msgspec.Struct):
    """One request and its answer."""

    name: str
    identity: str | None = None
    request: Request = msgspec.field(default_factory=Request)
    response: Response = msgspec.field(default_factory=Response)

    @property
    def sent(self) -> JsonValue | bytes:
        """The body of the request; text that is no JSON object as bytes."""
        value = cast("JsonValue", msgspec.json.decode(self.request.body))
        return value.encode() if isinstance(value, str) else value

    @property
    def answered(self) -> JsonValue:
        """The body of the answer."""
        return cast("JsonValue", msgspec.json.decode(self.response.body))

    @property
    def events(self) -> list[JsonObject]:
        """The events of a watch."""
        return [cast("JsonObject", msgspec.json.decode(event)) for event in self.response.events]


def http_exchanges() -> list[Exchange]:
    """All recorded exchanges but those of exec over WebSocket."""
    data = _FILE.read_bytes()
    for pattern, replacement in _FASTER:
        data = re.sub(pattern, replacement, data)
    return [exchange for exchange in msgspec.json.decode(data, type=list[Exchange]) if exchange.request.path]


def exec_exchanges() -> list[ExecExchange]:
    """All recorded execs that were upgraded."""
    recorded = msgspec.json.decode(_FILE.read_bytes(), type=list[dict[str, msgspec.Raw]])
    execs = [one for one in recorded if b'"frames"' in bytes(one.get("response", b""))]
    return [msgspec.json.decode(msgspec.json.encode(one), type=ExecExchange) for one in execs]


class FailedHandshake(msgspec.Struct):
    """A WebSocket that was refused: what was asked for, and how the client told of the refusal."""

    query: str
    protocol: str
    status: int
    connection: str


def failed_handshake(name: str) -> FailedHandshake:
    """A recorded refusal; of these the recording has the client's error alone."""
    recorded = msgspec.json.decode(_FILE.read_bytes(), type=list[dict[str, msgspec.Raw]])
    errors = {msgspec.json.decode(one["name"]): msgspec.json.decode(one["error"]) for one in recorded if "error" in one}
    found = re.search(
        r"exec\?(\S+)'\), method='GET'.*'Sec-WebSocket-Protocol': '([^']+)'.*, status=(\d+),.*'Connection': '(\w+)'",
        str(errors[name]),
    )
    assert found is not None
    query, protocol, status, connection = found.groups()
    return FailedHandshake(query, protocol, int(status), connection)


def normal(value: JsonValue) -> JsonValue:
    """A body without what must differ between two clusters: uids, times, versions, addresses, managedFields."""
    if isinstance(value, dict):
        return {key: _member(key, member) for key, member in value.items() if key != "managedFields"}
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, str):
        value = _TIMES.sub("<time>", value)
        for pattern, replacement in _TEXTS:
            value = pattern.sub(replacement, value)
    return value


def _member(key: str, value: JsonValue) -> JsonValue:
    if key in _VALUES and isinstance(value, str) and (value or _VALUES[key] == "<build>"):
        return _VALUES[key]
    return normal(value)


def differences(expected: JsonValue, actual: JsonValue, path: str = "") -> list[str]:
    """The paths at which two normal bodies differ, with both values."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        found: list[str] = []
        for key in sorted(expected.keys() | actual.keys()):
            where = f"{path}.{key}" if path else key
            if key not in actual:
                found.append(f"{where}: missing, expected {_short(expected[key])}")
            elif key not in expected:
                found.append(f"{where}: unexpected {_short(actual[key])}")
            else:
                found += differences(expected[key], actual[key], where)
        return found
    if isinstance(expected, list) and isinstance(actual, list):
        found = [] if len(expected) == len(actual) else [f"{path}: {len(actual)} items, expected {len(expected)}"]
        for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
            found += differences(left, right, f"{path}[{index}]")
        return found
    return [] if expected == actual else [f"{path}: {_short(actual)}, expected {_short(expected)}"]


def served(recorded: JsonValue, answered: JsonValue) -> JsonValue:
    """What was recorded, without what the answer has no counterpart for: groups, resources, their parts and verbs."""
    if isinstance(recorded, dict) and isinstance(answered, dict):
        return {key: served(value, answered.get(key)) for key, value in recorded.items()}
    if not (isinstance(recorded, list) and isinstance(answered, list)):
        return recorded
    counterparts = {_identity(item): item for item in answered}
    return [served(item, counterparts[_identity(item)]) for item in recorded if _identity(item) in counterparts]


def _identity(item: JsonValue) -> JsonValue:
    """The name of a part of a discovery document; of what has none the item itself."""
    if not isinstance(item, dict):
        return item
    return next((item[key] for key in ("name", "resource", "subresource") if key in item), "")


def _short(value: JsonValue) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) < 200 else f"{text[:200]}…"
