"""What `ls` and `rm` can be told. Imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from k8s_sandbox_tui.cli.options import add_json_output
from k8s_sandbox_tui.cli.selecting import Selecting, add_selecting_arguments

if TYPE_CHECKING:
    import argparse


class Ls(Selecting, frozen=True, kw_only=True):
    """List the sandboxes."""

    watch: bool = False
    output: Literal["table", "json", "name"] = "table"


class Top(Selecting, frozen=True, kw_only=True):
    """Tell what sandboxes use."""

    sort_by: Literal["cpu", "memory", "id"] = "cpu"
    output: Literal["table", "json"] = "table"


class Rm(Selecting, frozen=True, kw_only=True):
    """Destroy sandboxes: those of the ids, or those that are selected."""

    ids: list[str]
    yes: bool = False
    dry_run: bool = False
    output: Literal["text", "json"] = "text"


def add_ls_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `ls` can be told."""
    verb.add_argument(
        "-o", "--output", choices=("table", "json", "name"), default="table", help="name: ids, one a line"
    )
    verb.add_argument(
        "-w", "--watch", action="store_true", help="go on: print each change, with json as one line, until ^C"
    )
    add_selecting_arguments(verb)


def add_top_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `top` can be told."""
    verb.add_argument(
        "--sort-by", choices=("cpu", "memory", "id"), default="cpu", help="cpu, which it is unless given: most first"
    )
    verb.add_argument("-o", "--output", choices=("table", "json"), default="table", help="json: cores and bytes")
    add_selecting_arguments(verb)


def add_rm_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `rm` can be told."""
    verb.add_argument("--yes", action="store_true", help="do not ask")
    verb.add_argument("--dry-run", action="store_true", help="only show what would be destroyed")
    add_json_output(verb)
    verb.add_argument("ids", metavar="ID", nargs="*", help="<namespace>/<pod>, or the Pod's name alone")
    add_selecting_arguments(verb)


def misuse(verb: Ls | Rm) -> str:
    """What does not go together; empty where all of it does."""
    if isinstance(verb, Ls):
        aged = verb.older_than or verb.newer_than
        return "--watch does not go with an age, which changes without any event" if verb.watch and aged else ""
    if verb.ids and (verb.narrows or verb.all_namespaces):
        return "rm takes ids, or options that say which; not both"
    return "" if verb.ids or verb.narrows else "rm takes ids, or options that say which, as in: rm --status failed"
