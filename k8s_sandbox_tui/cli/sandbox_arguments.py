"""What the commands that concern one sandbox itself can be told. Imports nothing heavy."""

from __future__ import annotations

import argparse
from typing import Literal

import msgspec

from k8s_sandbox_tui.cli.options import add_id, add_json_output, add_many, pair, span

LINES = 1000


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """Show one sandbox."""

    id: str
    output: Literal["text", "json"] = "text"


class Logs(msgspec.Struct, frozen=True, kw_only=True):
    """Print the log of its main process."""

    id: str
    tail: int = LINES
    previous: bool = False


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """Show what happened to it."""

    id: str
    output: Literal["text", "json"] = "text"


class Extend(msgspec.Struct, frozen=True, kw_only=True):
    """Let it live longer."""

    id: str
    span: int
    """Milliseconds from now."""
    output: Literal["text", "json"] = "text"


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """Set and remove metadata."""

    id: str
    pairs: list[tuple[str, str]] = []
    remove: list[str] = []
    output: Literal["text", "json"] = "text"


def add_info_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `info` can be told."""
    add_id(verb)
    add_json_output(verb)


def add_logs_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `logs` can be told."""
    add_id(verb)
    verb.add_argument("--tail", metavar="LINES", type=_lines, default=LINES, help=f"the newest; {LINES} unless given")
    verb.add_argument("--previous", action="store_true", help="of the run before, where the container has restarted")


def add_events_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `events` can be told."""
    add_id(verb)
    add_json_output(verb)


def add_extend_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `extend` can be told."""
    add_id(verb)
    verb.add_argument("span", metavar="SPAN", type=span, help="at least so long from now: 30m, 2h, 1d12h …")
    add_json_output(verb)


def add_meta_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `meta` can be told."""
    add_id(verb)
    verb.add_argument("pairs", metavar="K=V", type=pair, nargs="*", help="what to set; the rest stays as it is")
    add_many(verb, "--remove", "K", str, "a key to remove")
    add_json_output(verb)


def _lines(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and int(text)):
        msg = f"{text!r} is not a number of lines above 0"
        raise argparse.ArgumentTypeError(msg)
    return int(text)
