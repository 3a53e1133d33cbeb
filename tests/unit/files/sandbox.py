"""A "sandbox" on this machine for tests of files: the exec server, with one of the shells that images have."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from k8s_sandbox_tui.provider.exec import scripts
from k8s_sandbox_tui.provider.files.filesystem import FileSystem
from tests.unit.exec.exec_server import TARGET, ExecServer, LoopbackConnection
from tests.unit.exec.shells import Shell, shells

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

_FOLDER = tempfile.TemporaryDirectory(prefix="sbx-files-")
Path(_FOLDER.name).chmod(0o755)
SHELLS = [shell for shell in shells(Path(_FOLDER.name)) if shell.name != "bash"]
NOBODY = 65534


class OpenedAlready:
    """The cluster access of a `FileSystem` that is connected already."""

    def __init__(self, connection: LoopbackConnection) -> None:
        self.connection = connection

    async def open(self) -> LoopbackConnection:
        return self.connection


@asynccontextmanager
async def running_in(shell: Shell, *, path: str | None = None) -> AsyncGenerator[tuple[FileSystem, ExecServer]]:
    """The files of a sandbox whose `/bin/sh` is this shell, or the program at `path`."""
    with patch.object(scripts, "SHELL", path or shell.path):
        async with ExecServer(shell_path=shell.tools) as server, LoopbackConnection(server) as connection:
            yield FileSystem(OpenedAlready(connection), TARGET), server


@contextmanager
def wrapper(shell: Shell, before: str) -> Generator[str]:
    """A `/bin/sh` that does something before it becomes the shell."""
    with tempfile.TemporaryDirectory(prefix="sbx-wrap-") as folder:
        Path(folder).chmod(0o755)
        program = Path(folder) / "sh"
        program.write_text(f'#!/bin/sh\n{before} {shell.path} "$@"\n')
        program.chmod(0o755)
        yield str(program)


def as_nobody() -> str:
    """Becomes a user who may not do everything; where the tests are one, stays that."""
    if os.geteuid() != 0:
        return "exec"
    return f"exec {shutil.which('setpriv')} --reuid {NOBODY} --regid {NOBODY} --clear-groups"


@contextmanager
def open_folder() -> Generator[Path]:
    """A folder that any user can use, outside of pytest's own, which only its user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="sbx-open-"))
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        for directory, _, _ in os.walk(folder):
            Path(directory).chmod(0o777)
        shutil.rmtree(folder)


@contextmanager
def small_disk(folder: Path, size: str) -> Generator[str]:
    """A file system of this size at the folder, in a namespace of its own; gives what enters it."""
    script = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo ready && exec sleep 600'
    with subprocess.Popen(
        ["unshare", "-rm", "sh", "-c", script, "sh", size, str(folder)], stdout=subprocess.PIPE
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"ready\n"
            yield f"exec {shutil.which('nsenter')} -t {holder.pid} -U -m --preserve-credentials"
        finally:
            holder.kill()


def left_over(folder: Path) -> list[str]:
    """Temporary files of ours that are still there."""
    return [str(path) for path in folder.rglob("*") if ".computesdk" in path.name]


def tree(folder: Path) -> dict[str, str]:
    """What is in a folder: by path the content of files, the target of links with an arrow, `/` for directories."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = "/" if path.is_dir() else path.read_bytes().decode("latin-1") if path.is_file() else "?"
    return found


def mode_of(path: Path) -> int:
    """Its permissions."""
    return stat.S_IMODE(path.lstat().st_mode)
