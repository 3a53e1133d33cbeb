"""The state line as the dashboard shows it: what is counted, and connections that are lost and found again."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from k8s_sandbox_tui.provider.errors import AuthenticationError, TransportError
from k8s_sandbox_tui.provider.models import SandboxStatus
from k8s_sandbox_tui.provider.resources import Resources
from tests.dashboard.scripted import NOW, Update, dashboard, sandbox_info

USUAL = Resources({"cpu": "250m", "memory": "256Mi"}, {})
ROWS = [replace(sandbox_info(number), resources=USUAL) for number in range(1, 13)]
ENDED = replace(sandbox_info(13, status=SandboxStatus.FAILED), resources=USUAL, phase="Failed")


async def test_wide_it_tells_all_and_narrow_what_matters_most() -> None:
    async with dashboard([*ROWS, ENDED], size=(200, 30)) as shown:
        compute = shown.cluster.compute
        compute.requests = 1
        await shown.until(lambda: "0 req/s" in shown.lines[0])
        compute.requests += 400
        await shown.until(lambda: "req/s" in shown.lines[0] and " 0 req/s" not in shown.lines[0])
        await shown.press("space", "space")
        for words in (
            "kind-test",
            "https://10.0.0.1:6443",
            "default",
            "LIVE",
            "requests 3 cpu 3Gi",
            "13 sandboxes",
            "12 running",
            "1 failed",
            "2 marked",
        ):
            assert words in shown.lines[0]
        await shown.pilot.resize_terminal(80, 24)
        await shown.until(lambda: len(shown.lines[0]) <= 80)
        for words in ("kind-test", "default", "LIVE", "12 running", "1 failed", "2 marked"):
            assert words in shown.lines[0]
        await shown.pilot.resize_terminal(60, 15)
        await shown.until(lambda: len(shown.lines[0]) <= 60)
        for words in ("kind-test", "default", "LIVE", "12", "√ 2"):
            assert words in shown.lines[0]


async def test_a_lost_connection_keeps_the_rows_and_is_over_by_itself() -> None:
    lost = TransportError("No answer from https://10.0.0.1:6443.", sent=False, hint="Check that the cluster runs.")
    async with dashboard(ROWS[:3]) as shown:
        shown.clock.advance(20)
        await shown.put(Update(freshness="stale", since=NOW + timedelta(seconds=8), error=lost))
        assert "STALE 12s" in shown.lines[0]
        assert "Check that the cluster runs." in shown.text
        assert shown.names == ["1", "2", "3"]
        await shown.put(Update([ROWS[3]], freshness="live"))
        assert "LIVE" in shown.lines[0]
        assert "No answer" not in shown.text
        assert shown.names == ["1", "2", "3", "4"]


async def test_expired_credentials_name_the_command_to_run() -> None:
    expired = AuthenticationError(
        "The API server does not accept the credentials.",
        status=401,
        hint="They may have expired. Run: aws sso login --profile dev",
    )
    async with dashboard(ROWS[:3]) as shown:
        await shown.put(Update(freshness="stale", error=expired))
        assert "Run: aws sso login --profile dev" in " ".join(shown.text.split())
        assert shown.names == ["1", "2", "3"]
