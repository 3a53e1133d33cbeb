"""Who sends a request: by the bearer token, which is compared in constant time."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.api.bindings import bound_grants
from k8s_sandbox_tui.local_cluster.api.impersonation import impersonated
from k8s_sandbox_tui.local_cluster.api.rbac import ANONYMOUS, Identity, User
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from k8s_sandbox_tui.local_cluster.api.account_tokens import AccountTokens
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

_ANONYMOUS = User(name=ANONYMOUS, groups=["system:unauthenticated"])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Authenticator:
    """Knows users by their tokens, of which it keeps only digests, and what they may do."""

    def __init__(
        self, identities: Iterable[Identity], tokens: AccountTokens | None = None, cluster: Cluster | None = None
    ) -> None:
        self._tokens = tokens
        self._cluster = cluster
        identities = list(identities)
        self._grants = {identity.user.name: identity.user.grants for identity in identities}
        # A look-up by digest takes the same time whichever part of a wrong token is right.
        self._users = {_digest(identity.token): _authenticated(identity.user) for identity in identities}

    def sender(self, request: web.Request) -> User:
        """Who sends a request, or whom the sender may be taken for, with all that is granted to them.

        Raises:
            StatusError: 401, the token is not known; 403, the sender may not be taken for somebody else.
        """
        user = self._with_bindings(self.user(request.headers.get("Authorization")))
        other = impersonated(user, request)
        if other is None:
            return user
        return self._with_bindings(User(name=other.name, groups=other.groups, grants=self._grants.get(other.name, [])))

    def user(self, authorization: str | None) -> User:
        """The user that an `Authorization` header names; without one, the anonymous user.

        Raises:
            StatusError: 401, the token is not known.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return _ANONYMOUS
        user = self._users.get(_digest(token.strip())) or self._account(token.strip())
        if user is None:
            raise StatusError(401, "Unauthorized", "Unauthorized")
        return user

    def _account(self, token: str) -> User | None:
        """The service account whose token it is; it may do what the user of its name may."""
        named = None if self._tokens is None else self._tokens.holder(token)
        if named is None:
            return None
        name = f"system:serviceaccount:{named.namespace}:{named.account.name}"
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{named.namespace}"]
        return _authenticated(User(name=name, groups=groups, grants=self._grants.get(name, [])))

    def _with_bindings(self, user: User) -> User:
        if self._cluster is None or user.is_master:
            return user
        bound = bound_grants(user, self._cluster)
        return User(name=user.name, groups=user.groups, grants=[*user.grants, *bound])


def _authenticated(user: User) -> User:
    return User(name=user.name, groups=[*user.groups, "system:authenticated"], grants=user.grants)
