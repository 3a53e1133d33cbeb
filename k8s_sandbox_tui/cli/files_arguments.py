"""What `files` can be told. Imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from k8s_sandbox_tui.cli.options import add_id, add_json_output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


class FilesLs(msgspec.Struct, frozen=True, kw_only=True):
    """List a directory."""

    id: str
    path: str
    output: Literal["table", "json", "name"] = "table"


class FilesStat(msgspec.Struct, frozen=True, kw_only=True):
    """Tell of one entry."""

    id: str
    path: str
    output: Literal["text", "json"] = "text"


class FilesMkdir(msgspec.Struct, frozen=True, kw_only=True):
    """Make directories."""

    id: str
    paths: list[str]


class FilesMv(msgspec.Struct, frozen=True, kw_only=True):
    """Move an entry."""

    id: str
    source: str
    target: str


class FilesRm(msgspec.Struct, frozen=True, kw_only=True):
    """Remove entries."""

    id: str
    paths: list[str]
    recursive: bool = False


Files = FilesLs | FilesStat | FilesMkdir | FilesMv | FilesRm


def add_files_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes an action and what it is done to."""
    actions = verb.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    for name, (summary, add_arguments) in _ACTIONS.items():
        action = actions.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
        )
        add_arguments(action)


def _add_ls(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "-o", "--output", choices=("table", "json", "name"), default="table", help="name: names, one a line"
    )
    add_id(action)
    action.add_argument(
        "path", metavar="PATH", nargs="?", default=".", help="the container's own directory unless given"
    )


def _add_stat(action: argparse.ArgumentParser) -> None:
    add_json_output(action)
    add_id(action)
    action.add_argument("path", metavar="PATH")


def _add_mkdir(action: argparse.ArgumentParser) -> None:
    add_id(action)
    action.add_argument("paths", metavar="PATH", nargs="+")


def _add_mv(action: argparse.ArgumentParser) -> None:
    add_id(action)
    action.add_argument("source", metavar="PATH")
    action.add_argument("target", metavar="NEW", help="its new path; nothing is moved into a directory of that name")


def _add_rm(action: argparse.ArgumentParser) -> None:
    action.add_argument("-r", "--recursive", action="store_true", help="directories too, with all that is in them")
    add_id(action)
    action.add_argument("paths", metavar="PATH", nargs="+")


_ACTIONS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "ls": ("list a directory of a sandbox", _add_ls),
    "stat": ("tell of one file, directory or link", _add_stat),
    "mkdir": ("make directories, and those on the way to them", _add_mkdir),
    "mv": ("give a file or directory another path", _add_mv),
    "rm": ("remove files, and with -r directories", _add_rm),
}
