from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.local_cluster.kubelet.config_error import ContainerConfigError
from k8s_sandbox_tui.local_cluster.kubelet.environment import command_line, environment, expand
from k8s_sandbox_tui.local_cluster.objects.pod import Container, Pod

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

_POD = msgspec.convert(
    {
        "metadata": {"name": "p", "namespace": "n", "uid": "u", "labels": {"app": "web"}, "annotations": {"a/b": "c"}},
        "spec": {"nodeName": "local-node"},
        "status": {"podIP": "127.0.0.1"},
    },
    Pod,
)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)", "1"),
        ("x$(A)y", "x1y"),
        ("$(B)", "$(B)"),
        ("$$(A)", "$(A)"),
        ("$A", "$A"),
        ("$(A", "$(A"),
        ("$", "$"),
        ("$(A)$(A)", "11"),
    ],
)
def test_references(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded


def _container(*env: JsonValue, **fields: JsonValue) -> Container:
    value: JsonObject = {"name": "c", "env": list(env), **fields}
    return msgspec.convert(value, Container)


def _field(path: str) -> JsonObject:
    return {"name": "V", "valueFrom": {"fieldRef": {"fieldPath": path}}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "p"),
        ("metadata.namespace", "n"),
        ("metadata.uid", "u"),
        ("metadata.labels['app']", "web"),
        ("metadata.annotations['a/b']", "c"),
        ("metadata.labels['none']", ""),
        ("spec.nodeName", "local-node"),
        ("status.podIP", "127.0.0.1"),
    ],
)
def test_fields_of_the_pod(path: str, value: str) -> None:
    assert environment(_POD, _container(_field(path))) == {"V": value}


def test_later_variables_see_earlier_ones_only() -> None:
    container = _container({"name": "A", "value": "1"}, {"name": "B", "value": "$(A)$(C)"}, {"name": "C", "value": "3"})
    assert environment(_POD, container) == {"A": "1", "B": "1$(C)", "C": "3"}


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ({"name": "V", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}, 'secret "s" not found'),
        ({"name": "V", "valueFrom": {"configMapKeyRef": {"name": "s", "key": "k"}}}, 'configmap "s" not found'),
        (
            {"name": "V", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
            "the container has no limits.cpu",
        ),
        (_field("spec.nope"), "unsupported fieldPath: spec.nope"),
    ],
)
def test_what_cannot_be_had_is_refused(variable: JsonObject, message: str) -> None:
    with pytest.raises(ContainerConfigError, match=message):
        environment(_POD, _container(variable))


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ({"resource": "limits.memory"}, "1073741824"),
        ({"resource": "limits.memory", "divisor": "1Mi"}, "1024"),
        ({"resource": "requests.cpu"}, "1"),
        ({"resource": "requests.cpu", "divisor": "1m"}, "250"),
    ],
)
def test_requests_and_limits(reference: JsonObject, value: str) -> None:
    resources: JsonObject = {"limits": {"memory": "1Gi"}, "requests": {"cpu": "250m"}}
    container = _container({"name": "V", "valueFrom": {"resourceFieldRef": reference}}, resources=resources)
    assert environment(_POD, container) == {"V": value}


def test_an_optional_reference_is_left_out() -> None:
    reference: JsonObject = {"name": "s", "key": "k", "optional": True}
    assert environment(_POD, _container({"name": "V", "valueFrom": {"secretKeyRef": reference}})) == {}


@pytest.mark.parametrize(
    ("fields", "argv"),
    [
        ({}, ("image",)),
        ({"args": ["a"]}, ("a",)),
        ({"command": ["c"]}, ("c",)),
        ({"command": ["c"], "args": ["$(A)"]}, ("c", "1")),
    ],
)
def test_command_line(fields: JsonObject, argv: tuple[str, ...]) -> None:
    assert command_line(_container(**fields), ("image",), {"A": "1"}) == argv
