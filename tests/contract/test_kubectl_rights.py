"""kubectl of somebody who may do little, with each kubectl that this machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.cluster_client import own_cluster
from tests.contract.kubectls import FEWER_PROGRAMS, PROGRAMS, Kubectl, idle_pod, kubectl_in_namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonValue

    Little = Callable[..., str]

_TOKEN = "a-token-of-somebody-who-may-do-little"
_RULES: JsonValue = [
    {"verbs": ["create", "get", "list", "delete"], "apiGroups": [""], "resources": ["pods"]},
    {"verbs": ["create"], "apiGroups": [""], "resources": ["pods/exec"]},
]
_IDENTITIES: JsonValue = [
    {"token": _TOKEN, "user": {"name": "little", "grants": [{"namespace": "", "rules": _RULES}]}},
]


@pytest.fixture(scope="module")
def kubeconfig() -> Iterator[Path]:
    with own_cluster(_IDENTITIES) as cluster:
        yield cluster.kubeconfig


@pytest.fixture(scope="module", params=PROGRAMS)
def kubectl(request: pytest.FixtureRequest, kubeconfig: Path) -> Iterator[Kubectl]:
    with kubectl_in_namespace(request.param, kubeconfig) as kubectl:
        idle_pod(kubectl, "box")
        yield kubectl


def test_exec_falls_back_to_what_is_allowed(kubectl: Kubectl) -> None:
    # A WebSocket is a GET, for which `create` on pods/exec is not enough; SPDY is a POST.
    answer = kubectl(f"--token={_TOKEN}", "exec", "-i", "box", "--", "sh", "-c", "cat; exit 3", code=3, stdin="hello")
    assert answer.stdout == "hello"


def test_what_is_forbidden_is_said(kubectl: Kubectl) -> None:
    refused = kubectl(f"--token={_TOKEN}", "logs", "box", code=1)
    assert 'pods "box" is forbidden: User "little" cannot get resource "pods/log"' in refused.stderr
    refused = kubectl(f"--token={_TOKEN}", "attach", "box", code=1)
    assert 'cannot create resource "pods/attach"' in refused.stderr


def test_one_can_ask_what_one_may(kubectl: Kubectl) -> None:
    for words, allowed in (("create pods", True), ("get pods --subresource=exec", False), ("watch pods", False)):
        asked = kubectl(f"--token={_TOKEN}", "auth", "can-i", *words.split(), code=0 if allowed else 1)
        assert asked.stdout.startswith("yes" if allowed else "no")
    listed = kubectl(f"--token={_TOKEN}", "auth", "can-i", "--list").stdout
    assert any(line.split()[:1] == ["pods/exec"] and "[create]" in line for line in listed.splitlines())


def test_a_wrong_token_is_told(kubectl: Kubectl) -> None:
    refused = kubectl("--token=wrong", "get", "pods", code=1)
    assert "You must be logged in to the server" in refused.stderr


def test_an_account_and_its_token(kubectl: Kubectl) -> None:
    assert kubectl("create", "serviceaccount", "bob").stdout == "serviceaccount/bob created\n"
    made = kubectl("create", "token", "bob", code=None)
    if made.returncode:
        pytest.skip("this kubectl knows of no tokens")
    refused = kubectl(f"--token={made.stdout.strip()}", "get", "services", code=1)
    assert f'User "system:serviceaccount:{kubectl.namespace}:bob" cannot list resource "services"' in refused.stderr


@pytest.fixture(params=FEWER_PROGRAMS)
def newest(request: pytest.FixtureRequest, kubeconfig: Path) -> Iterator[Kubectl]:
    with kubectl_in_namespace(request.param, kubeconfig) as kubectl:
        yield kubectl


def test_roles_give_rights_and_nobody_gives_what_they_do_not_have(newest: Kubectl) -> None:
    account = f"system:serviceaccount:{newest.namespace}:ci"
    newest("create", "serviceaccount", "ci")
    newest("create", "role", "reader", "--verb=get,list", "--resource=pods,pods/log")
    bound = newest("create", "rolebinding", "ci", "--role=reader", f"--serviceaccount={newest.namespace}:ci")
    assert bound.stdout == "rolebinding.rbac.authorization.k8s.io/ci created\n"
    row = newest("get", "rolebindings", "-o", "wide").stdout.splitlines()[1].split()
    assert [row[0], row[1], row[3]] == ["ci", "Role/reader", f"{newest.namespace}/ci"]
    newest("get", "pods", f"--as={account}")
    refused = newest("delete", "pods", "box", f"--as={account}", code=1)
    assert f'User "{account}" cannot delete resource "pods"' in refused.stderr
    refused = newest("get", "pods", "--as=ann", f"--token={_TOKEN}", code=1)
    assert 'users "ann" is forbidden: User "little" cannot impersonate resource "users"' in refused.stderr

    newest("create", "rolebinding", "bob", "--clusterrole=admin", "--user=bob")
    refused = newest("create", "rolebinding", "boss", "--clusterrole=cluster-admin", "--user=bob", "--as=bob", code=1)
    assert 'is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"]' in refused.stderr
    newest("create", "rolebinding", "ann", "--role=reader", "--user=ann", "--as=bob")
    changed = '{"roleRef":{"name":"other"}}'
    assert "cannot change roleRef" in newest("patch", "rolebinding", "ann", "-p", changed, code=1).stderr
    assert newest("delete", "role", "reader", "--as=bob").stdout.startswith('role.rbac.authorization.k8s.io "reader"')
    newest("get", "pods", "--as=ann", code=1)
