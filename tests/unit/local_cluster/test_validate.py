from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.local_cluster.objects.defaults import default_pod, qos_class
from k8s_sandbox_tui.local_cluster.objects.meta import now
from k8s_sandbox_tui.local_cluster.objects.pod import Pod
from k8s_sandbox_tui.local_cluster.objects.status_error import invalid
from k8s_sandbox_tui.local_cluster.objects.strict import unknown_fields
from k8s_sandbox_tui.local_cluster.objects.validate import pod_errors

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue


def pod(metadata: JsonObject | None = None, container: JsonObject | None = None, **spec: JsonValue) -> Pod:
    containers: JsonValue = [{"name": "c", "image": "alpine", **(container or {})}]
    value: JsonObject = {"metadata": {"name": "p", **(metadata or {})}, "spec": {"containers": containers, **spec}}
    return default_pod(msgspec.json.decode(msgspec.json.encode(value), type=Pod), "default", now())


def told(value: Pod) -> list[str]:
    return [f"{error.path}: {error.message}" for error in pod_errors(value)]


def test_a_small_pod_is_fine() -> None:
    assert told(pod()) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (pod({"name": ""}), "metadata.name: Required value: name or generateName is required"),
        (pod({"name": "A"}), 'metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain'),
        (pod({"name": "a" * 254}), "must be no more than 253 characters"),
        (pod({"labels": {"a/b/c": "x"}}), 'metadata.labels: Invalid value: "a/b/c": a qualified name must consist'),
        (pod({"labels": {"/b": "x"}}), "prefix part must be non-empty"),
        (pod({"labels": {"a": "x" * 64}}), "must be no more than 63 characters"),
        (
            pod({"annotations": {"a": "x" * 262145}}),
            "metadata.annotations: Too long: may not be more than 262144 bytes",
        ),
        (pod(container={"name": ""}), "spec.containers[0].name: Required value"),
        (pod(container={"name": "C"}), 'spec.containers[0].name: Invalid value: "C": a lowercase RFC 1123 label'),
        (pod(container={"image": ""}), "spec.containers[0].image: Required value"),
        (pod(container={"image": " a"}), "must not have leading or trailing whitespace"),
        (pod(container={"imagePullPolicy": "Maybe"}), 'Unsupported value: "Maybe": supported values: "Always"'),
        (pod(container={"env": [{"name": "a=b"}]}), "must consist only of printable ASCII characters other than '='"),
        (pod(container={"ports": [{"containerPort": 0}]}), "must be between 1 and 65535, inclusive"),
        (pod(container={"volumeMounts": [{"name": "v", "mountPath": "/v"}]}), 'volumeMounts[0].name: Not found: "v"'),
        (pod(container={"resources": {"limits": {"cpu": "-1"}}}), "must be greater than or equal to 0"),
        (pod(container={"resources": {"limits": {"gpu": "1"}}}), "must be a standard resource type or fully qualified"),
        (
            pod(restartPolicy="Sometimes"),
            'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always"',
        ),
        (pod(dnsPolicy="Mine"), "spec.dnsPolicy: Unsupported value"),
        (
            pod(activeDeadlineSeconds=0),
            "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647",
        ),
        (pod(terminationGracePeriodSeconds=-1), "Invalid value: -1: must be greater than or equal to 0"),
        (pod(hostname="A.b"), 'spec.hostname: Invalid value: "A.b"'),
        (pod(volumes=[{"name": "v"}, {"name": "v"}]), 'spec.volumes[1].name: Duplicate value: "v"'),
        (
            pod(ephemeralContainers=[{"name": "e", "image": "a"}]),
            "spec.ephemeralContainers: Forbidden: cannot be set on create",
        ),
        (pod(initContainers=[{"name": "c", "image": "a"}]), 'spec.initContainers[0].name: Duplicate value: "c"'),
    ],
)
def test_what_is_wrong_is_told(value: Pod, message: str) -> None:
    lines = told(value)
    assert any(message in line for line in lines), lines


def test_several_errors_are_told_together() -> None:
    error = invalid("Pod", "p", pod_errors(pod({"name": "A"}, {"image": ""})))
    assert error.message.startswith('Pod "p" is invalid: [metadata.name: Invalid value: "A"')
    assert error.message.endswith("spec.containers[0].image: Required value]")
    status = error.status()
    assert isinstance(status.details, msgspec.Struct)
    assert status.details.causes
    assert [cause.field for cause in status.details.causes] == ["metadata.name", "spec.containers[0].image"]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m", "memory": "1024Mi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1"}}, "Burstable"),
        ({"requests": {"ephemeral-storage": "1Gi"}}, "BestEffort"),
    ],
)
def test_quality_of_service(resources: JsonObject, expected: str) -> None:
    assert qos_class(pod(container={"resources": resources}).spec) == expected


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("alpine", "Always"),
        ("alpine:latest", "Always"),
        ("alpine:3", "IfNotPresent"),
        ("host:5000/alpine", "Always"),
        ("host:5000/alpine:3", "IfNotPresent"),
        ("alpine@sha256:00", "IfNotPresent"),
    ],
)
def test_pull_policy_follows_the_tag(image: str, policy: str) -> None:
    assert pod(container={"image": image}).spec.containers[0].image_pull_policy == policy


def test_no_service_account_volume_where_it_is_declined() -> None:
    assert pod(automountServiceAccountToken=False).spec.volumes == []


def test_a_generated_name_is_the_prefix_and_five_letters() -> None:
    name = pod({"name": "", "generateName": "box-"}).metadata.name
    assert name.startswith("box-")
    assert len(name) == 9


def test_unknown_fields_are_named_by_path() -> None:
    value: JsonObject = {
        "kind": "Pod",
        "metadata": {"name": "p", "nmae": 1},
        "spec": {
            "containers": [{"name": "c", "imgae": "x", "env": [{"name": "A", "vaule": "b"}]}],
            "affinity": {"x": 1},
        },
        "sepc": {},
    }
    assert unknown_fields(value, Pod) == [
        "metadata.nmae",
        "spec.containers[0].imgae",
        "spec.containers[0].env[0].vaule",
        "sepc",
    ]
