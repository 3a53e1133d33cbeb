"""What kubectl changes, command by command, with each kubectl that this machine has where they differ."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import pytest

from tests.contract.cluster_client import look, pod_manifest
from tests.contract.kubectls import FEWER_PROGRAMS, PROGRAMS, Kubectl, kubectl_in_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue


@pytest.fixture(scope="module", params=PROGRAMS)
def kubectl(request: pytest.FixtureRequest, local_cluster: LocalClusterStatus) -> Iterator[Kubectl]:
    """Each kubectl, in a namespace of its own."""
    with kubectl_in_namespace(request.param, local_cluster.kubeconfig) as kubectl:
        yield kubectl


@pytest.fixture(scope="module", params=FEWER_PROGRAMS)
def newest(request: pytest.FixtureRequest, local_cluster: LocalClusterStatus) -> Iterator[Kubectl]:
    """One kubectl, for what all do in the same way, in a namespace of its own."""
    with kubectl_in_namespace(request.param, local_cluster.kubeconfig) as kubectl:
        yield kubectl


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where to write a manifest."""
    return tmp_path / "pod.json"


def _labels(kubectl: Kubectl, name: str) -> JsonValue:
    return look(json.loads(kubectl("get", "pod", name, "-o", "json").stdout), "metadata.labels")


def test_apply(kubectl: Kubectl, file: Path) -> None:
    manifest = pod_manifest("applied")
    file.write_text(json.dumps(manifest))
    assert kubectl("apply", "-f", str(file)).stdout == "pod/applied created\n"
    assert kubectl("apply", "-f", str(file)).stdout == "pod/applied unchanged\n"
    kubectl("label", "pod", "applied", "other=kept")
    manifest["metadata"] = {"name": "applied", "labels": {"tier": "front"}}
    file.write_text(json.dumps(manifest))
    assert kubectl("diff", "-f", str(file), code=1).stdout
    assert kubectl("apply", "-f", str(file)).stdout == "pod/applied configured\n"
    # What was there and is not any more goes; what others have set stays.
    assert _labels(kubectl, "applied") == {"other": "kept", "tier": "front"}
    assert kubectl("apply", "-f", str(file), "--dry-run=server").stdout == "pod/applied unchanged (server dry run)\n"
    assert kubectl("delete", "-f", str(file)).stdout.startswith('pod "applied" deleted')
    kubectl("get", "pod", "applied", code=1)


def test_apply_on_the_server(kubectl: Kubectl, file: Path) -> None:
    manifest = pod_manifest("applied")
    command = ("apply", "--server-side", "-f", str(file))
    manifest["metadata"] = {"name": "applied", "labels": {"kept": "1", "dropped": "1"}}
    file.write_text(json.dumps(manifest))
    assert kubectl(*command).stdout == "pod/applied serverside-applied\n"
    kubectl("label", "pod", "applied", "other=kept")
    manifest["metadata"] = {"name": "applied", "labels": {"kept": "2"}}
    file.write_text(json.dumps(manifest))
    kubectl(*command, "--dry-run=server")
    assert _labels(kubectl, "applied") == {"kept": "1", "dropped": "1", "other": "kept"}
    assert kubectl(*command).stdout == "pod/applied serverside-applied\n"
    assert _labels(kubectl, "applied") == {"kept": "2", "other": "kept"}


def test_apply_on_the_server_to_what_others_own(kubectl: Kubectl, file: Path) -> None:
    command = ("apply", "--server-side", "-f", str(file))
    manifest = pod_manifest("shared")
    manifest["metadata"] = {"name": "shared", "labels": {"a": "1"}}
    file.write_text(json.dumps(manifest))
    # What kubectl has applied from here it may go on with on the server.
    kubectl("apply", "-f", str(file))
    manifest["metadata"] = {"name": "shared", "labels": {"a": "2"}}
    file.write_text(json.dumps(manifest))
    kubectl(*command)
    kubectl("label", "pod", "shared", "--overwrite", "a=3")
    refused = kubectl(*command, code=None)
    assert refused.returncode
    assert ".metadata.labels.a" in refused.stderr
    assert "--force-conflicts" in refused.stderr
    kubectl(*command, "--force-conflicts")
    assert _labels(kubectl, "shared") == {"a": "2"}
    kubectl("delete", "pod", "shared", "--force", "--grace-period=0")


def test_create(kubectl: Kubectl, file: Path) -> None:
    file.write_text(json.dumps(pod_manifest("made")))
    assert kubectl("create", "-f", str(file)).stdout == "pod/made created\n"
    assert "AlreadyExists" in kubectl("create", "-f", str(file), code=1).stderr
    assert kubectl("delete", "pods", "-l", "computesdk.io/managed=true").stdout.startswith('pod "made" deleted')


def test_create_what_is_sent_as_protobuf(newest: Kubectl) -> None:
    newest("create", "service", "clusterip", "web", "--tcp=80:8080")
    path = "jsonpath={.spec.ports[0].port} {.spec.ports[0].targetPort} {.spec.selector.app}"
    assert newest("get", "service", "web", "-o", path).stdout == "80 8080 web"


def test_create_refuses_what_is_wrong(kubectl: Kubectl, file: Path) -> None:
    file.write_text(json.dumps({**pod_manifest("wrong"), "sepc": {}}))
    assert 'unknown field "sepc"' in kubectl("create", "-f", str(file), code=1).stderr
    file.write_text(json.dumps(pod_manifest("Wrong_Name")))
    assert 'The Pod "Wrong_Name" is invalid' in kubectl("create", "-f", str(file), code=1).stderr


def test_run_and_wait(newest: Kubectl) -> None:
    made = newest("run", "once", "--image=busybox", "--restart=Never", "--env=A=b", "--", "sleep", "1000")
    assert made.stdout == "pod/once created\n"
    assert newest("wait", "--for=condition=Ready", "pod/once", "--timeout=60s").stdout == "pod/once condition met\n"
    newest("delete", "pod", "once", "--force", "--grace-period=0")


def test_label_annotate_patch_and_edit(kubectl: Kubectl) -> None:
    kubectl("run", "changed", "--image=busybox", "--restart=Never", "--labels=a=b", "--", "sleep", "1000")
    assert kubectl("label", "pod", "changed", "x=y").stdout == "pod/changed labeled\n"
    assert "--overwrite is false" in kubectl("label", "pod", "changed", "x=z", code=1).stderr
    assert kubectl("label", "pod", "changed", "a-").stdout in {"pod/changed labeled\n", "pod/changed unlabeled\n"}
    # kubectl 1.27 says "annotate".
    assert kubectl("annotate", "pod", "changed", "note=hi").stdout in {
        "pod/changed annotated\n",
        "pod/changed annotate\n",
    }
    stored = json.loads(kubectl("get", "pod", "changed", "-o", "json").stdout)
    assert look(stored, "metadata.annotations.note") == "hi"
    patches: dict[str, JsonValue] = {
        "strategic": {"metadata": {"labels": {"by": "strategic"}}},
        "merge": {"metadata": {"labels": {"x": None, "by": "merge"}}},
        "json": [{"op": "add", "path": "/metadata/labels/more", "value": "z"}],
    }
    for kind, patch in patches.items():
        assert kubectl("patch", "pod", "changed", f"--type={kind}", "-p", json.dumps(patch)).stdout == (
            "pod/changed patched\n"
        )
    assert _labels(kubectl, "changed") == {"by": "merge", "more": "z"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KUBE_EDITOR", "sed -i s/more:\\ z/more:\\ edited/")
        assert kubectl("edit", "pod", "changed").stdout == "pod/changed edited\n"
        assert _labels(kubectl, "changed") == {"by": "merge", "more": "edited"}
        assert "no changes made" in kubectl("edit", "pod", "changed").stderr
    kubectl("delete", "pod", "changed", "--force", "--grace-period=0")


def test_what_may_not_change(kubectl: Kubectl, file: Path) -> None:
    manifest: JsonObject = pod_manifest("fixed")
    file.write_text(json.dumps(manifest))
    kubectl("apply", "-f", str(file))
    file.write_text(json.dumps(pod_manifest("fixed", command=["sleep", "1"])))
    assert "pod updates may not change fields other than" in kubectl("apply", "-f", str(file), code=1).stderr
    assert kubectl("replace", "--force", "-f", str(file)).stdout.endswith("pod/fixed replaced\n")
    kubectl("delete", "pod", "fixed", "--force", "--grace-period=0")


def test_namespaces(newest: Kubectl) -> None:
    name = f"made-{secrets.token_hex(3)}"
    assert newest("create", "namespace", name).stdout == f"namespace/{name} created\n"
    assert "Active" in newest("get", "namespace", name).stdout
    assert newest("delete", "namespace", name).stdout == f'namespace "{name}" deleted\n'
    newest("get", "namespace", name, code=1)


def test_deleting_with_and_without_patience(newest: Kubectl) -> None:
    obstinate = ["--image=busybox", "--restart=Never", "--", "sh", "-c", "trap '' TERM; while :; do sleep 1; done"]
    for name in ("one", "two"):
        newest("run", name, *obstinate)
        newest("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
    assert newest("delete", "pod", "one", "--wait=false").returncode == 0
    assert newest("get", "pod", "one", "--no-headers").stdout.split()[2] == "Terminating"
    assert newest("delete", "pod", "two", "--now").stdout.startswith('pod "two" deleted')
    forced = newest("delete", "pod", "one", "--force", "--grace-period=0")
    assert "Immediate deletion does not wait" in forced.stderr
    newest("get", "pod", "one", code=1)
