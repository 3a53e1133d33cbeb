"""Request bodies: bytes of several formats in, typed objects out, or the API server's refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from aiohttp import web

from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue, decode, without_nulls
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError, bad_request, unsupported_media_type
from k8s_sandbox_tui.local_cluster.objects.strict import unknown_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

M = TypeVar("M")

_APPLY = "application/apply-patch+yaml"
MAX_BODY = 3 * 1024 * 1024
_ACCEPTED = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
_GO_KINDS = {"int": "number", "float": "number", "str": "string", "bool": "bool", "array": "array", "object": "object"}
_GO_TYPES = {"int": "int64", "str": "string", "bool": "bool", "array": "[]", "object": "map", "float": "float64"}
_MISMATCH = re.compile(r"Expected `([^`]+)`, got `([^`]+)`(?: - at `\$\.?([^`]*)`)?")


@dataclass(frozen=True, slots=True)
class Decoded(Generic[M]):
    """A body, and the fields in it that the model does not have."""

    value: M
    unknown: list[str]


async def read_body(request: web.Request) -> bytes:
    """The whole body.

    Raises:
        StatusError: 413, it is too large.
    """
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        message = f"Request entity too large: limit is {MAX_BODY}"
        raise StatusError(413, "RequestEntityTooLarge", message) from error


async def read_object(request: web.Request, kind: str) -> JsonObject:
    """The body as a JSON object, without nulls, whatever its format; `{}` when it is empty.

    Raises:
        StatusError: it is malformed, or in a format that is not read.
    """
    data = await read_body(request)
    media = request.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
    if not data:
        return {}
    value: JsonValue
    if media in {"application/json", ""}:
        value = _parse(data, kind)
    elif media == "application/yaml" or (media == _APPLY and request.method == "PATCH"):
        value = _parse_yaml(data, kind)
    elif media == "application/vnd.kubernetes.protobuf":
        from k8s_sandbox_tui.local_cluster.api import protobuf  # few requests are, and it takes time to import

        value = protobuf.decode(data)
    else:
        raise unsupported_media_type(_ACCEPTED)
    if not isinstance(value, dict):
        raise _unrecognized(kind, "couldn't get version/kind; json parse error: json: cannot unmarshal", data)
    _check_kind(value, kind)
    cleaned = without_nulls(value)
    return cleaned if isinstance(cleaned, dict) else {}


def convert(value: JsonObject, model: type[M], kind: str, query: Mapping[str, str] | None = None) -> Decoded[M]:
    """Makes a typed object of JSON.

    Raises:
        StatusError: 400, a field has the wrong type, or is unknown and `fieldValidation=Strict` is asked for.
    """
    try:
        # Through bytes, because parts of the model are kept as they are.
        typed = msgspec.json.decode(msgspec.json.encode(value), type=model)
    except msgspec.ValidationError as error:
        raise cannot_be_handled(kind, _go_error(str(error), kind)) from error
    mode = (query or {}).get("fieldValidation", "Warn")
    unknown = [] if mode == "Ignore" else unknown_fields(value, model)
    if unknown and mode == "Strict":
        told = ", ".join(f'unknown field "{path}"' for path in unknown)
        raise cannot_be_handled(kind, f"strict decoding error: {told}")
    return Decoded(typed, unknown)


def cannot_be_handled(kind: str, why: str) -> StatusError:
    """400: the body is JSON, but not such an object."""
    return bad_request(f'{kind} in version "v1" cannot be handled as a {kind}: {why}')


def _parse(data: bytes, kind: str) -> JsonValue:
    try:
        return decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = f"couldn't get version/kind; json parse error: {_json_error(str(error), data)}"
        raise _unrecognized(kind, why, data) from error


def _parse_yaml(data: bytes, kind: str) -> JsonValue:
    import yaml  # read by few clients, and slow to import

    try:
        # YAML knows more types than JSON; through JSON they become what a client would have sent.
        return decode(msgspec.json.encode(yaml.safe_load(data)))
    except (yaml.YAMLError, TypeError) as error:
        raise _unrecognized(kind, f"couldn't get version/kind; error converting YAML to JSON: {error}", data) from error


def _check_kind(value: JsonObject, kind: str) -> None:
    given = value.get("kind")
    if given is None or given == kind:
        return
    version = value.get("apiVersion")
    raise bad_request(
        f"{given} in version {msgspec.json.encode(version).decode()} cannot be handled as a {kind}: "
        f"converting ({version}.{given}) to ({kind}): unknown conversion"
    )


def _unrecognized(kind: str, why: str, data: bytes) -> StatusError:
    shown = data[:30].decode(errors="replace") if data.startswith(b"{") else data[:30].hex()
    if len(data) > 30:
        shown += " ..."
    return bad_request(f"the object provided is unrecognized (must be of type {kind}): {why} ({shown})")


def _json_error(text: str, data: bytes) -> str:
    match = re.search(r"\(byte (\d+)\)", text)
    if match is None or int(match[1]) >= len(data):
        return "unexpected end of JSON input"
    letter = chr(data[int(match[1])])
    return f"invalid character '{letter}' looking for beginning of value"


def _go_error(text: str, kind: str) -> str:
    match = _MISMATCH.match(text)
    if match is None:
        return text
    wanted, got, path = match.groups()
    wanted_type = next((_GO_TYPES[part] for part in wanted.split(" | ") if part in _GO_TYPES), wanted)
    plain = re.sub(r"\[\.\.\.\]|\[\d+\]", "", path or "")
    where = f"Go struct field {kind}.{plain}" if plain else "Go value"
    return f"json: cannot unmarshal {_GO_KINDS.get(got, got)} into {where} of type {wanted_type}"
