"""Which sandboxes are meant, where not by their ids: by what they are like and how old. Imports nothing heavy."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Literal

import msgspec

from k8s_sandbox_tui.cli.options import add_many, pair, span

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.selection import Selection

_STATUSES = ("pending", "starting", "running", "stopping", "stopped", "failed", "unknown")


class Selecting(msgspec.Struct, frozen=True, kw_only=True):
    """Those for which all of this is true; empty means "any"."""

    all_namespaces: bool = False
    label: list[tuple[str, str]] = []
    meta: list[tuple[str, str]] = []
    runtime: Literal["node", "python"] | None = None
    status: list[str] = []
    older_than: int | None = None
    """Milliseconds, as the next one."""
    newer_than: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for but where."""
        return bool(self.label or self.meta or self.runtime or self.status or self.older_than or self.newer_than)

    def selection(self) -> Selection:
        """The same in the words of the library.

        Raises:
            InvalidArgumentError: A label or a key of metadata cannot be.
        """
        from k8s_sandbox_tui.provider.selection import select

        return select(
            namespaces=() if self.all_namespaces else None,
            labels=dict(self.label),
            metadata=dict(self.meta),
            runtime=self.runtime,
            status=self.status,
            older_than=self.older_than,
            newer_than=self.newer_than,
        )


def add_selecting_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes all of it."""
    which = verb.add_argument_group("which sandboxes", "Those for which all of this is true.")
    which.add_argument("-A", "--all-namespaces", action="store_true", help="of all namespaces")
    add_many(which, "--label", "K=V", pair, "with this label")
    add_many(which, "--meta", "K=V", pair, "with this metadata")
    which.add_argument("--runtime", choices=("node", "python"), help="with this runtime")
    which.add_argument(
        "--status", metavar="S[,S]", type=_statuses, default=[], help=f"in one of these: {', '.join(_STATUSES)}"
    )
    which.add_argument("--older-than", metavar="SPAN", type=span, help="made more than 90s, 30m, 2h, 1d12h … ago")
    which.add_argument("--newer-than", metavar="SPAN", type=span, help="made less long ago")


def _statuses(text: str) -> list[str]:
    statuses = [word.strip().lower() for word in text.split(",")]
    for status in statuses:
        if status not in _STATUSES:
            msg = f"{status!r} is not a status; choose from {', '.join(_STATUSES)}"
            raise argparse.ArgumentTypeError(msg)
    return statuses
