"""Which commands ended because their sandbox did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from k8s_sandbox_tui.dashboard.console.fate import tell_fate, tell_gone
from k8s_sandbox_tui.dashboard.console.model import CommandCard, CommandState, Ending
from k8s_sandbox_tui.dashboard.console.words import ending_words
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.console_host import info

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
OOM = "It used more memory than its limit and was killed. Raise its memory limit, or have it do with less."
MAX_LIFETIME = (
    "It has reached its max_lifetime, and Kubernetes has ended it. Destroy it, and give the next one more time."
)
LOST = Ending(CommandState.LOST, detail="The connection ended.")


def ended_card(ending: Ending | None, *, uid: str = "uid-sbx") -> CommandCard:
    """A command that began at noon and ended a second later."""
    card = CommandCard(command="x", sandbox_id="default/sbx", uid=uid, started_at=NOON)
    if ending is not None:
        card.end(ending, duration_ms=1000)
    return card


@pytest.mark.parametrize(
    ("ending", "reason", "words"),
    [
        (LOST, "OOMKilled", ("sandbox gone", OOM)),
        (Ending(CommandState.EXITED, 137), "OOMKilled", ("sandbox gone", f"{OOM} (exit 137)")),
        (
            LOST,
            "DeadlineExceeded",
            ("sandbox gone", MAX_LIFETIME),
        ),
        (Ending(CommandState.EXITED, 137), "Error", ("exit 137", "SIGKILL, killed: often for want of memory")),
        (Ending(CommandState.EXITED, 1), "OOMKilled", ("exit 1", "")),
        (Ending(CommandState.CANCELLED, 137), "OOMKilled", ("cancelled", "exit 137")),
    ],
)
def test_the_cause_of_the_sandbox_s_end_is_that_of_its_commands(
    ending: Ending, reason: str, words: tuple[str, str]
) -> None:
    card = ended_card(ending)
    sandbox = info("sbx", SandboxStatus.FAILED, reason=reason)
    sandbox = structs.replace(sandbox, finished_at=NOON + timedelta(seconds=2), exit_code=137)
    told = tell_fate([card], sandbox)
    assert card.ending is not None
    assert ending_words(card.ending) == words
    assert told == ([card] if words[0] == "sandbox gone" else [])
    assert tell_fate([card], sandbox) == [], "it is told once"


@pytest.mark.parametrize(
    ("ending", "uid", "status", "finished"),
    [
        (None, "uid-sbx", SandboxStatus.FAILED, NOON),
        (LOST, "uid-of-an-earlier-one", SandboxStatus.FAILED, NOON),
        (LOST, "uid-sbx", SandboxStatus.RUNNING, NOON),
        (LOST, "uid-sbx", SandboxStatus.FAILED, NOON + timedelta(minutes=5)),
        (LOST, "uid-sbx", SandboxStatus.FAILED, None),
    ],
)
def test_what_has_nothing_to_do_with_it_stays(
    ending: Ending | None, uid: str, status: SandboxStatus, finished: datetime | None
) -> None:
    card = ended_card(ending, uid=uid)
    sandbox = structs.replace(info("sbx", status, reason="OOMKilled"), finished_at=finished)
    assert tell_fate([card], sandbox) == []
    assert card.ending == ending


def test_a_connection_that_was_lost_just_before_its_sandbox_went_ended_with_it() -> None:
    now = datetime.now(UTC)
    cards = [
        CommandCard(command=command, sandbox_id="default/sbx", uid=uid, started_at=started_at)
        for command, uid, started_at in (
            ("just now", "uid-sbx", now),
            ("elsewhere", "uid-other", now),
            ("long ago", "uid-sbx", now - timedelta(minutes=5)),
        )
    ]
    for card in cards:
        card.end(LOST, duration_ms=1)
    assert [card.command for card in tell_gone(cards, "uid-sbx")] == ["just now"]
    assert [card.state for card in cards] == [CommandState.GONE, CommandState.LOST, CommandState.LOST]
    assert tell_gone(cards, "uid-sbx") == []
