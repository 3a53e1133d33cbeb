"""What each operation does, in dash with GNU tools and in busybox; ComputeSDK's shared cases first."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui import FileError, InvalidArgumentError
from k8s_sandbox_tui.provider.files.errors import (
    FileExistsAlreadyError,
    FileIsDirectoryError,
    FileMissingError,
    FileNotDirectoryError,
    FileTooLargeError,
)
from tests.unit.files.sandbox import mode_of, tree

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from tests.unit.exec.exec_server import ExecServer


async def test_computesdk_what_is_written_is_read(files: FileSystem, tmp_path: Path) -> None:
    path = f"{tmp_path}/test.txt"
    await files.write_file(path, "Hello, wörld!\n")
    assert await files.read_file(path) == "Hello, wörld!\n"
    await files.write_file(path, "overwritten")
    assert await files.read_file(path) == "overwritten"
    await files.write_file(path, "")
    assert await files.read_file(path) == ""


async def test_computesdk_mkdir_makes_all_and_again(files: FileSystem, tmp_path: Path) -> None:
    for _ in range(2):
        await files.mkdir(f"{tmp_path}/a/b/c")
    assert (tmp_path / "a/b/c").is_dir()
    await files.mkdir("/")


async def test_computesdk_readdir_lists_direct_children(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "d/deeper").mkdir(parents=True)
    (tmp_path / "d/deeper/not-listed").touch()
    (tmp_path / "d/.hidden").write_bytes(b"12345")
    (tmp_path / "d/link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "d/pipe")
    os.utime(tmp_path / "d/.hidden", (0, 86_400))
    entries = await files.readdir(f"{tmp_path}/d")
    assert [(entry.name, entry.type) for entry in entries] == [
        (".hidden", "file"),
        ("deeper", "directory"),
        ("link", "symlink"),
        ("pipe", "other"),
    ]
    assert (entries[0].size, entries[0].modified.isoformat()) == (5, "1970-01-02T00:00:00+00:00")
    assert entries[0].mode == mode_of(tmp_path / "d/.hidden")
    (tmp_path / "empty").mkdir()
    assert await files.readdir(f"{tmp_path}/empty") == []


async def test_computesdk_exists_and_remove(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "d/e").mkdir(parents=True)
    (tmp_path / "d/e/f").touch()
    (tmp_path / "lost").symlink_to("nowhere")
    assert [await files.exists(f"{tmp_path}/{name}") for name in ("d", "d/e/f", "lost", "none", "d/e/f/x")] == [
        *(True, True, True),
        *(False, False),
    ]
    for name in ("d/e/f", "d", "lost"):
        await files.remove(f"{tmp_path}/{name}")
    assert tree(tmp_path) == {}
    with pytest.raises(FileMissingError, match="There is no"):
        await files.remove(f"{tmp_path}/d")


async def test_computesdk_missing_files_raise(files: FileSystem, tmp_path: Path) -> None:
    for call in (files.read_file, files.readdir, files.remove, files.stat):
        with pytest.raises(FileMissingError) as caught:
            await call(f"{tmp_path}/nonexistent")
        assert caught.value.path == f"{tmp_path}/nonexistent"


async def test_remove_takes_a_link_and_leaves_what_it_names(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept")
    await files.remove(f"{tmp_path}/link/")
    assert tree(tmp_path) == {"kept": "/"}


@pytest.mark.parametrize("path", ["/", "//", "/.", "/tmp/..", ".", "..", "a/.", "/a/../.."])
async def test_remove_refuses_the_root_and_directories_by_place(
    files: FileSystem, server: ExecServer, path: str
) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot be moved, replaced or removed"):
        await files.remove(path)
    assert server.served.urls == []


async def test_bytes_of_all_kinds_and_a_limit(files: FileSystem, tmp_path: Path) -> None:
    data = bytes(range(256)) * 12_000
    for given in (data, bytearray(data), memoryview(data)):
        await files.write_file(tmp_path / "f", given)
        assert (tmp_path / "f").read_bytes() == data
    assert await files.read_bytes(bytes(tmp_path / "f"), max_bytes=len(data)) == data
    with pytest.raises(FileTooLargeError, match="read_stream"):
        await files.read_bytes(tmp_path / "f", max_bytes=len(data) - 1)
    with pytest.raises(FileTooLargeError):
        await files.read_bytes("/dev/zero", max_bytes=100_000)
    with pytest.raises(FileError, match=r"not text in UTF-8.* read_bytes"):
        await files.read_file(tmp_path / "f")


async def test_files_that_do_not_say_their_size(files: FileSystem) -> None:
    assert (await files.read_file("/proc/self/status")).startswith("Name:")


async def test_relative_paths_count_from_the_containers_directory(files: FileSystem, tmp_path: Path) -> None:
    # The server's processes have / as theirs.
    await files.write_file(PurePosixPath(str(tmp_path).lstrip("/")) / "f", "x")
    assert (tmp_path / "f").read_text() == "x"


async def test_modes_of_new_and_of_replaced_files(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "script").write_text("old")
    (tmp_path / "script").chmod(0o750)
    await files.write_file(f"{tmp_path}/script", "new")
    await files.write_file(f"{tmp_path}/private", "x", mode=0o600)
    await files.write_file(f"{tmp_path}/plain", "x")
    umask = os.umask(0)
    os.umask(umask)
    modes = [mode_of(tmp_path / name) for name in ("script", "private", "plain")]
    assert modes == [0o750, 0o600, 0o666 & ~umask]


async def test_a_link_is_written_through(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/real\n").write_text("old")
    (tmp_path / "link").symlink_to("d/real\n")
    await files.write_file(f"{tmp_path}/link", "new")
    await files.append(f"{tmp_path}/link", " and more")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "d/real\n").read_text() == "new and more"


async def test_what_is_no_regular_file_is_written_to_as_it_is(files: FileSystem) -> None:
    await files.write_file("/dev/null", b"x" * 3_000_000)
    assert (await files.stat("/dev/null")).type == "other"


async def test_writing_with_parents(files: FileSystem, tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match=r"mkdir"):
        await files.write_file(f"{tmp_path}/a/b/f", "x")
    await files.write_file(f"{tmp_path}/a/b/f", "x", parents=True)
    assert (tmp_path / "a/b/f").read_text() == "x"
    with pytest.raises(FileNotDirectoryError):
        await files.write_file(f"{tmp_path}/a/b/f/g", "x", parents=True)


async def test_append_makes_and_adds(files: FileSystem, tmp_path: Path) -> None:
    for part in ("one\n", b"two\n", ""):
        await files.append(f"{tmp_path}/log", part)
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


@pytest.mark.parametrize("v4", [False, True])
async def test_streams(files: FileSystem, server: ExecServer, tmp_path: Path, *, v4: bool) -> None:
    server.faults.v4_only = v4
    pieces = [os.urandom(size) for size in (0, 1, 1 << 20, 3_000_000, 17)]

    def given() -> Iterator[bytes]:
        yield from pieces

    async def later() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    for content in (pieces, given(), later()):
        await files.write_stream(f"{tmp_path}/f", content)
        assert (tmp_path / "f").read_bytes() == b"".join(pieces)
    read = bytearray()
    async with await files.read_stream(f"{tmp_path}/f") as reader:
        async for piece in reader:
            read += piece
    assert read == b"".join(pieces)


async def test_reading_that_is_left_early_ends_in_the_sandbox(files: FileSystem, server: ExecServer) -> None:
    async with await files.read_stream("/dev/zero") as reader:
        assert set(await anext(reader)) == {0}
    assert [piece async for piece in reader] == []
    await server.until_dead()


async def test_stat(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"123")
    (tmp_path / "link").symlink_to("f")
    (tmp_path / "lost").symlink_to("nowhere")
    followed = await files.stat(f"{tmp_path}/link")
    assert (followed.name, followed.type, followed.size) == ("link", "file", 3)
    assert (await files.stat(f"{tmp_path}/link", follow_symlinks=False)).type == "symlink"
    assert (await files.stat(f"{tmp_path}/lost", follow_symlinks=False)).type == "symlink"
    with pytest.raises(FileMissingError):
        await files.stat(f"{tmp_path}/lost")
    assert (await files.stat("/")).name == "/"


async def test_move_and_copy(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("f")
    (tmp_path / "d/sub").mkdir(parents=True)
    (tmp_path / "d/sub/x").write_text("x")
    (tmp_path / "d/link").symlink_to("sub/x")
    await files.copy(f"{tmp_path}/d", f"{tmp_path}/copy")
    await files.copy(f"{tmp_path}/f", f"{tmp_path}/copy/sub/x")
    await files.move(f"{tmp_path}/d", f"{tmp_path}/moved")
    await files.move(f"{tmp_path}/f", f"{tmp_path}/moved/sub/x")
    whole = {"": "/", "/sub": "/", "/sub/x": "f", "/link": "-> sub/x"}
    assert tree(tmp_path) == {name + path: what for name in ("copy", "moved") for path, what in whole.items()}


@pytest.mark.parametrize("name", ["move", "copy"])
async def test_nothing_is_moved_or_copied_into_or_over_a_directory(
    files: FileSystem, tmp_path: Path, name: str
) -> None:
    (tmp_path / "f").write_text("f")
    (tmp_path / "d").mkdir()
    (tmp_path / "e").mkdir()
    call = files.move if name == "move" else files.copy
    with pytest.raises(FileIsDirectoryError, match=r"'.*/d' is a directory"):
        await call(f"{tmp_path}/f", f"{tmp_path}/d")
    for target in ("e", "f"):
        with pytest.raises(FileExistsAlreadyError, match=rf"'.*/{target}' exists already"):
            await call(f"{tmp_path}/d", f"{tmp_path}/{target}")
    with pytest.raises(FileMissingError, match=r"'.*/none'"):
        await call(f"{tmp_path}/none", f"{tmp_path}/x")
    with pytest.raises(FileMissingError, match=r"'.*/none/x' .* mkdir"):
        await call(f"{tmp_path}/f", f"{tmp_path}/none/x")
    for target in ("d", "d/x", "d//x/y"):
        with pytest.raises(InvalidArgumentError, match="in it"):
            await call(f"{tmp_path}/d", f"{tmp_path}/{target}")
    assert tree(tmp_path) == {"d": "/", "e": "/", "f": "f"}


async def test_directories_where_files_are_needed_and_the_other_way_round(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("f")
    for call in (files.read_bytes(tmp_path), files.write_file(tmp_path, "x"), files.append(tmp_path, "x")):
        with pytest.raises(FileIsDirectoryError):
            await call
    for call in (files.readdir(tmp_path / "f"), files.read_file(tmp_path / "f/x"), files.mkdir(tmp_path / "f/x")):
        with pytest.raises(FileNotDirectoryError):
            await call
    with pytest.raises(FileExistsAlreadyError):
        await files.mkdir(tmp_path / "f")
    with pytest.raises(InvalidArgumentError, match="names a directory"):
        await files.write_file(f"{tmp_path}/new/", "x")
