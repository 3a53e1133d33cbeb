"""Tokens of service accounts: whose they are, and when they are nobody's any more."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.api.account_tokens import AUDIENCE, AccountTokens
from k8s_sandbox_tui.local_cluster.api.authentication import Authenticator
from k8s_sandbox_tui.local_cluster.api.rbac import Grant, Identity, User
from k8s_sandbox_tui.local_cluster.objects.cluster import ServiceAccount
from k8s_sandbox_tui.local_cluster.objects.meta import SERVER_TIME, ObjectMeta
from k8s_sandbox_tui.local_cluster.objects.pod import Pod
from k8s_sandbox_tui.local_cluster.objects.roles import PolicyRule
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError
from k8s_sandbox_tui.local_cluster.store.cluster import new_cluster

_META = ObjectMeta(name="bob", namespace="n", uid="u1")
_NAME = "system:serviceaccount:n:bob"


class _Issued:
    """An account and a Pod, and tokens for them."""

    def __init__(self) -> None:
        self.cluster = new_cluster()
        self.account = self.cluster.service_accounts.create(ServiceAccount(metadata=_META)).object
        pod = Pod(metadata=ObjectMeta(name="p", namespace="n", uid="u2"))
        self.pod = self.cluster.pods.create(pod).object
        self.tokens = AccountTokens(self.cluster)

    def token(self, *audiences: str, pod: Pod | None = None) -> str:
        return self.tokens.issue(self.account, list(audiences) or [AUDIENCE], 600, pod)[0]


def test_a_token_says_whose_it_is_as_on_a_real_cluster() -> None:
    issued = _Issued()
    token = issued.token(pod=issued.pod)
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["sub"] == _NAME
    assert claims["kubernetes.io"] == {
        "namespace": "n",
        "serviceaccount": {"name": "bob", "uid": "u1"},
        "pod": {"name": "p", "uid": "u2"},
    }
    assert claims["exp"] - claims["iat"] == 600
    rules = [PolicyRule(verbs=["get"], resources=["pods"])]
    granted = Identity(token="other", user=User(name=_NAME, grants=[Grant(namespace="n", rules=rules)]))
    user = Authenticator([granted], issued.tokens).user(f"Bearer {token}")
    assert (user.name, user.grants) == (_NAME, granted.user.grants)
    assert user.groups == ["system:serviceaccounts", "system:serviceaccounts:n", "system:authenticated"]


def test_tokens_that_are_nobodys() -> None:
    issued = _Issued()
    token = issued.token()
    head, _, signature = token.split(".")
    forged = base64.urlsafe_b64encode(b'{"sub":"system:serviceaccount:kube-system:admin"}').decode().rstrip("=")
    for wrong in (f"{head}.{forged}.{signature}", token[:-1], token + "A", f"{head}..", "..", "", "é", head):
        assert issued.tokens.holder(wrong) is None, wrong
    assert AccountTokens(issued.cluster).holder(token) is None
    assert issued.tokens.holder(issued.token("https://vault.example")) is None
    with pytest.raises(StatusError, match="Unauthorized"):
        Authenticator([], issued.tokens).user(f"Bearer {token}A")


def test_a_token_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    issued = _Issued()
    token = issued.token()
    for seconds, good in ((599, True), (601, False), (-60, False)):
        monkeypatch.setattr(SERVER_TIME, "skew", timedelta(seconds=seconds))
        assert (issued.tokens.holder(token) is not None) is good, seconds


def test_a_token_ends_with_its_account_and_its_pod() -> None:
    issued = _Issued()
    own, bound = issued.token(), issued.token(pod=issued.pod)
    issued.cluster.pods.delete("n", "p")
    assert issued.tokens.holder(bound) is None
    assert issued.tokens.holder(own) is not None
    issued.cluster.service_accounts.delete("n", "bob")
    issued.cluster.service_accounts.create(ServiceAccount(metadata=ObjectMeta(name="bob", namespace="n", uid="u3")))
    assert issued.tokens.holder(own) is None


@given(st.text(max_size=60))
def test_any_text_is_nobodys_token(text: str) -> None:
    assert _ISSUED.tokens.holder(text) is None


_ISSUED = _Issued()
