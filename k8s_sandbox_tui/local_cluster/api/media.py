"""What a client wants to read: plain objects, a Table, or metadata alone."""

from __future__ import annotations

from enum import Enum

from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError


class Form(Enum):
    """The form of an answer."""

    OBJECT = "object"
    TABLE = "table"
    METADATA = "metadata"


_AS = {"Table": Form.TABLE, "PartialObjectMetadata": Form.METADATA, "PartialObjectMetadataList": Form.METADATA}


def answer_form(accept: str | None) -> Form:
    """The first form of an `Accept` header that this server can give.

    Raises:
        StatusError: 406, there is none.
    """
    if not accept:
        return Form.OBJECT
    for offer in accept.split(","):
        media, *raw = [part.strip() for part in offer.split(";")]
        if media not in {"application/json", "application/*", "*/*"}:
            continue
        parameters = dict(part.split("=", 1) for part in raw if "=" in part)
        wanted = parameters.get("as")
        if wanted is None:
            return Form.OBJECT
        form = _AS.get(wanted)
        if form and parameters.get("g") == "meta.k8s.io" and parameters.get("v") == "v1":
            return form
    raise StatusError(
        406, "NotAcceptable", "only the following media types are accepted: application/json, application/yaml"
    )


def is_aggregated_discovery(accept: str | None) -> bool:
    """Whether the client prefers all of discovery in one answer."""
    for offer in (accept or "").split(","):
        media, *raw = [part.strip() for part in offer.split(";")]
        if media == "application/json":
            return {"g=apidiscovery.k8s.io", "v=v2", "as=APIGroupDiscoveryList"} <= set(raw)
    return False
