"""What fails has a type, a cause and a next step, and leaves what was there."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.errors import InvalidArgumentError, SandboxGoneError
from k8s_sandbox_tui.provider.files.errors import (
    FileError,
    FileNoSpaceError,
    FilePermissionError,
    FileTimeoutError,
    FileTooLargeError,
)
from k8s_sandbox_tui.provider.files.faults import FAILED, INCOMPLETE, fault_error
from tests.unit.files.sandbox import as_nobody, left_over, mode_of, open_folder, running_in, small_disk, tree, wrapper

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from tests.unit.exec.exec_server import ExecServer
    from tests.unit.exec.shells import Shell

LARGE = b"x" * 3_000_000


async def test_permissions(shell: Shell) -> None:
    with open_folder() as folder, wrapper(shell, as_nobody()) as program:
        (folder / "locked").mkdir()
        (folder / "locked/f").write_text("f")
        (folder / "secret").write_text("secret")
        (folder / "locked").chmod(0o000)
        (folder / "secret").chmod(0o000)
        async with running_in(shell, path=program) as (files, _):
            for call in (
                files.read_file(folder / "secret"),
                files.write_file(folder / "secret", "x"),
                files.append(folder / "secret", "x"),
                files.read_file(folder / "locked/f"),
                files.stat(folder / "locked/f"),
                files.readdir(folder / "locked"),
                files.remove(folder / "locked/f"),
                files.mkdir(folder / "locked/d"),
                files.write_file(folder / "locked/new", "x"),
                files.copy(folder / "locked/f", folder / "copy"),
                files.move(folder / "locked/f", folder / "moved"),
                files.move(folder / "secret", folder / "locked/secret"),
            ):
                with pytest.raises(FilePermissionError, match=r"permission denied.* runAsUser"):
                    await call
            assert not await files.exists(folder / "locked/f")
        (folder / "locked").chmod(0o700)
        assert sorted(tree(folder)) == ["locked", "locked/f", "secret"]


async def test_what_may_not_be_read_is_what_is_named(shell: Shell) -> None:
    with open_folder() as folder, wrapper(shell, as_nobody()) as program:
        (folder / "secret").write_text("secret")
        (folder / "secret").chmod(0o000)
        (folder / "tree/locked/in").mkdir(parents=True)
        (folder / "tree/locked").chmod(0o000)
        (folder / "tree").chmod(0o777)
        async with running_in(shell, path=program) as (files, _):
            with pytest.raises(FilePermissionError, match=r"/secret'?: permission denied"):
                await files.copy(folder / "secret", folder / "copy")
            with pytest.raises(FilePermissionError, match=r"/locked'?: permission denied"):
                await files.copy(folder / "tree/locked", folder / "copy")
            with pytest.raises(FilePermissionError, match=r"/locked'?: permission denied"):
                await files.remove(folder / "tree/locked")
            with pytest.raises(FilePermissionError, match=r"/tree/locked'?: permission denied"):
                await files.download(folder / "tree", folder / "here")
            with pytest.raises(FilePermissionError, match=r"/tree/locked'?: permission denied"):
                await files.remove(folder / "tree")


@pytest.mark.parametrize("shut", ["file", "directory"])
async def test_an_entry_deep_inside_that_may_not_be_read_is_named_itself(shell: Shell, shut: str) -> None:
    with open_folder() as folder, wrapper(shell, as_nobody()) as program:
        deep = folder / "tree/a/b"
        deep.mkdir(parents=True)
        (deep / "open").write_text("open")
        if shut == "file":
            (deep / "shut").write_text("secret")
        else:
            (deep / "shut/in").mkdir(parents=True)
            (deep / "shut/f").write_text("secret")
        (deep / "shut").chmod(0o000)
        here = folder / "here"
        (here / "a/b/shut").mkdir(parents=True)
        (here / "a/b/shut/f").write_text("kept")
        named = pytest.raises(FilePermissionError, match=r"/tree/a/b/shut'?: permission denied.* runAsUser")
        async with running_in(shell, path=program) as (files, _):
            with named:
                await files.copy(folder / "tree", folder / "copy")
            with named:
                await files.download(folder / "tree", folder / "new")
            with named:
                await files.sync.down(folder / "tree", here)
            assert (here / "a/b/shut/f").read_text() == "kept"
            if shut == "directory":
                with named:
                    await files.sync.down(folder / "tree", here, delete=True)
                assert (here / "a/b/shut/f").read_text() == "kept"
            done = await files.sync.down(folder / "tree", here, delete=True, exclude=["shut"])
            assert done.sent == ("a/b/open",)
            assert (here / "a/b/shut/f").read_text() == "kept"


async def test_a_file_in_a_directory_that_cannot_be_written_is_filled_in_place(shell: Shell) -> None:
    with open_folder() as folder, wrapper(shell, as_nobody()) as program:
        (folder / "f").write_text("old")
        (folder / "f").chmod(0o666)
        folder.chmod(0o555)
        inode = (folder / "f").stat().st_ino
        async with running_in(shell, path=program) as (files, _):
            await files.write_file(folder / "f", "new")
            await files.append(folder / "f", " and more")
            with pytest.raises(FilePermissionError):
                await files.write_file(folder / "g", "x")
        assert ((folder / "f").read_text(), (folder / "f").stat().st_ino) == ("new and more", inode)
        assert mode_of(folder / "f") == 0o666


async def test_a_full_disk_keeps_what_was_there(shell: Shell) -> None:
    with open_folder() as folder, small_disk(folder, "1m") as enter, wrapper(shell, enter) as program:
        async with running_in(shell, path=program) as (files, _):
            await files.write_file(folder / "f", "kept")
            await files.write_file(folder / "big", b"x" * 600_000)
            for call in (
                files.write_file(folder / "f", LARGE),
                files.write_stream(folder / "f", [LARGE]),
                files.append(folder / "f", LARGE),
                files.copy(folder / "big", folder / "f"),
                files.append(folder / "f", b"x" * 300_000),
            ):
                with pytest.raises(FileNoSpaceError, match=r"No space is left for .* larger volume"):
                    await call
            assert await files.read_file(folder / "f") == "kept"
            assert [(entry.name, entry.size) for entry in await files.readdir(folder)] == [("big", 600_000), ("f", 4)]


async def test_a_limit_on_the_size_of_files(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("kept")
    with wrapper(shell, "ulimit -f 500; exec") as program:
        async with running_in(shell, path=program) as (files, _):
            for call in (
                files.write_file(tmp_path / "f", LARGE),
                files.write_stream(tmp_path / "f", [LARGE]),
                files.append(tmp_path / "f", LARGE),
            ):
                with pytest.raises(FileTooLargeError, match="ulimit -f"):
                    await call
    assert tree(tmp_path) == {"f": "kept"}


async def test_names_that_are_too_long_and_links_in_circles(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(FileError, match="longer than a name"):
        await files.mkdir(tmp_path / ("x" * 256))
    for call in (files.write_file(tmp_path / "a", "x"), files.read_file(tmp_path / "a"), files.mkdir(tmp_path / "a/d")):
        with pytest.raises(FileError, match=r"'.*/a"):
            await call


async def test_an_iterable_that_raises_keeps_the_file(files: FileSystem, server: ExecServer, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("kept")

    async def fails() -> AsyncIterator[bytes]:
        yield LARGE
        raise LookupError("no more")

    with pytest.raises(LookupError):
        await files.write_stream(tmp_path / "f", fails())
    with pytest.raises(InvalidArgumentError, match="Content must be bytes, not str"):
        await files.write_stream(tmp_path / "f", ["text"])  # pyright: ignore[reportArgumentType]
    await server.until_dead()
    assert tree(tmp_path) == {"f": "kept"}


async def test_cancelling_a_write_cleans_up(files: FileSystem, server: ExecServer, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("kept")
    half = asyncio.Event()

    async def waits() -> AsyncIterator[bytes]:
        yield LARGE
        half.set()
        await asyncio.Event().wait()

    writing = asyncio.create_task(files.write_stream(tmp_path / "f", waits()))
    await half.wait()
    while not left_over(tmp_path):  # noqa: ASYNC110 - nobody tells when the sandbox has begun
        await asyncio.sleep(0.01)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await server.until_dead()
    assert tree(tmp_path) == {"f": "kept"}


async def test_a_timeout_has_a_type_of_its_own(files: FileSystem, server: ExecServer, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileTimeoutError, match=r"'.*/pipe': .* within 300 ms"):
        await files.read_file(tmp_path / "pipe", timeout=300)
    for timeout in (0, -1, 1.5):
        with pytest.raises(InvalidArgumentError, match="timeout"):
            await files.exists(tmp_path, timeout=timeout)  # pyright: ignore[reportArgumentType]
    await server.until_dead()


async def test_a_sandbox_that_is_gone_is_no_missing_file(files: FileSystem, server: ExecServer) -> None:
    server.pod = None
    server.faults.refuse = (404, "pods not found")
    for call in (files.exists("/tmp"), files.read_file("/tmp/x"), files.write_file("/tmp/x", "x")):
        with pytest.raises(SandboxGoneError):
            await call


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("tee: /x/.computesdk-1: No space left on device", FileNoSpaceError),
        ("dd: error writing 'standard output': Disk quota exceeded", FileNoSpaceError),
        ("sh: write error: Quota exceeded", FileNoSpaceError),
        ("mv: can't rename 'a': Read-only file system", FilePermissionError),
        ("cp: can't create 'x': Operation not permitted", FilePermissionError),
        ("cat: read error: Input/output error", FileError),
        ("", FileError),
    ],
)
def test_the_words_of_both_libraries(said: str, kind: type[FileError]) -> None:
    error = fault_error(FAILED, said, "/x")
    assert type(error) is kind
    assert "'/x'" in error.message
    assert type(fault_error(INCOMPLETE, said, "/x")).__mro__.index(FileError) in {0, 1}


def test_an_image_without_the_tools_is_told(tmp_path: Path) -> None:
    error = fault_error(127, "sh: stat: not found", "/x")
    assert "lacks a tool: sh: stat: not found" in error.message
    assert "coreutils" in error.hint
