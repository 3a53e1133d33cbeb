"""Why an action cannot be done: read-only mode and missing rights; what is not known is tried."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.permits import NEEDED, RUN, Permits
from k8s_sandbox_tui.provider.needed_rights import NEEDS
from k8s_sandbox_tui.provider.rights import Right, Rights


def rights(*lacking: str, unknown: bool = False) -> Rights:
    return Rights(
        namespace="agents",
        rights=tuple(
            Right(
                verb=need.verb,
                resource=need.resource,
                allowed=None if unknown else str(need) not in lacking,
                lost=need.lost,
                essential=need.essential,
            )
            for need in NEEDS
        ),
    )


def test_every_right_that_an_action_needs_is_one_that_is_asked_for() -> None:
    asked = {(need.verb, need.resource) for need in NEEDS}
    assert {right for needed in NEEDED.values() for right in needed} <= asked


@pytest.mark.parametrize("action", list(NEEDED))
def test_read_only_mode_holds_back_whatever_changes_something(action: str) -> None:
    permits = Permits(read_only=True)
    assert permits.why_not(action, lift="L") == "Read-only mode is on. Press L to allow changes."
    assert permits.why_not(action) == "Read-only mode is on."
    assert permits.why_not("refresh") == ""
    assert permits.toggle() == "Changes are allowed."
    assert permits.why_not(action) == ""
    assert permits.toggle().startswith("Read-only")
    assert permits.why_not(action)


def test_locked_read_only_mode_cannot_be_lifted() -> None:
    permits = Permits("locked")
    assert "stays on" in permits.toggle()
    assert permits.why_not(RUN, lift="L") == "Read-only mode is on."


@pytest.mark.parametrize(
    ("lacking", "held_back"),
    [
        ("create pods", {"create", "create_like"}),
        ("delete pods", {"destroy"}),
        ("get pods/exec", {RUN, "jobs"}),
        ("create pods/exec", set[str]()),
        ("watch pods", set[str]()),
    ],
)
def test_a_missing_right_holds_back_what_needs_it(lacking: str, held_back: set[str]) -> None:
    permits = Permits()
    assert not any(permits.why_not(action) for action in NEEDED)
    permits.rights = rights(lacking)
    assert {action for action in NEEDED if permits.why_not(action)} == held_back
    for action in held_back:
        assert permits.why_not(action).startswith(f"You lack the right to {lacking} in agents.")


def test_what_is_not_known_is_tried() -> None:
    permits = Permits()
    permits.rights = rights(unknown=True)
    assert not any(permits.why_not(action) for action in NEEDED)
