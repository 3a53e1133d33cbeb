"""What a client wants to read: plain objects, a Table, or metadata alone; in JSON or in YAML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON, YAML = "application/json", "application/yaml"


class Form(Enum):
    """The form of an answer."""

    OBJECT = "object"
    TABLE = "table"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Media:
    """What an answer is to be."""

    form: Form = Form.OBJECT
    yaml: bool = False


_AS = {"Table": Form.TABLE, "PartialObjectMetadata": Form.METADATA, "PartialObjectMetadataList": Form.METADATA}


def clauses(accept: str | None) -> list[tuple[str, dict[str, str]]]:
    """The media types of an `Accept` header with their parameters, those that are wanted most first."""
    found = [(_quality(parameters), media, parameters) for media, parameters in _clauses(accept or "*/*")]
    return [(media, parameters) for quality, media, parameters in sorted(found, key=lambda each: -each[0]) if quality]


def _clauses(accept: str) -> Iterator[tuple[str, dict[str, str]]]:
    for offer in accept.split(","):
        media, *raw = [part.strip() for part in offer.split(";")]
        yield media.lower(), dict(part.split("=", 1) for part in raw if "=" in part)


def _quality(parameters: dict[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 1.0


def answer_media(accept: str | None, *, stream: bool = False) -> Media:
    """The first of the forms in an `Accept` header that this server can give; a watch is given in JSON alone.

    Raises:
        StatusError: 406, there is none.
    """
    for media, parameters in clauses(accept):
        yaml = media == YAML
        if media not in {JSON, YAML, "application/*", "*/*"}:
            continue
        if yaml and (stream or parameters.get("stream")):
            continue
        form = _form(parameters)
        if form is not None:
            return Media(form, yaml)
    accepted = "application/json;stream=watch" if stream else f"{JSON}, {YAML}"
    raise StatusError(406, "NotAcceptable", f"only the following media types are accepted: {accepted}")


def _form(parameters: dict[str, str]) -> Form | None:
    wanted = parameters.get("as")
    if wanted is None:
        return Form.OBJECT
    is_meta = parameters.get("g") == "meta.k8s.io" and parameters.get("v") == "v1"
    return _AS.get(wanted) if is_meta else None


def wants_yaml(accept: str | None) -> bool:
    """Whether the client prefers YAML to JSON."""
    try:
        return answer_media(accept).yaml
    except StatusError:
        return False


def takes_gzip(accept_encoding: str | None) -> bool:
    """Whether the client reads gzip. As the API server reads the header: a weight behind the name is not understood."""
    return "gzip" in [part.strip() for part in (accept_encoding or "").split(",")]


def is_aggregated_discovery(accept: str | None) -> bool:
    """Whether the client prefers all of discovery in one answer."""
    wanted = {"g": "apidiscovery.k8s.io", "v": "v2", "as": "APIGroupDiscoveryList"}
    for media, parameters in clauses(accept):
        if media in {JSON, YAML}:
            return wanted.items() <= parameters.items()
    return False
