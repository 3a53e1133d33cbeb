"""`DeleteOptions`, from the body and the query together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.body import convert, read_object
from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct, ObjectMeta
from k8s_sandbox_tui.local_cluster.objects.status_error import (
    FieldError,
    FieldErrorType,
    bad_request,
    conflict,
    invalid,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

_POLICIES = ("Background", "Foreground", "Orphan")


class Preconditions(KubeStruct, frozen=True, kw_only=True):
    """What must be true of the object."""

    uid: str | UnsetType = UNSET
    resource_version: str | UnsetType = UNSET


class DeleteOptions(KubeStruct, frozen=True, kw_only=True):
    """How to delete."""

    grace_period_seconds: int | UnsetType = UNSET
    preconditions: Preconditions | UnsetType = UNSET
    orphan_dependents: bool | UnsetType = UNSET
    propagation_policy: str | UnsetType = UNSET
    dry_run: list[str] = []  # noqa: RUF012 - msgspec gives each instance its own copy

    def check(self, kind: str, meta: ObjectMeta, group: str = "") -> None:
        """Holds the preconditions against the object.

        Raises:
            StatusError: 409, one does not hold.
        """
        wanted = self.preconditions
        if wanted is UNSET:
            return
        after = "The object might have been deleted and then recreated"
        if wanted.uid is not UNSET and wanted.uid != meta.uid:
            why = f"the UID in the precondition ({wanted.uid}) does not match the UID in record ({meta.uid}). {after}"
            raise conflict(kind, meta.name, why, group)
        version = wanted.resource_version
        if version is not UNSET and version != meta.resource_version:
            why = (
                f"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record "
                f"({meta.resource_version}). The object might have been modified"
            )
            raise conflict(kind, meta.name, why, group)


async def delete_options(request: web.Request) -> DeleteOptions:
    """Reads the options of a delete.

    Raises:
        StatusError: they are malformed or contradict each other.
    """
    body = await read_object(request, "DeleteOptions")
    options = convert(body, DeleteOptions, "DeleteOptions").value
    query = request.query
    if "gracePeriodSeconds" in query:
        options = replace(options, grace_period_seconds=_integer(query, "gracePeriodSeconds"))
    if "propagationPolicy" in query:
        options = replace(options, propagation_policy=query["propagationPolicy"])
    if "dryRun" in query:
        options = replace(options, dry_run=query.getall("dryRun"))
    check_delete_options(options)
    return options


def check_delete_options(options: DeleteOptions) -> None:
    """Refuses options that make no sense.

    Raises:
        StatusError: 422, with all that is wrong.
    """
    errors: list[FieldError] = []
    policy = options.propagation_policy
    if policy is not UNSET and policy not in _POLICIES:
        told = ", ".join(f'"{choice}"' for choice in (*_POLICIES, "nil"))
        errors.append(
            FieldError(
                type=FieldErrorType.NOT_SUPPORTED,
                path="propagationPolicy",
                value=policy,
                detail=f"supported values: {told}",
            )
        )
    if options.dry_run not in ([], ["All"]):
        errors.append(dry_run_error(options.dry_run[0]))
    if errors:
        raise invalid("DeleteOptions", "", errors, group="meta.k8s.io")


def is_dry_run(query: Mapping[str, str]) -> bool:
    """Whether a write is only to be tried.

    Raises:
        StatusError: 422, `dryRun` is neither `All` nor absent.
    """
    value = query.get("dryRun", "")
    if value not in {"", "All"}:
        raise invalid("CreateOptions", "", [dry_run_error(value)], group="meta.k8s.io")
    return value == "All"


def dry_run_error(value: str) -> FieldError:
    """What is wrong with any other `dryRun`."""
    detail = 'supported values: "All"'
    return FieldError(type=FieldErrorType.NOT_SUPPORTED, path="dryRun", value=value, detail=detail)


def _integer(query: Mapping[str, str], name: str) -> int:
    try:
        return int(query[name])
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{query[name]}": invalid syntax') from None


def is_true(query: Mapping[str, str], name: str) -> bool:
    """Whether a switch of the query is on."""
    return query.get(name, "").lower() in {"1", "true", "t"}
