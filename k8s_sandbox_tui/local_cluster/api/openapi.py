"""`/openapi/v3` and `/openapi/v2`: as much as kubectl needs to create and apply, with the typed objects' schemas."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from aiohttp import web
from msgspec import json

from k8s_sandbox_tui.local_cluster.api.media import JSON, clauses
from k8s_sandbox_tui.local_cluster.api.openapi_v2 import ACCEPTED, CONTENT_TYPE, to_json, to_protobuf
from k8s_sandbox_tui.local_cluster.api.respond import NO_CACHE, json_response
from k8s_sandbox_tui.local_cluster.api.schemas import PREFIXES, schemas_of
from k8s_sandbox_tui.local_cluster.objects.json_value import decode
from k8s_sandbox_tui.local_cluster.objects.status_error import PlainError, page_not_found
from k8s_sandbox_tui.local_cluster.store.role_resources import STORED

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject

_TYPE_META: dict[str, object] = {
    "apiVersion": {"type": "string", "description": "The version of the API that the object is written in."},
    "kind": {"type": "string", "description": "What the object is."},
}
_DOCUMENTS = {f"apis/{group}/v1" if group else "api/v1": group for group in STORED}
_METHODS = {"create": "post", "update": "put", "patch": "patch", "delete": "delete", "get": "get", "list": "get"}
_ACTIONS = {"create": "post", "update": "put"}


def openapi(path: str, accept: str | None = None) -> web.Response:
    """The index of version 3, the document of a group in it, or that of version 2 for all.

    Raises:
        PlainError: 404, there is no such path; 406, the client reads none of the forms of it.
    """
    match path.rstrip("/"):
        case "/openapi/v3":
            paths = {name: {"serverRelativeURL": f"/openapi/v3/{name}"} for name in _DOCUMENTS}
            return json_response(json.encode({"paths": paths}))
        case "/openapi/v2":
            return _second_version(accept)
        case document if (group := _DOCUMENTS.get(document.removeprefix("/openapi/v3/"))) is not None:
            return json_response(_document(group))
        case _:
            raise page_not_found()


def _second_version(accept: str | None) -> web.Response:
    for media, _ in clauses(accept):
        if media in ACCEPTED:
            headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": NO_CACHE}
            return web.Response(body=_in_second_version(to_protobuf), headers=headers)
        if media in {JSON, "application/*", "*/*"}:
            return json_response(_in_second_version(to_json))
    raise PlainError(406, "")


@cache
def _in_second_version(form: Callable[[JsonObject], bytes]) -> bytes:
    whole: JsonObject = {"paths": {}, "components": {"schemas": {}}}
    for group in STORED:
        document = decode(_document(group))
        if isinstance(document, dict):
            whole = _joined(whole, document)
    return form(whole)


def _joined(one: JsonObject, other: JsonObject) -> JsonObject:
    joined = {**one, **other}
    for name in ("paths", "components", "schemas"):
        first, second = one.get(name), other.get(name)
        if isinstance(first, dict) and isinstance(second, dict):
            joined[name] = _joined(first, second)
    return joined


@cache
def _document(group: str) -> bytes:
    paths: dict[str, object] = {}
    prefix, resources = PREFIXES[group], STORED[group]
    schemas = schemas_of((resource.model for resource in resources), prefix)
    for resource in resources:
        kind = {"group": group, "kind": resource.kind, "version": "v1"}
        name = f"{prefix}{resource.kind}"
        schema = schemas[name]
        schema["x-kubernetes-group-version-kind"] = [kind]
        schema["properties"] = _TYPE_META | cast("dict[str, object]", schema["properties"])
        root = f"/apis/{group}/v1/" if group else "/api/v1/"
        scope = f"{root}namespaces/{{namespace}}/" if resource.namespaced else root
        collection, item = f"{scope}{resource.plural}", f"{scope}{resource.plural}/{{name}}"
        paths[collection] = _operations(kind, name, [verb for verb in resource.verbs if verb in {"create", "list"}])
        single = [verb for verb in resource.verbs if verb in {"get", "update", "patch", "delete"}]
        paths[item] = _operations(kind, name, single)
    info = {"title": "Kubernetes", "version": "v1.33.13"}
    return json.encode({"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": schemas}})


def _operations(kind: dict[str, str], schema: str, verbs: list[str]) -> dict[str, object]:
    operations: dict[str, object] = {}
    for verb in verbs:
        operation: dict[str, object] = {
            "x-kubernetes-action": _ACTIONS.get(verb, verb),
            "x-kubernetes-group-version-kind": kind,
            "responses": {
                "200": {
                    "description": "OK",
                    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
                }
            },
        }
        if verb in {"create", "update", "patch"}:
            # kubectl leaves validation to servers that offer these two.
            operation["parameters"] = [
                {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
                for name in ("dryRun", "fieldManager", "fieldValidation")
            ]
        operations[_METHODS[verb]] = operation
    return operations
