"""A Pod's home on disk: what pip and npm need to install there, and its removal."""

from __future__ import annotations

import configparser
import contextlib
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# The system's site-packages are read-only, so installs go to the home, as if Python were not externally managed.
_PIP = {"break-system-packages": "true", "root-user-action": "ignore", "disable-pip-version-check": "true"}
_NPM = "prefix=${HOME}/.local\nupdate-notifier=false\nfund=false\n"


def write_npm_config(home: Path) -> None:
    """Has npm install to the home what is to be installed for all."""
    (home / ".npmrc").write_text(_NPM)


def write_pip_config(path: Path, system: Path | None = None) -> None:
    """Has pip install to the home.

    Args:
        path: The file to write.
        system: A file whose settings are taken over, where it can be read and understood.
    """
    config = configparser.RawConfigParser(strict=False)
    if system is not None:
        with contextlib.suppress(configparser.Error, OSError, UnicodeDecodeError):
            config.read(system)
    if not config.has_section("global"):
        config.add_section("global")
    for option, value in _PIP.items():
        config.set("global", option, value)
    with path.open("w") as file:
        config.write(file)


def remove_tree(folder: Path) -> None:
    """Deletes a folder, also where a Pod has taken the rights to its own folders away."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except PermissionError:
        _take_rights_back(folder)
        shutil.rmtree(folder)


def _take_rights_back(folder: Path) -> None:
    """Before a folder is looked into: what is in it cannot be seen without."""
    folders = [str(folder)]
    while folders:
        name = folders.pop()
        os.chmod(name, 0o700)  # noqa: PTH101 -- a path object for each name takes its time
        with os.scandir(name) as entries:
            folders += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
