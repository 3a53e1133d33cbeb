"""Requests in the name of somebody else: `kubectl --as`. Source: `k8s.io/apiserver/pkg/endpoints/filters`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.api.rbac import ANONYMOUS, User, authorize
from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError

if TYPE_CHECKING:
    from aiohttp import web

_USER, _GROUP = "Impersonate-User", "Impersonate-Group"
_ACCOUNT = "system:serviceaccount:"


def impersonated(user: User, request: web.Request) -> User | None:
    """Whom a request wants to be taken for, without grants; None where it does not.

    Raises:
        StatusError: 403, `user` has not the right to do so; 500, groups are named, but no user.
    """
    name = request.headers.get(_USER, "")
    groups = request.headers.getall(_GROUP, [])
    if not name:
        if any(header.lower().startswith("impersonate-") for header in request.headers):
            message = f"Internal error occurred: requested {groups} without impersonating a user"
            raise StatusError(500, "InternalError", message)
        return None
    namespace, colon, account = name.removeprefix(_ACCOUNT).partition(":")
    is_account = name.startswith(_ACCOUNT) and bool(colon)
    if is_account:
        _check(user, "serviceaccounts", account, namespace)
    else:
        _check(user, "users", name)
    for group in groups:
        _check(user, "groups", group)
    if is_account and not groups:
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
    everybody = "system:unauthenticated" if name == ANONYMOUS else "system:authenticated"
    return User(name=name, groups=list(dict.fromkeys([*groups, everybody])))


def _check(user: User, resource: str, name: str, namespace: str = "") -> None:
    authorize(
        user,
        RequestInfo(verb="impersonate", path="", version="v1", resource=resource, name=name, namespace=namespace),
    )
