"""Why an action cannot be done: read-only mode and missing rights; what is not known is tried."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.permits import GRANTED, NEEDED, RUN, Permits
from k8s_sandbox_tui.provider.needed_rights import NEEDS
from k8s_sandbox_tui.provider.rights import Right, Rights


def rights(*lacking: str, unknown: bool = False) -> dict[str, Rights]:
    granted = Rights(
        namespace="agents",
        rights=tuple(
            Right(
                verb=need.verb,
                resource=need.full_resource,
                allowed=None if unknown else str(need) not in lacking,
                lost=need.lost,
                essential=need.essential,
            )
            for need in NEEDS
        ),
    )
    return {granted.namespace: granted}


def agents() -> list[str]:
    return ["agents"]


EXEC = {RUN, "jobs", "run_everywhere", "shell", "copy_files"}
CHANGING = {"create", "create_like", "destroy", *EXEC}


def test_every_right_that_an_action_needs_is_one_that_is_asked_for() -> None:
    asked = {(need.verb, need.resource) for need in NEEDS}
    assert {right for needed in NEEDED.values() for right in (*needed.every, *needed.either)} <= asked


def test_only_actions_of_commands_are_held_back() -> None:
    assert NEEDED.keys() - {RUN} <= {command.action for command in COMMANDS}


@pytest.mark.parametrize("action", [*NEEDED, "refresh"])
def test_read_only_mode_holds_back_whatever_changes_something(action: str) -> None:
    permits = Permits(read_only=True)
    assert bool(permits.why_not(action, agents)) is (action in CHANGING)
    if action in CHANGING:
        assert permits.why_not(action, agents, lift="L") == "Read-only mode is on. Press L to allow changes."
        assert permits.why_not(action, agents) == "Read-only mode is on."
    assert permits.toggle() == "Changes are allowed."
    assert permits.why_not(action, agents) == ""
    assert permits.toggle().startswith("Read-only")
    assert bool(permits.why_not(action, agents)) is (action in CHANGING)


def test_locked_read_only_mode_cannot_be_lifted() -> None:
    permits = Permits("locked")
    assert "stays on" in permits.toggle()
    assert permits.why_not(RUN, agents, lift="L") == "Read-only mode is on."


YAML, EVENTS, LOG = "inside('yaml')", "inside('events')", "inside('log')"


@pytest.mark.parametrize(
    ("lacking", "held_back"),
    [
        (["create pods"], {"create", "create_like"}),
        (["get pods"], {"create_like", "destroy", YAML, EVENTS, LOG}),
        (["delete pods"], {"destroy"}),
        (["get pods/exec", "create pods/exec"], EXEC),
        (["get pods/portforward"], set[str]()),
        (
            ["get pods/portforward", "create pods/portforward", "get pods/exec", "create pods/exec"],
            {*EXEC, "forwards"},
        ),
        (["list events"], {EVENTS}),
        (["get pods/log"], {LOG}),
        # These have a lesser way.
        (
            [
                "get pods/exec", "create pods/portforward", "delete services", "watch pods", "patch pods",
                "list pods.metrics.k8s.io", "list pods",
            ],
            set[str](),
        ),
    ],
)  # fmt: skip
def test_a_missing_right_holds_back_each_command_that_needs_it(lacking: list[str], held_back: set[str]) -> None:
    permits = Permits()
    actions = {RUN, *[command.action for command in COMMANDS]}
    assert not any(permits.why_not(action, agents) for action in actions)
    permits.rights = rights(*lacking)
    assert {action for action in actions if permits.why_not(action, agents)} == held_back
    for action in held_back:
        assert permits.why_not(action, agents).endswith(f"in agents. {GRANTED}")
        assert any(f"You lack the right to {right} " in permits.why_not(action, agents) for right in lacking)


def test_where_one_of_several_rights_would_do_they_are_named_the_best_first() -> None:
    permits = Permits()
    permits.rights = rights("create pods/exec")
    assert not permits.why_not(RUN, agents)
    permits.rights = rights(*(f"{verb} pods/{what}" for verb in ("get", "create") for what in ("portforward", "exec")))
    assert permits.why_not(RUN, agents).startswith("You lack the right to create pods/exec in agents.")
    assert permits.why_not("forwards", agents).startswith(
        "You lack the right to create pods/portforward or to create pods/exec in agents."
    )


def test_what_is_not_known_is_tried() -> None:
    permits = Permits()
    permits.rights = rights(unknown=True)
    assert not any(permits.why_not(action, agents) for action in NEEDED)


def test_what_can_be_done_in_one_of_several_namespaces_can_be_done() -> None:
    permits = Permits()
    (lacking,) = rights("delete pods").values()
    (granted,) = rights().values()
    permits.rights = {"a": lacking, "b": lacking, "c": granted}
    assert permits.why_not("destroy", lambda: ["a", "b"]).startswith("You lack the right to delete pods in a, b. ")
    assert permits.why_not("destroy", lambda: ["a", "c"]) == ""
    assert permits.why_not("destroy", lambda: ["a", "never asked"]) == ""
    assert permits.why_not("destroy", list) == ""
