"""Roles and their bindings: whom they are for, what is wrong with them, and that nobody gives what they do not have."""

from __future__ import annotations

import pytest
from msgspec import json

from k8s_sandbox_tui.local_cluster.api.bindings import bound_grants
from k8s_sandbox_tui.local_cluster.api.default_roles import create_default_roles
from k8s_sandbox_tui.local_cluster.api.escalation import escalation
from k8s_sandbox_tui.local_cluster.api.rbac import Grant, User, allows, allows_path
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta
from k8s_sandbox_tui.local_cluster.objects.role_errors import binding_errors, role_errors
from k8s_sandbox_tui.local_cluster.objects.roles import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    Role,
    RoleBinding,
    RoleRef,
    Subject,
)
from k8s_sandbox_tui.local_cluster.store.cluster import Cluster, new_cluster

_READ_PODS = PolicyRule(verbs=["get", "list"], api_groups=[""], resources=["pods"])
_ANN = User(name="ann", groups=["dev", "system:authenticated"])
_CI = User(name="system:serviceaccount:a:ci", groups=["system:serviceaccounts", "system:serviceaccounts:a"])


@pytest.fixture
def cluster() -> Cluster:
    made = new_cluster()
    made.roles.create(Role(metadata=ObjectMeta(name="reader", namespace="a"), rules=[_READ_PODS]))
    made.cluster_roles.create(
        ClusterRole(
            metadata=ObjectMeta(name="health"), rules=[PolicyRule(verbs=["get"], non_resource_urls=["/metrics/*"])]
        )
    )
    return made


def bind(cluster: Cluster, subject: Subject, *, kind: str = "Role", role: str = "reader") -> None:
    made = RoleBinding(
        metadata=ObjectMeta(name="b", namespace="a"), subjects=[subject], role_ref=RoleRef(kind=kind, name=role)
    )
    cluster.role_bindings.create(made)


def granted(cluster: Cluster, user: User) -> User:
    return User(name=user.name, groups=user.groups, grants=[*bound_grants(user, cluster)])


def may_list(user: User, namespace: str) -> bool:
    return allows(user, verb="list", group="", resource="pods", subresource="", namespace=namespace, name="")


@pytest.mark.parametrize(
    ("subject", "user", "meant"),
    [
        (Subject(kind="User", name="ann"), _ANN, True),
        (Subject(kind="User", name="bob"), _ANN, False),
        (Subject(kind="Group", name="dev"), _ANN, True),
        (Subject(kind="Group", name="ann"), _ANN, False),
        (Subject(kind="ServiceAccount", name="ci", namespace="a"), _CI, True),
        (Subject(kind="ServiceAccount", name="ci", namespace="b"), _CI, False),
        (Subject(kind="User", name=_CI.name), _CI, True),
        (Subject(kind="Group", name="system:serviceaccounts:a"), _CI, True),
        (Subject(kind="Robot", name="ann"), _ANN, False),
    ],
)
def test_a_role_is_given_to_its_subjects_in_its_namespace_alone(
    cluster: Cluster, subject: Subject, user: User, meant: bool
) -> None:
    bind(cluster, subject)
    user = granted(cluster, user)
    assert [may_list(user, namespace) for namespace in ("a", "b", "")] == [meant, False, False]


def test_a_cluster_role_holds_where_it_is_bound_and_everywhere_when_it_is_bound_everywhere(cluster: Cluster) -> None:
    create_default_roles(cluster)
    bind(cluster, Subject(kind="User", name="ann"), kind="ClusterRole", role="view")
    assert [may_list(granted(cluster, _ANN), namespace) for namespace in ("a", "b")] == [True, False]
    for role in ("view", "health"):
        made = ClusterRoleBinding(
            metadata=ObjectMeta(name=role),
            subjects=[Subject(kind="Group", name="dev")],
            role_ref=RoleRef(kind="ClusterRole", name=role),
        )
        cluster.cluster_role_bindings.create(made)
    ann = granted(cluster, _ANN)
    assert may_list(ann, "b")
    assert allows_path(ann, "get", "/metrics/cadvisor")
    assert not allows_path(ann, "post", "/metrics/cadvisor")


def test_a_role_that_is_not_there_gives_nothing_until_it_is(cluster: Cluster) -> None:
    bind(cluster, Subject(kind="User", name="ann"), role="later")
    assert not may_list(granted(cluster, _ANN), "a")
    cluster.roles.create(Role(metadata=ObjectMeta(name="later", namespace="a"), rules=[_READ_PODS]))
    assert may_list(granted(cluster, _ANN), "a")


_HOLDER = User(
    name="ann",
    groups=["dev"],
    grants=[
        Grant(namespace="a", rules=[_READ_PODS]),
        Grant(namespace="a", rules=[PolicyRule(verbs=["get"], api_groups=["*"], resources=["*/log"])]),
        Grant(rules=[PolicyRule(verbs=["get"], non_resource_urls=["/metrics/*"])]),
    ],
)


@pytest.mark.parametrize(
    ("namespace", "rule", "missing"),
    [
        ("a", _READ_PODS, ""),
        ("a", PolicyRule(verbs=["get"], api_groups=[""], resources=["pods"], resource_names=["p"]), ""),
        ("a", PolicyRule(verbs=["get"], api_groups=[""], resources=["pods/log"]), ""),
        ("", PolicyRule(verbs=["get"], non_resource_urls=["/metrics/x"]), ""),
        ("", _READ_PODS, '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}'),
        (
            "a",
            PolicyRule(verbs=["list", "watch", "delete"], api_groups=[""], resources=["pods"]),
            '{APIGroups:[""], Resources:["pods"], Verbs:["watch" "delete"]}',
        ),
        (
            "a",
            PolicyRule(verbs=["*"], api_groups=[""], resources=["pods"]),
            '{APIGroups:[""], Resources:["pods"], Verbs:["*"]}',
        ),
        ("", PolicyRule(verbs=["get"], non_resource_urls=["*"]), '{NonResourceURLs:["*"], Verbs:["get"]}'),
    ],
)
def test_nobody_gives_what_they_do_not_have(namespace: str, rule: PolicyRule, missing: str) -> None:
    why = escalation(_HOLDER, namespace, [rule])
    assert why.partition("\n")[2] == missing
    if missing:
        head = 'user "ann" (groups=["dev"]) is attempting to grant RBAC permissions not currently held:'
        assert why.partition("\n")[0] == head


@pytest.mark.parametrize(
    ("rule", "namespaced", "wrong"),
    [
        (_READ_PODS, True, []),
        (PolicyRule(), True, ["rules[0].verbs", "rules[0].apiGroups", "rules[0].resources"]),
        (PolicyRule(verbs=["get"], non_resource_urls=["/x"]), False, []),
        (PolicyRule(verbs=["get"], non_resource_urls=["/x"]), True, ["rules[0].nonResourceURLs"]),
        (PolicyRule(verbs=["get"], non_resource_urls=["/x"], resources=["pods"]), False, ["rules[0].nonResourceURLs"]),
    ],
)
def test_what_is_wrong_with_a_role(rule: PolicyRule, namespaced: bool, wrong: list[str]) -> None:
    assert [error.path for error in role_errors([rule], namespaced=namespaced)] == wrong


def test_what_is_wrong_with_a_binding() -> None:
    role = json.decode(b'{"apiGroup":"x","kind":"Role","name":"a/b"}', type=RoleRef)
    subjects = [Subject(kind="ServiceAccount", name="ci"), Subject(kind="User", name=""), Subject(kind="Pod", name="p")]
    assert [f"{error.path}: {error.message}" for error in binding_errors(role, subjects, namespaced=False)] == [
        'roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
        'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
        "roleRef.name: Invalid value: \"a/b\": may not contain '/'",
        "subjects[0].namespace: Required value",
        "subjects[1].name: Required value",
        'subjects[1].apiGroup: Unsupported value: "": supported values: "rbac.authorization.k8s.io"',
        'subjects[2].kind: Unsupported value: "Pod": supported values: "ServiceAccount", "User", "Group"',
    ]
