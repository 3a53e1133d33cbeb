from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.dashboard.create.form import CreateRequest, FormValues, to_requests
from k8s_sandbox_tui.dashboard.create.like import form_like
from k8s_sandbox_tui.dashboard.create.preview import pod_yaml
from k8s_sandbox_tui.provider.config import K8sConfig
from k8s_sandbox_tui.provider.dotenv import Row
from k8s_sandbox_tui.provider.manifest import pod_manifest
from k8s_sandbox_tui.provider.options import pod_request
from k8s_sandbox_tui.provider.resources import Resources
from tests.dashboard.create_host import DEFAULTS
from tests.dashboard.scripted import sandbox_info

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import SandboxInfo


def made(request: CreateRequest) -> tuple[SandboxInfo, dict[str, object]]:
    """The sandbox that a request leads to, and its Pod."""
    pod = pod_request(
        K8sConfig(),
        envs=request.envs,
        metadata=request.metadata,
        runtime=request.runtime,
        image=request.image,
        name=request.name or "computesdk-sbx-12345678",
        namespace=request.namespace or "default",
        requests=request.requests,
        limits=request.limits,
        lifetime=request.lifetime,
        security_profile=request.security_profile,
    )
    info = sandbox_info(1)
    info = msgspec.structs.replace(
        info,
        name=pod.name,
        namespace=pod.namespace,
        runtime=pod.runtime,
        image=pod.image,
        metadata=dict(request.metadata),
        resources=Resources(pod.resources.requests, pod.resources.limits),
        expires_at=None if request.lifetime is None else info.created_at + request.lifetime,
    )
    return info, pod_manifest(pod)


def test_a_sandbox_of_an_empty_form_gives_an_empty_form() -> None:
    (request,) = to_requests(FormValues(runtime="node"))
    likeness = form_like(*made(request), DEFAULTS)
    assert likeness.values.is_empty
    assert likeness.left_out == ()


def test_everything_that_a_form_can_say_comes_back() -> None:
    values = FormValues(
        runtime="python",
        image="img:1",
        name="web",
        namespace="agents",
        envs=(Row("A", "1 $(B) $$ 2"), Row("TOKEN", "s3cret")),
        metadata=(Row("owner", "ann"),),
        lifetime="1d 12h",
        cpu_request="500m",
        memory_limit="2Gi",
        profile="restricted",
    )
    (request,) = to_requests(values)
    likeness = form_like(*made(request), DEFAULTS)
    assert likeness.values == values
    assert likeness.left_out == ()
    assert likeness.values.lifetime == "1d 12h"
    assert request.lifetime == timedelta(hours=36)


def test_what_does_not_fit_into_a_form_is_named() -> None:
    info, _ = made(to_requests(FormValues(runtime="node"))[0])
    pod: dict[str, object] = {
        "spec": {
            "containers": [
                {
                    "name": "sandbox",
                    "workingDir": "/work",
                    "env": [
                        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                        {"name": "PLAIN", "value": "1"},
                    ],
                },
                {"name": "proxy"},
            ],
            "nodeSelector": {"pool": "x"},
            "runtimeClassName": "gvisor",
        }
    }
    likeness = form_like(info, pod, DEFAULTS)
    assert likeness.values.envs == (Row("PLAIN", "1"),)
    assert likeness.values.profile == "compat"
    assert likeness.left_out == (
        "variables from elsewhere (TOKEN)",
        "the directory /work",
        "the node selector",
        "the runtime class gvisor",
        "the other containers",
    )


def test_a_pod_of_other_types_than_kubernetes_gives_still_makes_a_form() -> None:
    info, _ = made(to_requests(FormValues(runtime="node", image="img"))[0])
    assert form_like(info, {"spec": {"containers": 7}}, DEFAULTS).values.image == "img"


def test_the_preview_is_the_pod_that_is_sent_without_the_values_of_variables() -> None:
    (request,) = to_requests(
        FormValues(runtime="node", name="web", envs=(Row("TOKEN", "s3cret"),), metadata=(Row("owner", "ann\n- x"),))
    )
    text = pod_yaml(request, DEFAULTS, masked=True)
    assert "s3cret" not in text
    assert "TOKEN" in text
    assert f"name: {request.name}" in text
    assert "computesdk.io/managed: 'true'" in text
    assert "activeDeadlineSeconds" not in text
    assert "s3cret" in pod_yaml(request, DEFAULTS, masked=False)
    assert json.dumps(text)
