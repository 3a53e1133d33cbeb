"""What may be done here, and why not: read-only mode, and the rights that the cluster grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from k8s_sandbox_tui.provider.rights import Rights

RUN = "run"
"""The action of running a command in a sandbox; it has no key of its own."""

NEEDED: Mapping[str, Sequence[tuple[str, str]]] = {
    "create": (("create", "pods"),),
    "create_like": (("create", "pods"), ("get", "pods")),
    "destroy": (("delete", "pods"), ("get", "pods")),
    RUN: (("get", "pods/exec"),),
    "jobs": (("get", "pods/exec"),),
}
"""The actions that change something, and the rights that each needs: verb and resource."""


class Permits:
    """Says of an action why it cannot be done. What is not known is tried."""

    def __init__(self, read_only: bool | Literal["locked"] = False) -> None:  # noqa: FBT001, FBT002 - the setting's own values
        """Prepare it.

        Args:
            read_only: Whether to begin in read-only mode, and `locked` to stay in it.
        """
        self.read_only = bool(read_only)
        self.locked = read_only == "locked"
        self.rights: Rights | None = None
        """What the cluster grants in the namespace where one works; None while that is not known."""

    def toggle(self) -> str:
        """Turn read-only mode on or off, unless it is locked; a sentence for the user."""
        if self.locked:
            return "Read-only mode stays on: the dashboard was started with --read-only, or the settings lock it."
        self.read_only = not self.read_only
        return "Read-only: nothing is created, destroyed or run." if self.read_only else "Changes are allowed."

    def why_not(self, action: str, *, lift: str = "") -> str:
        """Why an action cannot be done, and what to do; empty when it can.

        Args:
            action: Its name, without parameters.
            lift: The key that ends read-only mode, as people write it; empty where there is none.
        """
        needed = NEEDED.get(action)
        if needed is None:
            return ""
        if self.read_only:
            lifted = f" Press {lift} to allow changes." if lift and not self.locked else ""
            return f"Read-only mode is on.{lifted}"
        for right in () if self.rights is None else self.rights.missing:
            if (right.verb, right.resource) in needed:
                where = self.rights.namespace if self.rights is not None else ""
                return (
                    f"You lack the right to {right.verb} {right.resource} in {where}."
                    " The command doctor prints the Role that grants it."
                )
        return ""
