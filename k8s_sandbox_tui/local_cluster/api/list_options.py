"""What the query of a list or watch may not say together. Source: `ValidateListOptions` of the API machinery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MATCH, _INITIAL = "resourceVersionMatch", "sendInitialEvents"


def check_list_options(query: Mapping[str, str]) -> None:
    """Refuses a list.

    Raises:
        StatusError: 422, with all that is wrong.
    """
    _refuse(list(_list_errors(query)))


def check_watch_options(query: Mapping[str, str]) -> None:
    """Refuses a watch.

    Raises:
        StatusError: 422, with all that is wrong.
    """
    _refuse(list(_watch_errors(query)))


def _list_errors(query: Mapping[str, str]) -> Iterator[FieldError]:
    match, version = query.get(_MATCH, ""), query.get("resourceVersion", "")
    if match and not version:
        yield _forbidden(_MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided")
    if match and query.get("continue"):
        yield _forbidden(_MATCH, "resourceVersionMatch is forbidden when continue is provided")
    if match not in {"", "Exact", "NotOlderThan"}:
        yield _unsupported(match, '"Exact", "NotOlderThan", ""')
    if match == "Exact" and version == "0":
        yield _forbidden(_MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    if query.get(_INITIAL):
        yield _forbidden(_INITIAL, "sendInitialEvents is forbidden for list")


def _watch_errors(query: Mapping[str, str]) -> Iterator[FieldError]:
    match, initial = query.get(_MATCH, ""), query.get(_INITIAL)
    if initial and match != "NotOlderThan":
        yield _forbidden(_MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
    if match and not initial:
        yield _forbidden(_MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
    if match not in {"", "NotOlderThan"}:
        yield _unsupported(match, '"NotOlderThan"')
    if match and query.get("continue"):
        yield _forbidden(_MATCH, "resourceVersionMatch is forbidden when continue is provided")


def _forbidden(path: str, why: str) -> FieldError:
    return FieldError(type=FieldErrorType.FORBIDDEN, path=path, detail=why)


def _unsupported(value: str, choices: str) -> FieldError:
    detail = f"supported values: {choices}"
    return FieldError(type=FieldErrorType.NOT_SUPPORTED, path=_MATCH, value=value, detail=detail)


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise invalid("ListOptions", "", errors, group="meta.k8s.io")
