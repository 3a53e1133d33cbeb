"""What a status looks like, with the reason for it."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.looks import ASCII, UNICODE, shape_of, status_text, tone_of
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import sandbox_info


@pytest.mark.parametrize(
    ("status", "reason", "text", "tone", "signs"),
    [
        (SandboxStatus.STARTING, "", "Starting", "starting", "►>"),
        (SandboxStatus.STARTING, "ContainerCreating", "Starting", "starting", "►>"),
        (SandboxStatus.STARTING, "PodInitializing", "Starting", "starting", "►>"),
        (SandboxStatus.STARTING, "ImagePullBackOff", "Starting ImagePullBackOff", "failed", "!!"),
        (SandboxStatus.STARTING, "CrashLoopBackOff", "Starting CrashLoopBackOff", "failed", "!!"),
        (SandboxStatus.PENDING, "Unschedulable", "Pending Unschedulable", "failed", "!!"),
        (SandboxStatus.PENDING, "", "Pending", "pending", "○."),
        (SandboxStatus.RUNNING, "", "Running", "running", "●*"),
        (SandboxStatus.STOPPED, "Completed", "Stopped", "stopped", "■="),
        (SandboxStatus.FAILED, "OOMKilled", "Failed OOMKilled", "failed", "\u00d7x"),
    ],
)
def test_what_is_held_up_has_a_sign_of_its_own_and_the_colour_of_a_failure(
    status: SandboxStatus, reason: str, text: str, tone: str, signs: str
) -> None:
    info = sandbox_info(1, status=status, reason=reason)
    assert status_text(info) == text
    assert tone_of(info) == tone
    assert UNICODE.sign(shape_of(info)) + ASCII.sign(shape_of(info)) == signs
