"""What may be done here, and why not: read-only mode, and the rights that the cluster grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from k8s_sandbox_tui.provider.rights import Rights

MOST_NAMED = 3
"""Namespaces that are named where a right is missing in several."""

GRANTED = "k8s-sandbox-tui doctor prints the Role that grants it."
"""What to do about a right that is missing."""

RUN = "run"
"""The action of running a command in a sandbox; it has no key of its own."""


class Need(Record, frozen=True):
    """What an action needs; a right is a verb and a resource."""

    every: Sequence[tuple[str, str]] = ()
    either: Sequence[tuple[str, str]] = ()
    """Of these one is enough."""
    changes: bool = True
    """Whether it changes something, which read-only mode holds back."""


_POD = ("get", "pods")
# By SPDY, a POST, or by WebSocket, a GET; from Kubernetes 1.35 on the first is needed for both.
_EXEC = [("create", "pods/exec"), ("get", "pods/exec")]
_FORWARD = [("create", "pods/portforward"), ("get", "pods/portforward")]

NEEDED: Mapping[str, Need] = {
    "create": Need([("create", "pods")]),
    "create_like": Need([("create", "pods"), _POD]),
    "destroy": Need([("delete", "pods"), _POD]),
    RUN: Need(either=_EXEC),
    "jobs": Need(either=_EXEC),
    "run_everywhere": Need(either=_EXEC),
    "shell": Need(either=_EXEC),
    "copy_files": Need(either=_EXEC),
    # Where the first is missing, a program in the sandbox does it.
    "forwards": Need(either=[*_FORWARD, *_EXEC], changes=False),
    "inside('yaml')": Need([_POD], changes=False),
    "inside('events')": Need([_POD, ("list", "events")], changes=False),
    "inside('log')": Need([_POD, ("get", "pods/log")], changes=False),
}
"""The actions that change something or need a right, as their commands have them."""


def written(action: str, parameters: tuple[object, ...]) -> str:
    """An action as its command has it."""
    return f"{action}({', '.join(map(repr, parameters))})" if parameters else action


class Permits:
    """Says of an action why it cannot be done. What is not known is tried."""

    def __init__(self, read_only: bool | Literal["locked"] = False) -> None:  # noqa: FBT001, FBT002 - the setting's own values
        """Prepare it.

        Args:
            read_only: Whether to begin in read-only mode, and `locked` to stay in it.
        """
        self.read_only = bool(read_only)
        self.locked = read_only == "locked"
        self.rights: dict[str, Rights] = {}
        """What the cluster grants, by namespace; those that are not in it are not known."""

    def toggle(self) -> str:
        """Turn read-only mode on or off, unless it is locked; a sentence for the user."""
        if self.locked:
            return "Read-only mode stays on: the dashboard was started with --read-only, or the settings lock it."
        self.read_only = not self.read_only
        return "Read-only: nothing is created, destroyed or run." if self.read_only else "Changes are allowed."

    def why_not(self, action: str, where: Callable[[], Iterable[str]], *, lift: str = "") -> str:
        """Why an action cannot be done, and what to do; empty when it can.

        Args:
            action: As its command has it.
            where: In which namespaces; what can be done in one of them can be done.
            lift: The key that ends read-only mode, as people write it; empty where there is none.
        """
        needed = NEEDED.get(action)
        if needed is None:
            return ""
        if self.read_only and needed.changes:
            lifted = f" Press {lift} to allow changes." if lift and not self.locked else ""
            return f"Read-only mode is on.{lifted}"
        lacking = {namespace: words for namespace, rights in self.rights.items() if (words := _lacking(needed, rights))}
        if not lacking:
            return ""
        namespaces = list(where())
        if not namespaces or not lacking.keys() >= set(namespaces):
            return ""
        said = f"{lacking[namespaces[0]]} in {', '.join(namespaces[:MOST_NAMED])}"
        return f"You lack the right {said}. {GRANTED}"


def _lacking(needed: Need, rights: Rights) -> str:
    """The right that is missing, in words; empty where none is."""
    missing = {(right.verb, right.resource) for right in rights.missing}
    if needed.either and missing.issuperset(needed.either):
        # One verb for each resource: who has none of them is helped most by the one that is named first.
        verbs: dict[str, str] = {}
        for verb, resource in needed.either:
            verbs.setdefault(resource, verb)
        return "to " + " or to ".join([f"{verb} {resource}" for resource, verb in verbs.items()])
    return next((f"to {verb} {resource}" for verb, resource in needed.every if (verb, resource) in missing), "")
