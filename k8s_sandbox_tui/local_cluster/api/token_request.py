"""POST of serviceaccounts/token: `kubectl create token`.

Source: `pkg/registry/core/serviceaccount/storage/token.go` of the API server.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType, json
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.account_tokens import AUDIENCE
from k8s_sandbox_tui.local_cluster.api.body import convert, read_object
from k8s_sandbox_tui.local_cluster.api.delete_options import is_dry_run
from k8s_sandbox_tui.local_cluster.api.respond import json_response
from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct, ObjectMeta, now, timestamp
from k8s_sandbox_tui.local_cluster.objects.status_error import (
    FieldError,
    FieldErrorType,
    bad_request,
    conflict,
    invalid,
)

if TYPE_CHECKING:
    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.account_tokens import AccountTokens
    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

_SHORTEST, _LONGEST = 600, 1 << 32
_HOUR = 3600


class BoundObject(KubeStruct, frozen=True, kw_only=True):
    """The object that a token ends with."""

    kind: str = ""
    api_version: str = ""
    name: str = ""
    uid: str = ""


class TokenRequestSpec(KubeStruct, frozen=True, kw_only=True):
    """What token is wanted."""

    audiences: list[str] = []  # noqa: RUF012 - msgspec gives each instance its own copy
    expiration_seconds: int = _HOUR
    bound_object_ref: BoundObject | UnsetType = UNSET


class TokenRequest(KubeStruct, frozen=True, kw_only=True):
    """`TokenRequest` of the group `authentication.k8s.io`, as it comes in."""

    metadata: ObjectMeta = ObjectMeta()
    spec: TokenRequestSpec = TokenRequestSpec()


async def create_token(
    request: web.Request, info: RequestInfo, cluster: Cluster, tokens: AccountTokens
) -> web.Response:
    """Gives out a token of an account."""
    body = await read_object(request, "TokenRequest")
    sent = convert({**body, "status": None}, TokenRequest, "TokenRequest", request.query).value
    _check_names(sent.metadata, info)
    account = cluster.service_accounts.get(info.namespace, info.name).object
    spec = replace(sent.spec, audiences=sent.spec.audiences or [AUDIENCE])
    _check_duration(spec.expiration_seconds)
    pod = _bound_pod(spec.bound_object_ref, info, cluster)
    token, expires = "", int(now().timestamp()) + spec.expiration_seconds
    if not is_dry_run(request.query):
        token, expires = tokens.issue(account, spec.audiences, spec.expiration_seconds, pod)
    metadata = ObjectMeta(name=info.name, namespace=info.namespace, creation_timestamp=timestamp(now()))
    status = {"token": token, "expirationTimestamp": timestamp(datetime.fromtimestamp(expires, UTC))}
    told = {
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": metadata,
        "spec": {
            "audiences": spec.audiences,
            "expirationSeconds": spec.expiration_seconds,
            "boundObjectRef": None if spec.bound_object_ref is UNSET else spec.bound_object_ref,
        },
        "status": status,
    }
    return json_response(json.encode(told), status=201)


def _check_names(sent: ObjectMeta, info: RequestInfo) -> None:
    for field, given, wanted in (("name", sent.name, info.name), ("namespace", sent.namespace, info.namespace)):
        if given not in {"", wanted}:
            rule = f"must match the service account {field} if specified"
            raise _invalid(info.name, f"metadata.{field}", given, rule)


def _check_duration(seconds: int) -> None:
    if seconds < _SHORTEST:
        raise _invalid("", "spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes")
    if seconds > _LONGEST:
        raise _invalid("", "spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds")


def _invalid(name: str, path: str, value: str | int, rule: str) -> Exception:
    error = FieldError(type=FieldErrorType.INVALID, path=path, value=value, detail=rule)
    return invalid("TokenRequest", name, [error], group="authentication.k8s.io")


def _bound_pod(bound: BoundObject | UnsetType, info: RequestInfo, cluster: Cluster) -> Pod | None:
    if bound is UNSET:
        return None
    if (bound.api_version, bound.kind) != ("v1", "Pod"):
        group, _, version = bound.api_version.rpartition("/")
        raise bad_request(f"cannot bind token to object of type {group}/{version}, Kind={bound.kind}")
    pod = cluster.pods.get(info.namespace, bound.name).object
    if pod.spec.service_account_name != info.name:
        why = "to pod running with different serviceaccount name."
        raise bad_request(f'cannot bind token for serviceaccount "{info.name}" {why}')
    if bound.uid not in {"", pod.metadata.uid}:
        why = f"the UID in the bound object reference ({bound.uid}) does not match the UID in record"
        raise conflict("Pod", bound.name, f"{why}. The object might have been deleted and then recreated")
    return pod
