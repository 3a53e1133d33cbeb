"""`/openapi/v2`: the document of version 3 as one of version 2; in protobuf, as kubectl before 1.28 asks, or in JSON.

Field numbers are those of gnostic's `OpenAPIv2.proto`; of each message, what kubectl reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue


CONTENT_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
ACCEPTED = {
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    # Its older name, as in the header of the answer.
    CONTENT_TYPE,
}
_V3, _V2 = "#/components/schemas/", "#/definitions/"
_METHODS = {"get": 2, "put": 3, "post": 4, "delete": 5, "patch": 8}
_EXTENSION = "x-kubernetes-"


def to_protobuf(document: JsonObject) -> bytes:
    """The document as `openapi.v2.Document`."""
    info = _object(document, "info")
    components = _object(_object(document, "components"), "schemas")
    paths = _object(document, "paths")
    return (
        _text(1, "2.0")
        + _bytes(2, _text(1, str(info.get("title"))) + _text(2, str(info.get("version"))))
        + _bytes(8, b"".join(_named(2, name, _path(item)) for name, item in _objects(paths)))
        + _bytes(9, b"".join(_named(1, name, _schema(schema)) for name, schema in _objects(components)))
    )


def to_json(document: JsonObject) -> bytes:
    """The document in JSON."""
    paths = {
        path: {method: _json_operation(operation) for method, operation in _objects(item)}
        for path, item in _objects(_object(document, "paths"))
    }
    definitions = _json_schema(_object(_object(document, "components"), "schemas"))
    version_2: JsonObject = {"swagger": "2.0", "info": document.get("info"), "paths": {**paths}}
    return json.encode({**version_2, "definitions": definitions})


def _json_operation(operation: JsonObject) -> JsonValue:
    parameters = operation.get("parameters")
    flat: list[JsonValue] = [
        {"name": each["name"], "in": each["in"], **_object(each, "schema")}
        for each in (parameters if isinstance(parameters, list) else [])
        if isinstance(each, dict)
    ]
    answer = _object(_object(operation, "responses"), "200")
    schema = _object(_object(_object(answer, "content"), "application/json"), "schema")
    answers: JsonObject = {"200": {"description": answer.get("description"), "schema": _json_schema(schema)}}
    kept = {name: value for name, value in operation.items() if name.startswith(_EXTENSION)}
    forms: JsonObject = {"consumes": ["application/json", "application/yaml"], "produces": ["application/json"]}
    return {**kept, **forms, "parameters": flat, "responses": answers}


def _json_schema(schema: JsonValue) -> JsonValue:
    if isinstance(schema, list):
        return [_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema.replace(_V3, _V2) if isinstance(schema, str) and schema.startswith(_V3) else schema
    parts = schema.get("allOf")
    if isinstance(parts, list) and parts:
        return _json_schema(parts[0])
    return {name: _json_schema(value) for name, value in schema.items()}


def _path(item: JsonObject) -> bytes:
    return b"".join(_bytes(_METHODS[method], _operation(operation)) for method, operation in _objects(item))


def _operation(operation: JsonObject) -> bytes:
    parameters = operation.get("parameters")
    names = [str(each["name"]) for each in parameters if isinstance(each, dict)] if isinstance(parameters, list) else []
    # A parameter, not of the body, of the query.
    wrapped = (
        _bytes(1, _bytes(2, _bytes(3, _text(2, "query") + _text(4, name) + _text(6, "string")))) for name in names
    )
    return b"".join(_bytes(8, parameter) for parameter in wrapped) + _extensions(13, operation)


def _schema(schema: JsonObject) -> bytes:
    reference = schema.get("$ref")
    parts = schema.get("allOf")
    if isinstance(parts, list) and parts and isinstance(parts[0], dict):
        reference = parts[0].get("$ref")
    if isinstance(reference, str):
        return _text(1, reference.replace(_V3, _V2))
    encoded = _text(4, description) if isinstance(description := schema.get("description"), str) else b""
    kind, members = schema.get("type"), schema.get("additionalProperties")
    if isinstance(members, dict):
        encoded += _bytes(21, _bytes(1, _schema(members)))
    # What may be anything has no type at all.
    if isinstance(kind, str) and "x-kubernetes-preserve-unknown-fields" not in schema:
        encoded += _bytes(22, _text(1, kind))
    if isinstance(items := schema.get("items"), dict):
        encoded += _bytes(23, _bytes(1, _schema(items)))
    if isinstance(properties := schema.get("properties"), dict):
        named = (_named(1, name, _schema(each)) for name, each in _objects(properties))
        encoded += _bytes(25, b"".join(named))
    return encoded + _extensions(31, schema)


def _extensions(number: int, owner: JsonObject) -> bytes:
    """As YAML, of which JSON is a part."""
    return b"".join(
        _named(number, name, _bytes(2, json.encode(value)))
        for name, value in owner.items()
        if name.startswith(_EXTENSION)
    )


def _named(number: int, name: str, value: bytes) -> bytes:
    return _bytes(number, _text(1, name) + _bytes(2, value))


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode())


def _bytes(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _object(owner: JsonObject, name: str) -> JsonObject:
    value = owner.get(name)
    return value if isinstance(value, dict) else {}


def _objects(owner: JsonObject) -> Iterable[tuple[str, JsonObject]]:
    return ((name, value) for name, value in owner.items() if isinstance(value, dict))
