"""The few protobuf bodies that kubectl sends, as JSON objects.

Client-go prefers protobuf for typed clients and does not retry in JSON. Field numbers are
those of the `generated.proto` files of `k8s.io/api` and `k8s.io/apimachinery`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request, unsupported_media_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

_MAGIC = b"k8s\0"


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a message: its JSON name and what its bytes stand for."""

    name: str
    kind: Literal["string", "strings", "int", "bool", "message", "messages", "map", "int or string"]
    message: Mapping[int, _Field] | None = None


_META: Mapping[int, _Field] = {
    1: _Field("name", "string"),
    2: _Field("generateName", "string"),
    3: _Field("namespace", "string"),
    5: _Field("uid", "string"),
    6: _Field("resourceVersion", "string"),
    11: _Field("labels", "map"),
    12: _Field("annotations", "map"),
    14: _Field("finalizers", "strings"),
}
_DELETE_OPTIONS: Mapping[int, _Field] = {
    1: _Field("gracePeriodSeconds", "int"),
    2: _Field("preconditions", "message", {1: _Field("uid", "string"), 2: _Field("resourceVersion", "string")}),
    3: _Field("orphanDependents", "bool"),
    4: _Field("propagationPolicy", "string"),
    5: _Field("dryRun", "strings"),
}
_RESOURCE_ATTRIBUTES: Mapping[int, _Field] = {
    1: _Field("namespace", "string"),
    2: _Field("verb", "string"),
    3: _Field("group", "string"),
    4: _Field("version", "string"),
    5: _Field("resource", "string"),
    6: _Field("subresource", "string"),
    7: _Field("name", "string"),
}
_PATH_ATTRIBUTES: Mapping[int, _Field] = {1: _Field("path", "string"), 2: _Field("verb", "string")}
_OBJECT_REFERENCE: Mapping[int, _Field] = {
    1: _Field("kind", "string"),
    2: _Field("apiVersion", "string"),
    3: _Field("name", "string"),
    4: _Field("uid", "string"),
}
_RULE: Mapping[int, _Field] = {
    1: _Field("verbs", "strings"),
    2: _Field("apiGroups", "strings"),
    3: _Field("resources", "strings"),
    4: _Field("resourceNames", "strings"),
    5: _Field("nonResourceURLs", "strings"),
}
_ROLE: Mapping[int, _Field] = {1: _Field("metadata", "message", _META), 2: _Field("rules", "messages", _RULE)}
_SUBJECT: Mapping[int, _Field] = {
    1: _Field("kind", "string"),
    2: _Field("apiGroup", "string"),
    3: _Field("name", "string"),
    4: _Field("namespace", "string"),
}
_ROLE_REF: Mapping[int, _Field] = {
    1: _Field("apiGroup", "string"),
    2: _Field("kind", "string"),
    3: _Field("name", "string"),
}
_BINDING: Mapping[int, _Field] = {
    1: _Field("metadata", "message", _META),
    2: _Field("subjects", "messages", _SUBJECT),
    3: _Field("roleRef", "message", _ROLE_REF),
}
_SERVICE_PORT: Mapping[int, _Field] = {
    1: _Field("name", "string"),
    2: _Field("protocol", "string"),
    3: _Field("port", "int"),
    4: _Field("targetPort", "int or string"),
}
_SERVICE_SPEC: Mapping[int, _Field] = {
    1: _Field("ports", "messages", _SERVICE_PORT),
    2: _Field("selector", "map"),
    3: _Field("clusterIP", "string"),
    4: _Field("type", "string"),
    7: _Field("sessionAffinity", "string"),
    10: _Field("externalName", "string"),
    17: _Field("ipFamilyPolicy", "string"),
    18: _Field("clusterIPs", "strings"),
    19: _Field("ipFamilies", "strings"),
    22: _Field("internalTrafficPolicy", "string"),
}
_MESSAGES: Mapping[str, Mapping[int, _Field]] = {
    "DeleteOptions": _DELETE_OPTIONS,
    "Service": {1: _Field("metadata", "message", _META), 2: _Field("spec", "message", _SERVICE_SPEC)},
    "Namespace": {
        1: _Field("metadata", "message", _META),
        2: _Field("spec", "message", {1: _Field("finalizers", "strings")}),
    },
    "Eviction": {1: _Field("metadata", "message", _META), 2: _Field("deleteOptions", "message", _DELETE_OPTIONS)},
    "ServiceAccount": {
        1: _Field("metadata", "message", _META),
        2: _Field("secrets", "messages", {3: _Field("name", "string")}),
        3: _Field("imagePullSecrets", "messages", {1: _Field("name", "string")}),
        4: _Field("automountServiceAccountToken", "bool"),
    },
    "TokenRequest": {
        1: _Field("metadata", "message", _META),
        2: _Field(
            "spec",
            "message",
            {
                1: _Field("audiences", "strings"),
                3: _Field("boundObjectRef", "message", _OBJECT_REFERENCE),
                4: _Field("expirationSeconds", "int"),
            },
        ),
    },
    "SelfSubjectAccessReview": {
        2: _Field(
            "spec",
            "message",
            {
                1: _Field("resourceAttributes", "message", _RESOURCE_ATTRIBUTES),
                2: _Field("nonResourceAttributes", "message", _PATH_ATTRIBUTES),
            },
        ),
    },
    "SelfSubjectRulesReview": {2: _Field("spec", "message", {1: _Field("namespace", "string")})},
    "SelfSubjectReview": {},
    "Role": _ROLE,
    "ClusterRole": _ROLE,
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
}
_UNKNOWN: Mapping[int, _Field] = {
    1: _Field("typeMeta", "message", {1: _Field("apiVersion", "string"), 2: _Field("kind", "string")}),
}
_RAW = 2


def decode(data: bytes) -> JsonObject:
    """Reads a `runtime.Unknown` envelope and the object in it.

    Raises:
        StatusError: 400, it is malformed; 415, the object is of a kind that has to be sent as JSON.
    """
    if not data.startswith(_MAGIC):
        raise bad_request("the object provided is unrecognized: it does not begin with the protobuf prefix")
    try:
        envelope = _message(data[4:], _UNKNOWN)
        raw = b"".join(value for number, value in _fields(data[4:]) if number == _RAW and isinstance(value, bytes))
        type_meta = envelope.get("typeMeta")
        kind = type_meta.get("kind") if isinstance(type_meta, dict) else None
        if not isinstance(type_meta, dict) or not isinstance(kind, str) or kind not in _MESSAGES:
            why = "the local cluster does not read this kind from protobuf; kubectl apply and create -f send JSON"
            raise unsupported_media_type("application/json, application/yaml", why)
        return {**type_meta, **_message(raw, _MESSAGES[kind])}
    except (IndexError, UnicodeDecodeError) as error:
        raise bad_request("the object provided is unrecognized: unexpected EOF in protobuf") from error


def _message(data: bytes, schema: Mapping[int, _Field]) -> JsonObject:
    result: JsonObject = {}
    for number, value in _fields(data):
        field = schema.get(number)
        if field is None:
            continue
        if field.kind == "int" and isinstance(value, int):
            result[field.name] = value - (1 << 64) if value >> 63 else value
        elif field.kind == "bool":
            result[field.name] = bool(value)
        elif isinstance(value, bytes):
            _put_bytes(result, field, value)
    return result


def _put_bytes(result: JsonObject, field: _Field, value: bytes) -> None:
    if field.kind == "string":
        if value:
            result[field.name] = value.decode()
    elif field.kind == "strings":
        items: list[JsonValue] = [value.decode()]
        known = result.get(field.name)
        result[field.name] = [*known, *items] if isinstance(known, list) else items
    elif field.kind == "message":
        result[field.name] = _message(value, field.message or {})
    elif field.kind == "int or string":
        # Which of the two it is stands first; 0 is a number, and is left out.
        both = _message(value, {1: _Field("type", "int"), 2: _Field("int", "int"), 3: _Field("string", "string")})
        result[field.name] = both.get("string" if both.get("type") else "int", 0)
    elif field.kind == "messages":
        found = result.setdefault(field.name, [])
        if isinstance(found, list):
            found.append(_message(value, field.message or {}))
    else:
        entry = _message(value, {1: _Field("key", "string"), 2: _Field("value", "string")})
        key = entry.get("key", "")
        members = result.setdefault(field.name, {})
        if isinstance(members, dict) and isinstance(key, str):
            members[key] = entry.get("value", "")


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: numbers for varints, bytes for everything with a length."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, position = _varint(data, position)
            yield number, value
        elif wire == 2:
            length, position = _varint(data, position)
            if position + length > len(data):
                raise IndexError
            yield number, data[position : position + length]
            position += length
        elif wire in {1, 5}:
            position += 8 if wire == 1 else 4
        else:
            raise IndexError


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise IndexError
