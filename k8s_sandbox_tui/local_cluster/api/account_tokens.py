"""Tokens of service accounts: JSON web tokens that this server alone makes and reads.

Source of the claims: `k8s.io/kubernetes/pkg/serviceaccount`. Accounts do not outlive the server, nor does its key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

import msgspec
from msgspec import UNSET, Struct, UnsetType, json

from k8s_sandbox_tui.local_cluster.objects.meta import now

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.cluster import ServiceAccount
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

AUDIENCE = "https://kubernetes.default.svc.cluster.local"
_HEADER = b'{"alg":"HS256","typ":"JWT"}'


class Named(Struct, frozen=True):
    """An object that a token names."""

    name: str
    uid: str


class Names(Struct, frozen=True, rename={"account": "serviceaccount"}):
    """The claim `kubernetes.io`."""

    namespace: str
    account: Named
    pod: Named | UnsetType = UNSET


class Claims(Struct, frozen=True, rename={"kubernetes": "kubernetes.io"}):
    """What a token says."""

    aud: list[str]
    exp: int
    iat: int
    kubernetes: Names
    nbf: int
    sub: str
    iss: Literal["https://kubernetes.default.svc.cluster.local"] = AUDIENCE
    jti: str = msgspec.field(default_factory=lambda: str(uuid4()))


class AccountTokens:
    """Makes tokens, and tells whose they are."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._key = secrets.token_bytes(32)

    def issue(self, account: ServiceAccount, audiences: list[str], seconds: int, pod: Pod | None) -> tuple[str, int]:
        """A token, and when it expires, in seconds since 1970. One for a Pod ends with the Pod."""
        meta, moment = account.metadata, int(now().timestamp())
        claims = Claims(
            aud=audiences,
            exp=moment + seconds,
            iat=moment,
            nbf=moment,
            sub=f"system:serviceaccount:{meta.namespace}:{meta.name}",
            kubernetes=Names(
                namespace=meta.namespace,
                account=Named(meta.name, meta.uid),
                pod=UNSET if pod is None else Named(pod.metadata.name, pod.metadata.uid),
            ),
        )
        signed = b".".join((_encoded(_HEADER), _encoded(json.encode(claims))))
        return (signed + b"." + self._signature(signed)).decode(), claims.exp

    def holder(self, token: str) -> Names | None:
        """Whose token it is; None where it is none of this server's, has expired, or its account or Pod is gone."""
        signed, _, signature = token.encode(errors="replace").rpartition(b".")
        if not hmac.compare_digest(self._signature(signed), signature):
            return None
        # What this server has signed itself is well-formed.
        claims = json.decode(_decoded(signed.partition(b".")[2]), type=Claims)
        named = claims.kubernetes
        if AUDIENCE not in claims.aud or not claims.nbf <= now().timestamp() < claims.exp:
            return None
        account = self._cluster.service_accounts.find(named.namespace, named.account.name)
        if account is None or account.object.metadata.uid != named.account.uid:
            return None
        if named.pod is not UNSET:
            pod = self._cluster.pods.find(named.namespace, named.pod.name)
            if pod is None or pod.object.metadata.uid != named.pod.uid:
                return None
        return named

    def _signature(self, signed: bytes) -> bytes:
        return _encoded(hmac.digest(self._key, signed, hashlib.sha256))


def _encoded(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _decoded(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"=" * (-len(text) % 4))
