from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.dashboard.inside.pages import HIDDEN, events_page, log_page, summary_page, yaml_page
from k8s_sandbox_tui.dashboard.inside.why import explain
from k8s_sandbox_tui.provider.looking import SandboxEvent
from k8s_sandbox_tui.provider.models import SandboxStatus
from k8s_sandbox_tui.provider.resources import Resources
from tests.dashboard.scripted import NOW, sandbox_info

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.inside.document import Document

HOSTILE = "\x1b]52;c;aGk=\x07\x1b[2J[/x]\u202e"
POD: dict[str, object] = {
    "metadata": {
        "name": "web",
        "managedFields": [{"manager": "kubectl"}],
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": '{"env": "s3cret"}',
            "note": "kept",
        },
    },
    "spec": {
        "containers": [
            {
                "name": "sandbox",
                "env": [
                    {"name": "TOKEN", "value": "s3cret"},
                    {"name": "EMPTY"},
                    {"name": "FROM", "valueFrom": {"secretKeyRef": {"name": "vault", "key": "k"}}},
                    {"name": "ODD", "value": HOSTILE},
                ],
            }
        ],
        "initContainers": [{"name": "first", "env": [{"name": "A", "value": "s3cret"}]}],
    },
    "status": {"containerStatuses": [{"name": "sandbox", "state": {"running": {}}, "restartCount": 2}]},
}


def text(page: Document) -> str:
    return "\n".join(line.text for line in page.lines)


def test_no_value_of_a_variable_is_shown_before_it_is_asked_for() -> None:
    for page in (yaml_page(POD, masked=True), summary_page(sandbox_info(1), POD, None, NOW, masked=True)):
        assert "s3cret" not in text(page)
        assert HIDDEN in text(page)
        assert "TOKEN" in text(page)
    assert text(yaml_page(POD, masked=False)).count("s3cret") == 3
    assert "s3cret" in text(summary_page(sandbox_info(1), POD, None, NOW, masked=False))


def test_the_yaml_leaves_out_what_only_the_server_needs() -> None:
    shown = text(yaml_page(POD, masked=True))
    assert "managedFields" not in shown
    assert "note: kept" in shown


def test_the_summary_says_how_the_local_cluster_holds_a_sandbox_back() -> None:
    assert "On this machine" not in text(summary_page(sandbox_info(1), POD, None, NOW, masked=True))
    said = {"isolation": "landlock", "limits": f"none{HOSTILE}", "network": "host"}
    local = {"metadata": {"annotations": {f"local.computesdk.io/{key}": value for key, value in said.items()}}}
    shown = text(summary_page(sandbox_info(1), local, None, NOW, masked=True))
    assert [line.split()[:2] for line in shown.splitlines() if line.split()[:1] in (["Isolation"], ["Network"])] == [
        ["Isolation", "landlock"],
        ["Network", "host"],
    ]
    assert "Limits          none" in shown
    assert "\x1b" not in shown


def test_the_values_of_a_section_stand_below_each_other_and_amounts_have_kubernetes_names() -> None:
    labels = {"a": "1", "example.com/longer-than-most": "2", f"example.com/{'x' * 60}": "3"}
    info = msgspec.structs.replace(
        sandbox_info(1, labels=labels),
        resources=Resources(requests={"cpu": "250m", "memory": "1Gi"}, limits={"cpu": "1", "ephemeral-storage": "2Gi"}),
    )
    shown = text(summary_page(info, None, None, NOW, masked=True)).splitlines()
    a, long, longest = (next(line for line in shown if line.strip().startswith(key)) for key in labels)
    assert a.index("1") == long.index("2")
    assert longest.endswith("x  3")
    assert [line.split(maxsplit=1) for line in shown if "limit" in line] == [
        ["cpu", "request 250m, limit 1"],
        ["memory", "request 1Gi, no limit"],
        ["ephemeral-storage", "no request, limit 2Gi"],
    ]


def test_the_summary_says_where_a_variable_comes_from_and_how_often_it_was_started_again() -> None:
    shown = text(summary_page(sandbox_info(1), POD, None, NOW, masked=True))
    assert "from secretKeyRef vault k" in shown
    assert "running, started again 2 times" in shown


def test_nothing_hostile_gets_through() -> None:
    info = msgspec.structs.replace(sandbox_info(1), image=HOSTILE, message=HOSTILE, metadata={HOSTILE: HOSTILE})
    event = SandboxEvent(type="Warning", reason=HOSTILE, message=HOSTILE, last_at=NOW)
    failed = msgspec.structs.replace(info, status=SandboxStatus.FAILED, reason=HOSTILE)
    for page in (
        summary_page(info, POD, explain(failed, [event]), NOW, masked=False),
        yaml_page(POD, masked=False),
        events_page([event], NOW),
        log_page(HOSTILE.encode() + b"\xff\n", previous=False),
    ):
        assert not set(text(page)) & {"\x1b", "\x07", "\u202e"}


def test_events_say_when_and_how_often() -> None:
    events = [
        SandboxEvent(type="Normal", reason="Pulling", message="Pulling image", first_at=NOW - timedelta(seconds=90)),
        SandboxEvent(type="Warning", reason="Failed", message="no", last_at=NOW - timedelta(seconds=5), count=3),
    ]
    first, second = (line.text for line in events_page(events, NOW).lines)
    assert first.split()[1:] == ["Pulling", "Pulling", "image"]
    assert second.split() == ["5s", "Failed", "no", "(3", "times)"]
    assert "Kubernetes keeps events for an hour" in text(events_page([], NOW))


def test_an_empty_log_says_where_the_output_of_commands_is() -> None:
    assert "is in the console" in text(log_page(b"", previous=False))
    assert "before this one" in text(log_page(b"", previous=True))
    assert max(map(len, text(log_page(b"", previous=True)).splitlines())) < 70, "it is not cut at 80 columns"


def test_a_pod_of_other_types_than_kubernetes_gives_is_still_shown() -> None:
    odd: dict[str, object] = {"metadata": 7, "spec": {"containers": {"a": 1}}, "status": {"containerStatuses": [3]}}
    assert text(yaml_page(odd, masked=True))
    assert text(summary_page(sandbox_info(1), odd, None, NOW, masked=True))


@pytest.mark.parametrize(
    ("status", "reason", "message", "code", "words"),
    [
        (
            "pending",
            "Unschedulable",
            "0/3 nodes are available: 3 Insufficient memory.",
            None,
            ("No node", "less memory"),
        ),
        ("pending", "Unschedulable", "1 node(s) had untolerated taint {a: }", None, ("No node takes it", "toleration")),
        ("pending", "", "", None, ("waits for a node", "moment")),
        ("starting", "ContainerCreating", "", None, ("Its node is starting it", "moment")),
        ("failed", "InvalidImageName", "", None, ("image name is not valid", "python:3.11-slim")),
        (
            "starting",
            "ImagePullBackOff",
            "Back-off pulling image",
            None,
            ("cannot be pulled", "Check the image's name"),
        ),
        ("failed", "Init:ErrImagePull", "not found", None, ("cannot be pulled", "no such image or tag")),
        ("failed", "OOMKilled", "", 137, ("more memory than its limit", "memory limit")),
        ("failed", "Error", "", 137, ("was killed", "memory limit")),
        ("failed", "Error", "", 3, ("exit code 3", "log")),
        ("failed", "DeadlineExceeded", "", None, ("max_lifetime", "more time")),
        ("failed", "Evicted", "The node was low on resource: memory.", None, ("low on resource", "again")),
        ("failed", "Whatever", "", None, ("It has failed (Whatever)", "another one")),
        ("stopped", "Completed", "", 0, ("ended by itself", "another one")),
        ("stopping", "Terminating", "", None, ("being destroyed", "grace period")),
        ("stopping", "Terminating", "EvictionByEvictionAPI: x", None, ("off its node. EvictionBy", "another one")),
        ("stopped", "PreemptionByScheduler", "", 0, ("higher priority", "when there is room")),
        ("unknown", "NodeNotReady", "", None, ("does not answer", "node")),
        ("unknown", "Unknown", "", None, ("Nobody knows", "node")),
    ],
)
def test_why_it_does_not_run(status: str, reason: str, message: str, code: int | None, words: tuple[str, str]) -> None:
    info = msgspec.structs.replace(
        sandbox_info(1), status=SandboxStatus(status), reason=reason, message=message, exit_code=code
    )
    explained = explain(info)
    assert explained is not None
    assert words[0] in explained.why
    assert words[1] in explained.fix


def test_what_runs_needs_no_explanation() -> None:
    assert explain(sandbox_info(1)) is None


def test_the_event_has_the_cause_that_the_back_off_hides() -> None:
    info = msgspec.structs.replace(
        sandbox_info(1), status=SandboxStatus.STARTING, reason="ImagePullBackOff", message="Back-off pulling image"
    )
    event = SandboxEvent(
        type="Warning", reason="Failed", message="Failed to pull image: 401 Unauthorized: authentication required"
    )
    explained = explain(info, [event])
    assert explained is not None
    assert "401" in explained.why
    assert "image_pull_secrets" in explained.fix
