"""What a status looks like, with the reason for it."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.looks import status_text, tone_of
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import sandbox_info


@pytest.mark.parametrize(
    ("status", "reason", "text", "tone"),
    [
        (SandboxStatus.STARTING, "", "Starting", "starting"),
        (SandboxStatus.STARTING, "ContainerCreating", "Starting", "starting"),
        (SandboxStatus.STARTING, "PodInitializing", "Starting", "starting"),
        (SandboxStatus.STARTING, "ImagePullBackOff", "Starting ImagePullBackOff", "failed"),
        (SandboxStatus.STARTING, "CrashLoopBackOff", "Starting CrashLoopBackOff", "failed"),
        (SandboxStatus.PENDING, "Unschedulable", "Pending Unschedulable", "pending"),
        (SandboxStatus.RUNNING, "", "Running", "running"),
        (SandboxStatus.STOPPED, "Completed", "Stopped", "stopped"),
        (SandboxStatus.FAILED, "OOMKilled", "Failed OOMKilled", "failed"),
    ],
)
def test_a_start_that_is_held_up_has_the_colour_of_a_failure(
    status: SandboxStatus, reason: str, text: str, tone: str
) -> None:
    info = sandbox_info(1, status=status, reason=reason)
    assert status_text(info) == text
    assert tone_of(info) == tone
