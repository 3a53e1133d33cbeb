"""What `cp` and `sync` can be told. Imports nothing heavy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from k8s_sandbox_tui.cli.options import add_json_output, add_many, seconds
from k8s_sandbox_tui.cli.program import PROGRAM

if TYPE_CHECKING:
    import argparse

_IN_SANDBOX = re.compile(r"(?P<id>(?:[a-z0-9][a-z0-9-]*/)?[a-z0-9][a-z0-9.-]*):(?P<path>.*)", re.DOTALL)

_WHERE = """\
A path in a sandbox is written ID:PATH; one on this machine that looks like it, ./ID:PATH."""

CP_EPILOG = f"""\
{_WHERE}
A directory is copied with all that is in it, and links in it as links. Where TO is a directory, or ends with a slash,
FROM goes into it under its own name; otherwise TO is the name of the copy. FROM/. stands for what is in FROM.
A slash at the end of FROM changes nothing. - is standard input or standard output.

  {PROGRAM} cp ./app ID:/work/        app becomes /work/app
  {PROGRAM} cp ./app/. ID:/work       what is in app comes into /work
  {PROGRAM} cp ID:/work/result.csv .
  {PROGRAM} cp ID:/work/log - | tail
  tar c app | {PROGRAM} cp - ID:/tmp/app.tar"""

SYNC_EPILOG = f"""\
{_WHERE}
Both are directories: TO gets what is in FROM. Files are compared by size and SHA-256."""


class Place(msgspec.Struct, frozen=True):
    """A path, in a sandbox or on this machine."""

    path: str
    sandbox: str = ""
    """Its id; empty: on this machine."""

    @property
    def is_stream(self) -> bool:
        """Whether it is standard input or output."""
        return self.path == "-" and not self.sandbox


class Cp(msgspec.Struct, frozen=True, kw_only=True):
    """Copy files from or to a sandbox."""

    source: Place
    target: Place
    timeout: int | None = None
    """Milliseconds."""
    output: Literal["text", "json"] = "text"


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """Bring a directory to what another one is."""

    source: Place
    target: Place
    exclude: list[str] = []
    delete: bool = False
    dry_run: bool = False
    timeout: int | None = None
    output: Literal["text", "json"] = "text"


def add_cp_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `cp` can be told."""
    # Habit of scp and cp; there is nothing to tell.
    verb.add_argument(
        "-r", "-R", "--recursive", action="store_true", help="may be given, and changes nothing: directories go whole"
    )
    _add_places(verb)
    add_json_output(verb)


def add_sync_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes what `sync` can be told."""
    add_many(verb, "--exclude", "PATTERN", str, "leave alone what fits, as in .gitignore")
    verb.add_argument("--delete", action="store_true", help="delete in TO what FROM does not have")
    verb.add_argument("--dry-run", action="store_true", help="only tell what would be done")
    _add_places(verb)
    add_json_output(verb)


def place(text: str) -> Place:
    """Reads a path."""
    found = _IN_SANDBOX.fullmatch(text)
    return Place(found["path"] or ".", found["id"]) if found else Place(text)


def misplaced(verb: Cp | Sync) -> str:
    """Why these two places do not go together; empty where they do."""
    if verb.source.sandbox and verb.target.sandbox:
        return "one of the paths is on this machine; from one sandbox to another one it takes two steps"
    if not verb.source.sandbox and not verb.target.sandbox:
        return "one of the paths is in a sandbox, written ID:PATH"
    if isinstance(verb, Sync) and (verb.source.is_stream or verb.target.is_stream):
        return "sync is for directories; cp takes - for standard input and output"
    if verb.target.is_stream and verb.output == "json":
        return "-o json and the content would both go to standard output"
    return ""


def _add_places(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--timeout", metavar="SECONDS", type=seconds, help="give up after this time, with exit code 124")
    verb.add_argument("source", metavar="FROM", type=place, help="where it is")
    verb.add_argument("target", metavar="TO", type=place, help="where it goes")
