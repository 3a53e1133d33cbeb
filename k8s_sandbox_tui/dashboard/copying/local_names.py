"""The names in the directories of this machine, for completion."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from k8s_sandbox_tui.dashboard.completion.words import PLAIN, PathWord
from k8s_sandbox_tui.provider.files.errors import FileMissingError, LocalFileError
from k8s_sandbox_tui.provider.files.name_list import MOST_NAMES, NameList


class LocalNames:
    """Lists them off the event loop."""

    async def list_names(self, folder: str, begin: str, /) -> NameList:
        """The names in a directory that begin with a text.

        Raises:
            FileMissingError: There is no such directory.
            LocalFileError: It cannot be read.
        """
        return await asyncio.to_thread(_names, folder, begin)


def here(text: str) -> Path:
    """The path that was typed; `~` is the home directory."""
    return Path(text).expanduser()


def _names(folder: str, begin: str) -> NameList:
    try:
        with os.scandir(here(folder)) as entries:
            fitting = sorted(
                (entry.name, entry.is_dir())
                for entry in entries
                if entry.name.startswith(begin) and entry.name.startswith(".") == begin.startswith(".")
            )
    except (FileNotFoundError, NotADirectoryError, RuntimeError):
        # A RuntimeError is that of a home directory that is not known.
        msg = "There is no such directory."
        raise FileMissingError(msg, path=folder) from None
    except OSError as error:
        msg = f"It cannot be read: {error.strerror}."
        raise LocalFileError(msg, path=folder) from error
    names = [name + "/" * folder for name, folder in fitting]
    return NameList(names=tuple(names[:MOST_NAMES]), more=len(names) > MOST_NAMES)


def _read(text: str) -> PathWord:
    folder, slash, begin = text.rpartition("/")
    return PathWord(folder + slash, begin)


LOCAL = PLAIN._replace(read=_read)
"""A field with nothing but a path of this machine in it, where `~/` is the home directory."""
