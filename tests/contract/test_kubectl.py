"""What kubectl reads, command by command, with each kubectl that this machine has."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contract.cluster_client import look
from tests.contract.kubectls import FEWER_PROGRAMS, INSTALLED, Kubectl, idle_pod, kubectl_in_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus


@pytest.fixture(scope="module", params=FEWER_PROGRAMS)
def kubectl(request: pytest.FixtureRequest, local_cluster: LocalClusterStatus) -> Iterator[Kubectl]:
    """Each kubectl, in a namespace of its own in which the Pod `box` runs."""
    with kubectl_in_namespace(request.param, local_cluster.kubeconfig) as kubectl:
        idle_pod(kubectl, "box", "--labels=team=a")
        yield kubectl


def test_version(kubectl: Kubectl, local_cluster: LocalClusterStatus) -> None:
    assert "v1.33.13" in kubectl("version").stdout
    # Which asks for the version before it does anything, where it is Google's.
    as_installed = Kubectl(Path(INSTALLED or kubectl.program), local_cluster.kubeconfig, kubectl.namespace)
    assert as_installed("get", "pods", "-o", "name").stdout == "pod/box\n"


def test_get_as_table(kubectl: Kubectl) -> None:
    header, row = kubectl("get", "pods", "box").stdout.splitlines()
    assert header.split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert row.split()[:4] == ["box", "1/1", "Running", "0"]
    header, row = kubectl("get", "pods", "box", "-o", "wide").stdout.splitlines()
    assert "NODE" in header
    assert "local-node" in row


def test_get_in_other_forms(kubectl: Kubectl) -> None:
    assert look(json.loads(kubectl("get", "pod", "box", "-o", "json").stdout), "kind") == "Pod"
    assert "\nkind: Pod\n" in kubectl("get", "pod", "box", "-o", "yaml").stdout
    assert kubectl("get", "pod", "box", "-o", "jsonpath={.status.phase}").stdout == "Running"
    columns = kubectl("get", "pods", "-o", "custom-columns=N:.metadata.name,P:.status.phase").stdout
    assert [line.split() for line in columns.splitlines()] == [["N", "P"], ["box", "Running"]]


def test_get_by_selectors(kubectl: Kubectl) -> None:
    assert kubectl("get", "pods", "-l", "team=a", "-o", "name").stdout == "pod/box\n"
    assert kubectl("get", "pods", "-l", "team in (b, c)").stderr.startswith("No resources found")
    for selector in ("status.phase=Running", "metadata.name=box", "spec.nodeName=local-node"):
        assert "box" in kubectl("get", "pods", "--field-selector", selector).stdout
    assert kubectl("get", "pods", "--field-selector", "status.phase!=Running", "-o", "name").stdout == ""
    assert kubectl.namespace in kubectl("get", "pods", "-A").stdout
    assert "pod/box" in kubectl("get", "all").stdout


def test_get_what_is_not_there(kubectl: Kubectl) -> None:
    assert kubectl("get", "pod", "none", code=1).stderr == 'Error from server (NotFound): pods "none" not found\n'


def test_watch(kubectl: Kubectl) -> None:
    command = kubectl.command("get", "pods", "-w", "--show-labels")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().split()[-1] == "LABELS"
            assert process.stdout.readline().split()[-1] == "team=a"
            kubectl("label", "pod", "box", "more=b")
            assert process.stdout.readline().split()[-1] == "more=b,team=a"
        finally:
            process.kill()
    kubectl("label", "pod", "box", "more-")


def test_describe(kubectl: Kubectl) -> None:
    text = kubectl("describe", "pod", "box").stdout
    assert re.search(r"Status:\s+Running", text)
    assert re.search(r"Normal\s+Started\s+\S+\s+kubelet\s+(spec\S+ )?Started container box", text)
    assert "Ready" in kubectl("describe", "node", "local-node").stdout


def test_logs(kubectl: Kubectl) -> None:
    script = "mkfifo ~/go; echo one; read line <~/go; echo two"
    kubectl("run", "talk", "--image=busybox", "--restart=Never", "--", "sh", "-c", script)
    kubectl("wait", "--for=condition=Ready", "pod/talk", "--timeout=60s")
    with subprocess.Popen(kubectl.command("logs", "-f", "talk"), stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        try:
            assert follower.stdout.readline() == "one\n"
            # The container may end before its shell has: that is exit code 137.
            kubectl("exec", "talk", "--", "sh", "-c", "echo >~/go", code=None)
            assert follower.communicate(timeout=60)[0] == "two\n"
        finally:
            follower.kill()
    assert kubectl("logs", "talk").stdout == "one\ntwo\n"
    assert kubectl("logs", "talk", "--tail=1").stdout == "two\n"
    assert re.match(r"\d{4}-\d\d-\d\dT\S+ one\n", kubectl("logs", "talk", "--timestamps").stdout)
    assert kubectl("logs", "-l", "run=talk").stdout == "one\ntwo\n"
    assert kubectl("delete", "pod", "talk").stdout.startswith('pod "talk" deleted')


def test_logs_of_the_run_before(kubectl: Kubectl) -> None:
    answer = kubectl("logs", "--previous", "box", code=1)
    assert 'previous terminated container "box" in pod "box" not found' in answer.stderr
    kubectl("run", "again", "--image=alpine", "--", "sh", "-c", "echo tried; exit 1")
    kubectl.until("pod/again", ".status.containerStatuses[0].state.waiting.reason", "CrashLoopBackOff")
    assert kubectl("logs", "--previous", "again").stdout == "tried\n"
    row = kubectl("get", "pod", "again", "--no-headers").stdout.split()
    assert row[1:4] == ["0/1", "CrashLoopBackOff", "1"]
    told = kubectl("describe", "pod", "again").stdout
    assert re.search(r"Last State:\s+Terminated\n\s+Reason:\s+Error\n\s+Exit Code:\s+1\n", told)
    assert "Back-off restarting failed container again in pod again_" in told
    assert kubectl("delete", "pod", "again", "--now").stdout.startswith('pod "again" deleted')


def test_events(kubectl: Kubectl) -> None:
    listed = kubectl("get", "events").stdout
    for reason in ("Scheduled", "Pulled", "Created", "Started"):
        assert re.search(rf"Normal\s+{reason}\s+pod/box", listed)
    chosen = kubectl("get", "events", "--field-selector", "involvedObject.name=box,reason=Started", "-o", "name").stdout
    assert len(chosen.splitlines()) == 1


def test_what_there_is(kubectl: Kubectl) -> None:
    listed = kubectl("api-resources", "--no-headers").stdout
    assert {line.split()[0] for line in listed.splitlines()} >= {"pods", "namespaces", "nodes", "services", "events"}
    versions = kubectl("api-versions").stdout.split()
    assert {"v1", "authorization.k8s.io/v1", "metrics.k8s.io/v1beta1"} <= set(versions)
    assert re.search(r"is running at \S*https://127\.0\.0\.1", kubectl("cluster-info").stdout)


def test_explain(kubectl: Kubectl) -> None:
    told = kubectl("explain", "pod").stdout
    assert re.search(r"KIND: +Pod\nVERSION: +v1", told)
    assert all(re.search(rf"  {name}\t ?<", told) for name in ("apiVersion", "kind", "metadata", "spec", "status"))
    deep = kubectl("explain", "pod.spec.containers.securityContext.runAsUser").stdout
    assert re.search("FIELD: +runAsUser <integer>", deep)
    assert "does not exist" in kubectl("explain", "pod.spec.none", code=1).stderr


def test_top(kubectl: Kubectl) -> None:
    header, row = kubectl("top", "pod", "box").stdout.splitlines()
    assert header.split() == ["NAME", "CPU(cores)", "MEMORY(bytes)"]
    assert re.fullmatch(r"box\s+\d+m\s+\d+Mi\s*", row)
    assert "local-node" in kubectl("top", "node").stdout


def test_rights(kubectl: Kubectl) -> None:
    assert kubectl("auth", "can-i", "create", "pods").stdout == "yes\n"
    listed = kubectl("auth", "can-i", "--list").stdout
    assert listed.split("\n", 1)[0].split()[0] == "Resources"
    assert re.search(r"\*\.\*\s+\[\]\s+\[\]\s+\[\*\]", listed)
