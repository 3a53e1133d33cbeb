"""What a create may ask for: each option by Kubernetes' own rule, and the Pods of the three security profiles."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.config import K8sConfig
from k8s_sandbox_tui.provider.errors import ForbiddenError, InvalidArgumentError
from k8s_sandbox_tui.provider.manifest import pod_manifest
from k8s_sandbox_tui.provider.options import pod_request
from k8s_sandbox_tui.provider.quantity import parse_quantity
from k8s_sandbox_tui.provider.refused import explain_refusal
from k8s_sandbox_tui.provider.resources import Resources, make_resources, resources_of
from k8s_sandbox_tui.provider.security import RESTRICTED_HOME, SecurityProfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.provider.manifest import PodRequest

OPTIONS = (
    "envs", "metadata", "runtime", "image", "name", "namespace", "labels", "directory", "requests", "limits",
    "node_selector", "tolerations", "service_account", "service_account_token", "image_pull_secrets", "runtime_class",
    "ports", "lifetime", "max_lifetime", "security_profile",
)  # fmt: skip


def request(**options: object) -> PodRequest:
    make = cast("Callable[..., PodRequest]", pod_request)
    return make(K8sConfig(), **(dict.fromkeys(OPTIONS) | {"namespace": "ns"} | options))


def manifest(**options: object) -> dict[str, dict[str, object]]:
    made = msgspec.structs.replace(request(**options), name="n")
    return cast("dict[str, dict[str, object]]", pod_manifest(made))


def container(**options: object) -> dict[str, object]:
    return cast("list[dict[str, object]]", manifest(**options)["spec"]["containers"])[0]


# What the TypeScript provider sends, captured on the wire; the name, which is random, filled in.
TYPESCRIPT = """\
{"metadata":{"annotations":{},"labels":{"computesdk.io/managed":"true","computesdk.io/runtime":"node",\
"computesdk.io/sandbox-id":"computesdk-sbx-0123abcd"},"name":"computesdk-sbx-0123abcd","namespace":"default"},\
"spec":{"containers":[{"command":["/bin/sh","-c","while true; do sleep 3600; done"],"env":[],"image":"node:20-alpine",\
"name":"sandbox","resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"250m","memory":"256Mi"}}}],\
"restartPolicy":"Never","terminationGracePeriodSeconds":5}}"""


def test_compat_is_the_typescript_providers_pod_to_the_byte() -> None:
    made = request(security_profile="compat", namespace="default")
    named = msgspec.structs.replace(made, name="computesdk-sbx-0123abcd")
    assert msgspec.json.encode(pod_manifest(named)).decode() == TYPESCRIPT


def test_compat_takes_options_all_the_same() -> None:
    made = manifest(security_profile="compat", envs={"A": "$(B)"}, directory="/app", name="mine", lifetime=1000)
    spec = made["spec"]
    assert container(security_profile="compat", envs={"A": "$(B)"})["env"] == [{"name": "A", "value": "$(B)"}]
    assert container(security_profile="compat", directory="/app")["workingDir"] == "/app"
    assert "securityContext" not in spec
    # The TypeScript provider cannot name a Pod: one that is named is told by its nonce.
    assert list(cast("dict[str, str]", made["metadata"]["annotations"])) == ["computesdk.io/create-nonce"]


def restricted_violations(spec: dict[str, object]) -> list[str]:
    """What the Pod Security Standard `restricted` has against a Pod (kubernetes.io: "Pod Security Standards")."""
    pod = cast("dict[str, object]", spec.get("securityContext", {}))
    found: list[str] = []
    for one in cast("list[dict[str, object]]", spec["containers"]):
        context = cast("dict[str, object]", one.get("securityContext", {}))
        effective = pod | context
        if context.get("allowPrivilegeEscalation") is not False:
            found.append("allowPrivilegeEscalation")
        if cast("dict[str, object]", context.get("capabilities", {})).get("drop") != ["ALL"]:
            found.append("capabilities")
        if effective.get("runAsNonRoot") is not True or effective.get("runAsUser") == 0:
            found.append("runAsNonRoot")
        if cast("dict[str, object]", effective.get("seccompProfile", {})).get("type") != "RuntimeDefault":
            found.append("seccompProfile")
    volumes = cast("list[dict[str, object]]", spec.get("volumes", []))
    allowed = {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
    found += ["volumes" for volume in volumes if not volume.keys() - {"name"} <= allowed]
    found += [name for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    return found


def test_restricted_passes_the_restricted_standard_and_the_others_do_not() -> None:
    assert restricted_violations(manifest(security_profile="restricted", directory="/work")["spec"]) == []
    assert restricted_violations(manifest()["spec"]) == ["capabilities", "runAsNonRoot"]
    assert len(restricted_violations(manifest(security_profile="compat")["spec"])) == 4


@pytest.mark.parametrize(
    ("directory", "mounted"),
    [
        (None, {RESTRICTED_HOME, "/tmp"}),
        (RESTRICTED_HOME, {RESTRICTED_HOME, "/tmp"}),
        ("/tmp/", {RESTRICTED_HOME, "/tmp"}),
        ("/app", {RESTRICTED_HOME, "/tmp", "/app"}),
        (f"{RESTRICTED_HOME}/a", {RESTRICTED_HOME, "/tmp", f"{RESTRICTED_HOME}/a"}),
    ],
)
def test_restricted_brings_folders_that_its_user_can_write(directory: str | None, mounted: set[str]) -> None:
    made = container(security_profile="restricted", directory=directory)
    mounts = cast("list[dict[str, str]]", made["volumeMounts"])
    assert {mount["mountPath"] for mount in mounts} == mounted
    assert made["workingDir"] == (directory or RESTRICTED_HOME).rstrip("/")
    assert made["env"] == [{"name": "HOME", "value": RESTRICTED_HOME}]
    volumes = cast(
        "list[dict[str, object]]", manifest(security_profile="restricted", directory=directory)["spec"]["volumes"]
    )
    assert [volume["name"] for volume in volumes] == [mount["name"] for mount in mounts]


def test_a_home_of_ones_own_goes_before_the_profiles() -> None:
    assert container(security_profile="restricted", envs={"HOME": "/x"})["env"] == [{"name": "HOME", "value": "/x"}]


@pytest.mark.parametrize(
    ("profile", "hint"),
    [
        ("default", 'security_profile="restricted"'),
        ("compat", 'security_profile="restricted"'),
        ("restricted", "ask for less"),
    ],
)
def test_a_policys_refusal_names_the_profile_that_passes(profile: SecurityProfile, hint: str) -> None:
    message = (
        'pods "n" is forbidden: violates PodSecurity "restricted:latest": unrestricted capabilities (container '
        '"sandbox" must set securityContext.capabilities.drop=["ALL"])'
    )
    error = ForbiddenError(message)
    explain_refusal(error, profile)
    assert hint in error.hint


def test_openshift_lets_no_pod_choose_its_user() -> None:
    said = "unable to validate against any security context constraint: [...]"
    errors = [ForbiddenError(f'pods "n" is forbidden: {said}') for _ in range(2)]
    explain_refusal(errors[0], "restricted")
    explain_refusal(errors[1], "default")
    assert ["--profile default" in error.hint for error in errors] == [True, False]


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("exceeded quota: q, requested: requests.cpu=250m, used: requests.cpu=1, limited: requests.cpu=1", "the quota"),
        ("failed quota: q: must specify limits.ephemeral-storage for: sandbox", "the amounts that it names"),
        ("[maximum cpu usage per Container is 500m, but limit is 1, maximum ...]", "within these bounds"),
        ("unable to create new content in namespace ns because it is being terminated", "another namespace"),
        ('error looking up service account ns/sa: serviceaccount "sa" not found', "Create the service account sa"),
        ('pod rejected: RuntimeClass "gvisor" not found', "a runtime class that the cluster has"),
        (
            'admission webhook "gatekeeper.sh" denied the request: [repos] container <sandbox> has ...',
            "a policy of this",
        ),
        ("ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: x", "a policy of this"),
        ('Internal error occurred: failed calling webhook "kyverno": failed to call webhook: Post ...', "ask who runs"),
        ("something else", "as it was"),
    ],
)
def test_a_refusal_by_admission_names_the_next_step(said: str, hint: str) -> None:
    error = ForbiddenError(f'pods "n" is forbidden: {said}', hint="as it was")
    explain_refusal(error, "default")
    assert hint in error.hint


def test_every_option_in_the_pod() -> None:
    spec = manifest(
        labels={"team": "a", "example.com/x": ""},
        directory="/app/./src//x",
        requests={"cpu": 0.5, "ephemeral-storage": "1Gi"},
        limits={"memory": "2Gi", "cpu": None},
        node_selector={"kubernetes.io/arch": "arm64"},
        tolerations=[{"key": "gpu", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}],
        service_account="builder",
        service_account_token=True,
        image_pull_secrets=["registry"],
        runtime_class="gvisor",
        ports={"http": 8080},
        max_lifetime=timedelta(minutes=10),
    )
    assert spec["metadata"]["labels"] == {
        "computesdk.io/managed": "true", "computesdk.io/runtime": "node", "computesdk.io/sandbox-id": "n",
        "team": "a", "example.com/x": "",
    }  # fmt: skip
    made = cast("list[dict[str, object]]", spec["spec"].pop("containers"))[0]
    assert made["workingDir"] == "/app/src/x"
    assert made["resources"] == {
        "requests": {"cpu": "0.5", "memory": "256Mi", "ephemeral-storage": "1Gi"},
        "limits": {"memory": "2Gi"},
    }
    assert made["ports"] == [{"containerPort": 8080, "name": "http"}]
    assert spec["spec"] == {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 5,
        "automountServiceAccountToken": True,
        "enableServiceLinks": False,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "nodeSelector": {"kubernetes.io/arch": "arm64"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}],
        "serviceAccountName": "builder",
        "imagePullSecrets": [{"name": "registry"}],
        "runtimeClassName": "gvisor",
        "activeDeadlineSeconds": 600,
    }


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1", 1), ("250m", "0.25"), ("0.5", "0.5"), (".5", "0.5"), ("5.", 5), ("1Ki", 1024), ("1.5Gi", 1610612736),
        ("1k", 1000), ("1M", 10**6), ("1E", 10**18), ("1e3", 1000), ("1E3", 1000), ("1e-3", "0.001"), ("+1", 1),
        (2, 2), (0.25, "0.25"), (1e-05, "0.00001"), ("0", 0), ("100n", "0.0000001"),
    ],
)  # fmt: skip
def test_quantities_that_kubernetes_reads(text: str | float, amount: int | str) -> None:
    assert parse_quantity("x", text) == (str(text), Decimal(amount))


@pytest.mark.parametrize(
    "text",
    [
        "", "1 Gi", "1gi", "1KB", "Gi", "1.2.3", "0x10", "-1", "-1Gi", "1e", "1ee3", "\u0661", "1\n", "nan",
        True, None, [], float("nan"), float("inf"),
    ],
)  # fmt: skip
def test_quantities_that_are_none(text: object) -> None:
    with pytest.raises(InvalidArgumentError, match=r"is not a quantity for x|is less than nothing"):
        parse_quantity("x", text)


@pytest.mark.parametrize(
    ("requests", "limits", "expected"),
    [
        (None, None, Resources({"cpu": "250m", "memory": "256Mi"}, {"cpu": "1", "memory": "1Gi"})),
        # Only a limit, below the default request: the request comes down with it.
        (None, {"memory": "128Mi"}, Resources({"cpu": "250m", "memory": "128Mi"}, {"cpu": "1", "memory": "128Mi"})),
        (None, {"cpu": "100m"}, Resources({"cpu": "100m", "memory": "256Mi"}, {"cpu": "100m", "memory": "1Gi"})),
        # Only a request, above the default limit: the limit goes up with it.
        ({"cpu": 4}, None, Resources({"cpu": "4", "memory": "256Mi"}, {"cpu": "4", "memory": "1Gi"})),
        ({"cpu": None}, {"cpu": None}, Resources({"memory": "256Mi"}, {"memory": "1Gi"})),
        (
            {"ephemeral-storage": "1G"},
            {"ephemeral-storage": "1Gi"},
            Resources(
                {"cpu": "250m", "memory": "256Mi", "ephemeral-storage": "1G"},
                {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "1Gi"},
            ),
        ),
    ],
)
def test_requests_and_limits(requests: object, limits: object, expected: Resources) -> None:
    make = cast("Callable[[object, object], Resources]", make_resources)
    assert make(requests, limits) == expected


amounts = st.none() | st.integers(0, 10**6).map(lambda number: f"{number}m")


@given(st.dictionaries(st.just("cpu"), amounts), st.dictionaries(st.just("cpu"), amounts))
def test_no_request_is_ever_above_its_limit(requests: dict[str, str | None], limits: dict[str, str | None]) -> None:
    make = cast("Callable[[object, object], Resources]", make_resources)
    try:
        made = make(requests, limits)
    except InvalidArgumentError:
        assert requests.get("cpu")
        assert limits.get("cpu")
        return
    if "cpu" in made.requests and "cpu" in made.limits:
        assert parse_quantity("x", made.requests["cpu"])[1] <= parse_quantity("x", made.limits["cpu"])[1]


BAD = [
    ({"labels": {"computesdk.io/managed": "false"}}, "is the provider's own"),
    ({"labels": {"computesdk.io/x": "1"}}, "is the provider's own"),
    ({"labels": {"a.computesdk.io/x": "1"}}, "is the provider's own"),
    ({"labels": {"a b": "1"}}, "is not the key of a label"),
    ({"labels": {"/a": "1"}}, "is not the key of a label"),
    ({"labels": {"a/b/c": "1"}}, "is not the key of a label"),
    ({"labels": {"a": "-x"}}, "cannot be"),
    ({"labels": {"a": "x" * 64}}, "cannot be"),
    ({"labels": {"a": 1}}, "cannot be"),
    ({"labels": ["a"]}, "is not a mapping of labels"),
    ({"directory": "app"}, "is not a directory"),
    ({"directory": "/a/../b"}, "is not a directory"),
    ({"directory": "/", "security_profile": "restricted"}, "cannot work in '/'"),
    ({"requests": {"gpu": 1}}, "is not supported"),
    ({"limits": {"memory": "lots"}}, "is not a quantity for the limit of memory"),
    ({"requests": {"cpu": 2}, "limits": {"cpu": 1}}, "is above its limit"),
    ({"requests": [1]}, "is not a mapping of requests"),
    ({"node_selector": {"a": "b c"}}, "cannot be"),
    ({"tolerations": ["gpu"]}, "is not a toleration"),
    ({"tolerations": [{"key": "a", "operator": "In"}]}, "the operator 'In'"),
    ({"tolerations": [{"operator": "Equal"}]}, "no key"),
    ({"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}, "a value beside"),
    ({"tolerations": [{"key": "a", "tolerationSeconds": 5}]}, "tolerationSeconds"),
    ({"tolerations": [{"key": "a", "effect": "No"}]}, "the effect 'No'"),
    ({"tolerations": [{"key": "a", "colour": "x"}]}, "has no 'colour'"),
    ({"service_account": "A"}, "is not the name of a service account"),
    ({"image_pull_secrets": "registry"}, "is one text"),
    ({"image_pull_secrets": [""]}, "is not the name of a Secret"),
    ({"runtime_class": "g/v"}, "is not the name of a runtime class"),
    ({"ports": [0]}, "is not a port"),
    ({"ports": [80, 80]}, "stands there twice"),
    ({"ports": {"HTTP": 80}}, "is not the name of a port"),
    ({"ports": {"80": 80}}, "is not the name of a port"),
    ({"ports": {"a--b": 80}}, "is not the name of a port"),
    ({"ports": {"a" * 16: 80}}, "is not the name of a port"),
    ({"lifetime": 0}, "is out of range"),
    ({"lifetime": -5}, "is out of range"),
    ({"lifetime": 10**30}, "is out of range"),
    ({"lifetime": "1h"}, "is not a span of time"),
    ({"max_lifetime": True}, "is not a span of time"),
    ({"lifetime": 2000, "max_lifetime": 1000}, "is longer than the max_lifetime"),
    ({"security_profile": "hardened"}, "There is no security profile"),
]


@pytest.mark.parametrize(
    ("options", "expected"), BAD, ids=lambda value: json.dumps(value) if isinstance(value, dict) else ""
)
def test_options_that_cannot_be(options: dict[str, object], expected: str) -> None:
    with pytest.raises(InvalidArgumentError, match=expected):
        request(**options)


def test_a_hard_cap_is_rounded_up_to_whole_seconds() -> None:
    assert request(max_lifetime=1).max_lifetime == 1
    assert request(max_lifetime=60_001).max_lifetime == 61
    assert request(max_lifetime=60_001).lifetime == timedelta(milliseconds=60_001)
    assert request(lifetime=5, max_lifetime=1000).lifetime == timedelta(milliseconds=5)


@given(st.binary(max_size=20))
def test_resources_that_do_not_fit_the_schema_are_none(raw: bytes) -> None:
    assert isinstance(resources_of(raw), Resources)


def test_equal_resources_are_one_object() -> None:
    raw = b'{"limits":{"cpu":"1"}}'
    assert resources_of(raw) is resources_of(bytes(bytearray(raw)))
    assert resources_of(raw).limits == {"cpu": "1"}
