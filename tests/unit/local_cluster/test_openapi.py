"""The schemas that kubectl reads: the same in both versions of OpenAPI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from k8s_sandbox_tui.local_cluster.api.openapi import openapi
from k8s_sandbox_tui.local_cluster.objects.status_error import PlainError
from tests.contract.cluster_client import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject

_CORE = "io.k8s.api.core.v1."


def _document(path: str) -> JsonObject:
    body = openapi(path).body
    assert isinstance(body, bytes)
    return cast("JsonObject", json.loads(body))


def _third_version() -> JsonObject:
    """The documents that the index names, as one."""
    paths: JsonObject = {}
    schemas: JsonObject = {}
    index = cast("dict[str, JsonObject]", _document("/openapi/v3")["paths"])
    assert index.keys() == {"api/v1", "apis/rbac.authorization.k8s.io/v1"}
    for entry in index.values():
        document = _document(str(entry["serverRelativeURL"]))
        paths |= cast("JsonObject", document["paths"])
        schemas |= cast("JsonObject", look(document, "components.schemas"))
    return {"paths": paths, "components": {"schemas": schemas}}


def _number(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a protobuf message that has nothing but texts and messages."""
    position = 0
    while position < len(data):
        tag, position = _number(data, position)
        assert tag & 7 == 2
        length, position = _number(data, position)
        yield tag >> 3, data[position : position + length]
        position += length
    assert position == len(data)


def _all(data: bytes, number: int) -> list[bytes]:
    return [value for found, value in _fields(data) if found == number]


def _named(data: bytes, number: int) -> dict[str, bytes]:
    """Pairs of a name and a message."""
    pairs = (dict(_fields(pair)) for pair in _all(data, number))
    return {pair[1].decode(): pair[2] for pair in pairs}


def test_both_versions_have_the_same_fields() -> None:
    answer = openapi("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf, application/json")
    assert answer.headers["Content-Type"] == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    assert isinstance(answer.body, bytes)
    definitions = _named(_all(answer.body, 9)[0], 1)
    schemas = cast("dict[str, JsonObject]", cast("JsonObject", _third_version()["components"])["schemas"])
    assert definitions.keys() == schemas.keys()
    for name, schema in schemas.items():
        properties = _all(definitions[name], 25)
        known = _named(properties[0], 1) if properties else {}
        assert known.keys() == cast("JsonObject", schema.get("properties", {})).keys()
    pod = _named(_all(definitions[f"{_CORE}Pod"], 25)[0], 1)
    assert _all(pod["spec"], 1) == [b"#/definitions/io.k8s.api.core.v1.PodSpec"]
    for group, name in (("", f"{_CORE}Pod"), ("rbac.authorization.k8s.io", "io.k8s.api.rbac.v1.Role")):
        kinds = _named(definitions[name], 31)["x-kubernetes-group-version-kind"]
        assert json.loads(_all(kinds, 2)[0]) == [{"group": group, "kind": name.rpartition(".")[2], "version": "v1"}]


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html, application/json;q=0.5"])
def test_the_second_version_in_json(accept: str | None) -> None:
    answer = openapi("/openapi/v2", accept)
    assert answer.headers["Content-Type"] == "application/json"
    assert isinstance(answer.body, bytes)
    document = cast("JsonObject", json.loads(answer.body))
    third = _third_version()
    assert document["swagger"] == "2.0"
    assert cast("JsonObject", document["paths"]).keys() == cast("JsonObject", third["paths"]).keys()
    definitions = cast("dict[str, JsonObject]", document["definitions"])
    assert definitions.keys() == cast("JsonObject", cast("JsonObject", third["components"])["schemas"]).keys()
    pod = cast("JsonObject", definitions[f"{_CORE}Pod"]["properties"])
    assert pod["spec"] == {"$ref": f"#/definitions/{_CORE}PodSpec"}
    assert "#/components/" not in answer.body.decode()
    create = cast("JsonObject", look(document, "paths./api/v1/namespaces/{namespace}/pods.post"))
    assert look(create, "responses.200.schema.$ref") == f"#/definitions/{_CORE}Pod"
    assert look(create, "parameters.0") == {"name": "dryRun", "in": "query", "type": "string", "uniqueItems": True}


def test_the_second_version_for_nobody_else() -> None:
    with pytest.raises(PlainError) as refused:
        openapi("/openapi/v2", "text/html")
    assert refused.value.code == 406


def test_clients_are_told_how_lists_are_joined() -> None:
    schemas = cast("dict[str, JsonObject]", cast("JsonObject", _third_version()["components"])["schemas"])

    def field(kind: str, name: str) -> JsonObject:
        return cast("JsonObject", cast("JsonObject", schemas[_CORE + kind]["properties"])[name])

    assert field("PodSpec", "containers")["x-kubernetes-patch-merge-key"] == "name"
    assert field("Container", "ports")["x-kubernetes-list-map-keys"] == ["containerPort", "protocol"]
    assert field("ServiceSpec", "ports")["x-kubernetes-list-map-keys"] == ["port", "protocol"]
    assert field("Container", "args")["x-kubernetes-list-type"] == "atomic"
    assert field("ObjectMeta", "finalizers")["x-kubernetes-list-type"] == "set"
