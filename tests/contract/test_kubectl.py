"""The installed kubectl against the local cluster, command by command."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import pytest

from tests.contract.cluster_client import look, pod_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonValue

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed on this machine")

Kubectl = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def kubectl(local_cluster: LocalClusterStatus) -> Iterator[Kubectl]:
    """Runs kubectl in a namespace of its own; fails the test when kubectl fails, unless told not to."""
    base = ["kubectl", f"--kubeconfig={local_cluster.kubeconfig}"]
    namespace = f"kubectl-{secrets.token_hex(3)}"

    def run(*arguments: str, code: int | None = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [*base, f"--namespace={namespace}", *arguments]
        answer = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=30, check=False)
        assert code is None or answer.returncode == code, answer.stdout + answer.stderr
        return answer

    run("create", "namespace", namespace)
    run("run", "box", "--image=python:3.11-slim", "--restart=Never", "--labels=team=a", "--", "sleep", "1000")
    run("wait", "--for=condition=Ready", "pod/box", "--timeout=20s")
    yield run
    run("delete", "pods", "--all", "--force", "--grace-period=0", code=None)
    run("delete", "namespace", namespace)


def _json(answer: subprocess.CompletedProcess[str]) -> JsonValue:
    return cast("JsonValue", json.loads(answer.stdout))


def test_version(kubectl: Kubectl) -> None:
    assert "Server Version: v1.33." in kubectl("version").stdout


def test_get_as_table(kubectl: Kubectl) -> None:
    header, row = kubectl("get", "pods", "box").stdout.splitlines()
    assert header.split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert row.split()[:4] == ["box", "1/1", "Running", "0"]


def test_get_wide(kubectl: Kubectl) -> None:
    header, row = kubectl("get", "pods", "box", "-o", "wide").stdout.splitlines()
    assert "NODE" in header
    assert "local-node" in row


def test_get_in_other_forms(kubectl: Kubectl) -> None:
    assert look(_json(kubectl("get", "pod", "box", "-o", "json")), "kind") == "Pod"
    assert "\nkind: Pod\n" in kubectl("get", "pod", "box", "-o", "yaml").stdout
    assert kubectl("get", "pod", "box", "-o", "jsonpath={.status.phase}").stdout == "Running"
    assert kubectl("get", "pods", "-l", "team=a", "-o", "name").stdout == "pod/box\n"
    assert kubectl("get", "pods", "-l", "team=b").stderr.startswith("No resources found")
    assert "box" in kubectl("get", "pods", "--field-selector", "status.phase=Running").stdout
    assert "box" in kubectl("get", "pods", "-A").stdout
    assert "box" in kubectl("get", "all").stdout


def test_get_what_is_not_there(kubectl: Kubectl) -> None:
    assert kubectl("get", "pod", "none", code=1).stderr == 'Error from server (NotFound): pods "none" not found\n'


def test_watch(kubectl: Kubectl) -> None:
    answer = kubectl("get", "pods", "box", "-w", "--request-timeout=1s", code=None)
    assert answer.stdout.splitlines()[1].split()[:3] == ["box", "1/1", "Running"]


def test_exec(kubectl: Kubectl) -> None:
    answer = kubectl("exec", "box", "--", "sh", "-c", "echo out; echo err >&2; exit 7", code=7)
    assert answer.stdout == "out\n"
    assert answer.stderr.startswith("err\n")
    assert kubectl("exec", "-i", "box", "--", "cat", stdin="hello").stdout == "hello"
    missing = kubectl("exec", "box", "--", "/no/such", code=None)
    assert missing.returncode != 0
    assert "no such file or directory" in missing.stderr


def test_describe(kubectl: Kubectl) -> None:
    text = kubectl("describe", "pod", "box").stdout
    assert re.search(r"Status:\s+Running", text)
    assert re.search(r"Normal\s+Started\s+\S+\s+kubelet\s+Started container box", text)
    assert "Ready" in kubectl("describe", "node", "local-node").stdout


def test_logs(kubectl: Kubectl) -> None:
    kubectl("run", "talk", "--image=busybox", "--restart=Never", "--", "sh", "-c", "echo one; echo two")
    kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/talk", "--timeout=20s")
    assert kubectl("logs", "talk").stdout == "one\ntwo\n"
    assert kubectl("logs", "talk", "--tail=1").stdout == "two\n"
    assert kubectl("logs", "-f", "talk").stdout == "one\ntwo\n"
    assert re.match(r"\d{4}-\d\d-\d\dT\S+ one\n", kubectl("logs", "talk", "--timestamps").stdout)
    assert kubectl("delete", "pod", "talk").stdout == 'pod "talk" deleted\n'


def test_apply_label_annotate_and_delete(kubectl: Kubectl, tmp_path: Path) -> None:
    manifest = tmp_path / "pod.json"
    body = pod_manifest("applied")
    manifest.write_text(json.dumps(body))
    assert kubectl("apply", "-f", str(manifest)).stdout == "pod/applied created\n"
    assert kubectl("apply", "-f", str(manifest)).stdout == "pod/applied unchanged\n"
    labels: JsonValue = {"tier": "front"}
    manifest.write_text(json.dumps({**body, "metadata": {"name": "applied", "labels": labels}}))
    assert kubectl("apply", "-f", str(manifest)).stdout == "pod/applied configured\n"
    assert kubectl("get", "pod", "applied", "-o", "jsonpath={.metadata.labels}").stdout == '{"tier":"front"}'
    assert kubectl("label", "pod", "applied", "x=y").stdout == "pod/applied labeled\n"
    assert kubectl("label", "pod", "applied", "x-").stdout == "pod/applied unlabeled\n"
    assert kubectl("annotate", "pod", "applied", "note=hi").stdout == "pod/applied annotated\n"
    assert kubectl("delete", "-f", str(manifest), "--wait").stdout == 'pod "applied" deleted\n'
    kubectl("get", "pod", "applied", code=1)


def test_create_refuses_what_is_wrong(kubectl: Kubectl, tmp_path: Path) -> None:
    manifest = tmp_path / "pod.json"
    manifest.write_text(json.dumps({**pod_manifest("wrong"), "sepc": {}}))
    assert 'unknown field "sepc"' in kubectl("create", "-f", str(manifest), code=1).stderr
    manifest.write_text(json.dumps(pod_manifest("Wrong_Name")))
    assert 'The Pod "Wrong_Name" is invalid' in kubectl("create", "-f", str(manifest), code=1).stderr


def test_a_pod_that_restarts_always_is_started_again(kubectl: Kubectl) -> None:
    kubectl("run", "again", "--image=alpine", "--", "sh", "-c", "exit 1")
    kubectl("wait", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "pod/again", "--timeout=20s")
    assert kubectl("delete", "pod", "again", "--now").stdout == 'pod "again" deleted\n'


def test_rights(kubectl: Kubectl) -> None:
    assert kubectl("auth", "can-i", "create", "pods").stdout == "yes\n"
    assert "[*]" in kubectl("auth", "can-i", "--list").stdout
    assert "local-admin" in kubectl("auth", "whoami").stdout


def test_namespaces(kubectl: Kubectl) -> None:
    name = f"made-{secrets.token_hex(3)}"
    assert kubectl("create", "namespace", name).stdout == f"namespace/{name} created\n"
    assert "Active" in kubectl("get", "namespace", name).stdout
    assert kubectl("delete", "namespace", name).stdout == f'namespace "{name}" deleted\n'
    kubectl("get", "namespace", name, code=1)


def test_events_and_resources(kubectl: Kubectl) -> None:
    assert re.search(r"Normal\s+Scheduled\s+pod/box", kubectl("get", "events").stdout)
    assert "Started container box" in kubectl("events", "--for=pod/box").stdout
    listed = kubectl("api-resources", "--no-headers").stdout
    assert {line.split()[0] for line in listed.splitlines()} >= {"pods", "namespaces", "nodes", "services", "events"}
    assert "KIND:       Pod" in kubectl("explain", "pod").stdout
    assert "is running at https://127.0.0.1" in kubectl("cluster-info").stdout


def test_explain(kubectl: Kubectl) -> None:
    told = kubectl("explain", "pod").stdout
    assert re.search(r"KIND: +Pod\nVERSION: +v1", told)
    assert all(f"  {name}\t<" in told for name in ("apiVersion", "kind", "metadata", "spec", "status"))
    deep = kubectl("explain", "pod.spec.containers.securityContext.runAsUser").stdout
    assert "FIELD: runAsUser <integer>" in deep
    assert "does not exist" in kubectl("explain", "pod.spec.none", code=1).stderr


def test_apply_keeps_what_others_have_set(kubectl: Kubectl, tmp_path: Path) -> None:
    manifest = pod_manifest("joined")
    file = tmp_path / "pod.json"
    file.write_text(json.dumps(manifest))
    kubectl("apply", "-f", str(file))
    kubectl("label", "pod", "joined", "other=kept")
    assert "unchanged" in kubectl("apply", "-f", str(file)).stdout
    manifest["metadata"] = {"name": "joined", "labels": {"computesdk.io/managed": "true", "new": "yes"}}
    file.write_text(json.dumps(manifest))
    assert "configured" in kubectl("apply", "-f", str(file)).stdout
    labels = look(_json(kubectl("get", "pod", "joined", "-o", "json")), "metadata.labels")
    assert labels == {"computesdk.io/managed": "true", "new": "yes", "other": "kept"}
    kubectl("delete", "pod", "joined", "--now")


def test_previous_logs_of_a_container_that_never_restarted(kubectl: Kubectl) -> None:
    answer = kubectl("logs", "--previous", "box", code=1)
    assert 'previous terminated container "box" in pod "box" not found' in answer.stderr


def test_list_of_rights(kubectl: Kubectl) -> None:
    listed = kubectl("auth", "can-i", "--list").stdout
    assert listed.split("\n", 1)[0].split()[0] == "Resources"
    assert "*.*" in listed
