"""Paths in a sandbox, as its shell and tools can take them. Bad ones reach no server."""

from __future__ import annotations

import os
import posixpath
from typing import cast

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.exec.arguments import check_text

RemotePath = str | bytes | os.PathLike[str] | os.PathLike[bytes]
"""A path in a sandbox. Text with surrogate escapes (`os.fsdecode`), or bytes, name what is not UTF-8."""


def check_path(path: object) -> str:
    """The path as text that begins with `/` or `./`, so that no tool takes it for an option.

    Raises:
        InvalidArgumentError: It is empty, has a NUL, or is no path.
    """
    given: object = os.fspath(cast("os.PathLike[str]", path)) if isinstance(path, os.PathLike) else path
    text = given.decode("utf-8", "surrogateescape") if isinstance(given, bytes) else given
    if not isinstance(text, str):
        msg = f"A path must be text, bytes or a path object, not {type(given).__name__}."
        raise InvalidArgumentError(msg)
    if not text:
        msg = "The path is empty."
        raise InvalidArgumentError(msg, hint="Give a path like /tmp/file; a relative one counts from the container's.")
    check_text(text, "The path")
    return text if text.startswith("/") else f"./{text}"


def check_file_path(path: object) -> str:
    """The path of what is to be a file.

    Raises:
        InvalidArgumentError: It cannot be one, as its end names a directory.
    """
    checked = check_path(path)
    if posixpath.basename(checked) in {"", ".", ".."}:
        msg = f"{checked!r} names a directory."
        raise InvalidArgumentError(msg, hint="Give the file's own name at its end.")
    return checked


def check_entry_path(path: object) -> str:
    """The path of an entry that is to be made, moved or removed, without slashes at its end.

    Raises:
        InvalidArgumentError: It is the root, or a directory by its place (`.`, `..`).
    """
    checked = check_path(path).rstrip("/")
    if posixpath.normpath(checked or "/") in {"/", "//"} or posixpath.basename(checked) in {".", ".."}:
        msg = f"{check_path(path)!r} cannot be moved, replaced or removed."
        raise InvalidArgumentError(msg, hint="Give the path of an entry by its own name.")
    return checked


def shown(path: str) -> str:
    """The path as messages show it: quoted, on one line."""
    return repr(path.removeprefix("./") or ".")
