"""Files and trees from this machine to a sandbox and back, in dash with GNU tools and in busybox."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.errors import ConnectionLostError, InvalidArgumentError
from k8s_sandbox_tui.provider.files import scripts, transfer_scripts
from k8s_sandbox_tui.provider.files.errors import (
    FileIsDirectoryError,
    FileMissingError,
    FileNoSpaceError,
    FileNotDirectoryError,
    FileTransferError,
    LocalFileError,
    UnsafeArchiveError,
)
from tests.unit.exec.exec_server import SUCCESS
from tests.unit.files.sandbox import SHELLS, left_over, mode_of, open_folder, running_in, small_disk, tree, wrapper
from tests.unit.files.test_files_names import ODD

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from k8s_sandbox_tui.provider.files.transfer import TransferProgress
    from tests.unit.exec.exec_server import ExecServer
    from tests.unit.exec.shells import Shell

DATA = os.urandom(1 << 16) * 40 + b"end"


def make_tree(root: Path) -> dict[str, str]:
    """A tree with something of everything."""
    (root / "a/empty").mkdir(parents=True)
    (root / "a/.hidden").write_text("hidden")
    (root / "a/..two").write_text("two dots")
    (root / "a/script").write_text("#!/bin/sh\n")
    (root / "a/script").chmod(0o755)
    (root / "a/big").write_bytes(DATA)
    (root / "a/none").touch()
    (root / "a/link").symlink_to("../b/file")
    (root / ("deep/" * 30)).mkdir(parents=True)
    (root / ("deep/" * 30) / ("long name " * 20)).write_text("long")
    (root / "b").mkdir()
    (root / "b/file").write_text("file")
    os.utime(root / "b/file", (1_000_000_000, 1_000_000_000))
    for number, name in enumerate(ODD):
        (root / "b" / name).mkdir()
        (root / "b" / name / name).write_text(str(number))
    return tree(root)


@pytest.mark.parametrize("v4", [False, True])
@pytest.mark.parametrize("size", [0, 1, 1 << 20, len(DATA)])
async def test_f16_f19_a_file_there_and_back(
    files: FileSystem, server: ExecServer, here: Path, there: Path, size: int, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    (here / "f").write_bytes(DATA[:size])
    (here / "f").chmod(0o741)
    os.utime(here / "f", (1_000_000_000, 1_000_000_000))
    result = await files.upload(here / "f", there / "f")
    assert (result.files, result.bytes, result.skipped) == (1, size, ())
    back = await files.download(there / "f", here / "back")
    assert (back.files, back.bytes) == (1, size)
    for path in (there / "f", here / "back"):
        assert path.read_bytes() == DATA[:size]
        assert (mode_of(path) | 0o022, path.stat().st_mtime) == (0o763, 1_000_000_000)


async def test_f17_a_tree_there_and_back(files: FileSystem, server: ExecServer, here: Path, there: Path) -> None:
    server.faults.close_stdin_with_stdout = True
    before = make_tree(here)
    result = await files.upload(here, there / "tree")
    count = sum(not what.startswith(("/", "-> ")) for what in before.values())
    assert result.files == count
    assert tree(there / "tree") == before
    assert mode_of(there / "tree/a/script") == 0o755
    assert (there / "tree/b/file").stat().st_mtime == 1_000_000_000
    back = await files.download(there / "tree", here.parent / "back")
    assert (back.files, back.bytes, back.skipped) == (count, result.bytes, ())
    assert tree(here.parent / "back") == before
    assert mode_of(here.parent / "back/a/script") == 0o755
    assert (here.parent / "back/b/file").stat().st_mtime == 1_000_000_000


async def test_trees_are_added_to_what_is_there(files: FileSystem, here: Path, there: Path) -> None:
    for root in (here, there):
        (root / "both").mkdir()
        (root / "both/file").write_text(root.name)
        (root / f"only-{root.name}/sub").mkdir(parents=True)
    (there / "linked").mkdir()
    (there / "link").symlink_to("linked")
    (here / "link").mkdir()
    (here / "link/x").write_text("x")
    await files.upload(here, there)
    assert tree(there) == {
        "both": "/",
        "both/file": "here",
        "only-here": "/",
        "only-here/sub": "/",
        "only-there": "/",
        "only-there/sub": "/",
        "link": "-> linked",
        "linked": "/",
        "linked/x": "x",
    }
    (there / "both/file").write_text("there")
    (there / "link").unlink()
    await files.download(there, here)
    assert tree(here) == {**tree(there), "link": "/", "link/x": "x"}


async def test_what_does_not_fit_is_found_before_anything_is_changed(
    files: FileSystem, here: Path, there: Path
) -> None:
    for root in (here, there):
        (root / "aaa").write_text(root.name)
    (here / "x").mkdir()
    (there / "x").write_text("x")
    (here / "d").mkdir()
    (here / "d/y").write_text("y")
    (there / "d/y").mkdir(parents=True)
    before = tree(here), tree(there)
    with pytest.raises(FileIsDirectoryError, match=r"there/d/y' is a directory"):
        await files.upload(here, there)
    with pytest.raises(FileNotDirectoryError, match=r"'d/y' is not a directory on this machine"):
        await files.download(there, here)
    (there / "d/y").rmdir()
    (here / "d/y").unlink()
    with pytest.raises(FileNotDirectoryError, match=r"there/x' is not a directory"):
        await files.upload(here, there)
    with pytest.raises(FileIsDirectoryError, match=r"'x' is a directory on this machine"):
        await files.download(there, here)
    del before[0]["d/y"], before[1]["d/y"]
    assert (tree(here), tree(there)) == before


async def test_wrong_places(files: FileSystem, server: ExecServer, here: Path, there: Path) -> None:
    (here / "f").write_text("f")
    (there / "f").write_text("f")
    for call in (files.upload(here / "none", there / "x"), files.download(there / "f", here / "none/x")):
        with pytest.raises(LocalFileError, match="no such file or directory"):
            await call
    for call in (files.upload(here, there / "none/x"), files.download(there / "none", here / "x")):
        with pytest.raises(FileMissingError):
            await call
    for call in (files.upload(here / "f", there), files.download(there / "f", here)):
        with pytest.raises(FileIsDirectoryError):
            await call
    for call in (files.upload(here, there / "f"), files.download(there, here / "f")):
        with pytest.raises(FileNotDirectoryError):
            await call
    os.mkfifo(here / "pipe")
    with pytest.raises(LocalFileError, match=r"not a regular file.* write_stream"):
        await files.upload(here / "pipe", there / "x")
    served = len(server.served.urls)
    for local in ("", "a\0b"):
        with pytest.raises(InvalidArgumentError):
            await files.upload(local, there / "x")
        with pytest.raises(InvalidArgumentError):
            await files.download(there, local)
    assert len(server.served.urls) == served
    await files.upload(here / "f", there / "new/deep/f", parents=True)
    await files.upload(here, there / "tree/deep", parents=True)
    assert tree(there)["new/deep/f"] == tree(there)["tree/deep/f"] == "f"


async def test_links_are_not_followed_and_devices_are_skipped(files: FileSystem, here: Path, there: Path) -> None:
    secret = here.parent / "secret"
    secret.write_text("secret")
    (here / "out").symlink_to(secret)
    os.mkfifo(here / "pipe")
    result = await files.upload(here, there / "t")
    assert tree(there / "t") == {"out": f"-> {secret}"}
    assert [(entry.path, entry.reason) for entry in result.skipped] == [("pipe", "a device, a pipe or a socket")]
    os.mkfifo(there / "t/pipe")
    (there / "t/kept").symlink_to("out")
    back = await files.download(there / "t", here / "back")
    assert tree(here / "back") == {"kept": "-> out"}
    assert {entry.path: entry.reason for entry in back.skipped} == {
        "out": "a symbolic link out of the tree",
        "pipe": "a device or a pipe",
    }


async def test_hard_links_become_one_file_again(files: FileSystem, here: Path, there: Path) -> None:
    (there / "a").write_text("shared")
    (there / "b").hardlink_to(there / "a")
    assert (await files.download(there, here / "t")).files == 2
    assert tree(here / "t") == {"a": "shared", "b": "shared"}
    assert (here / "t/a").samefile(here / "t/b")


async def test_files_that_do_not_say_their_size_and_targets_that_are_no_files(files: FileSystem, here: Path) -> None:
    await files.download("/proc/self/status", here / "status")
    assert (here / "status").read_text().startswith("Name:")
    assert (await files.download("/proc/self/status", "/dev/null")).bytes > 0


async def test_progress_ends_with_the_whole(files: FileSystem, here: Path, there: Path) -> None:
    make_tree(here)
    (here / "zz").write_bytes(DATA * 2)
    seen: list[TransferProgress] = []
    result = await files.upload(here, there / "t", on_progress=seen.append)
    assert [progress.bytes_done for progress in seen] == sorted(progress.bytes_done for progress in seen)
    last = seen[-1]
    assert (last.bytes_done, last.bytes_total, last.files_done) == (result.bytes, result.bytes, result.files)
    assert "a/big" in {progress.path for progress in seen}
    seen.clear()
    await files.download(there / "t", here / "back", on_progress=seen.append)
    last = seen[-1]
    assert (last.bytes_done, last.bytes_total, last.files_total) == (result.bytes, result.bytes, result.files)


class Forgetful(list[bytes]):
    """Keeps none of the frames that the server sees."""

    def append(self, _: bytes, /) -> None:
        return


async def test_memory_stays_flat(here: Path, there: Path) -> None:
    (here / "large").write_bytes(os.urandom(17 << 20))
    async with running_in(SHELLS[0]) as (files, server):
        server.served.frames = Forgetful()
        for call in (
            lambda: files.upload(here / "large", there / "f"),
            lambda: files.download(there / "f", here / "back"),
            lambda: files.upload(here, there / "t"),
            lambda: files.download(there / "t", here / "t"),
        ):
            tracemalloc.start()
            await call()
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < 12 << 20
    digests = {hashlib.sha256(path.read_bytes()).digest() for path in (here / "large", here / "back", there / "t/back")}
    assert len(digests) == 1


@pytest.mark.parametrize("kept", [0, 40, 100_000])
async def test_f19_what_is_cut_short_with_success_replaces_nothing(
    files: FileSystem, server: ExecServer, here: Path, there: Path, kept: int
) -> None:
    make_tree(there)
    (here / "f").write_text("kept")
    server.faults.cut_output = kept
    server.faults.status = SUCCESS
    with pytest.raises(FileTransferError):
        await files.download(there / "a/big", here / "f")
    with pytest.raises(FileTransferError):
        await files.download(there, here)
    assert tree(here) == {"f": "kept"}


async def test_a_lost_connection_replaces_nothing(
    files: FileSystem, server: ExecServer, here: Path, there: Path
) -> None:
    make_tree(there)
    server.faults.drop_before_status = True
    for name in ("a/big", "b"):
        with pytest.raises(ConnectionLostError):
            await files.download(there / name, here / "x")
    assert tree(here) == {}


async def test_a_tree_that_changed_on_its_way_is_not_kept(
    files: FileSystem, here: Path, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "f").write_text("content")
    garbled = transfer_scripts.UNPACK.replace("{ feed||", "{ feed|tr n N||")
    garbled = scripts.PRELUDE + scripts.FRAMES + garbled + transfer_scripts.PLACE
    monkeypatch.setattr("k8s_sandbox_tui.provider.files.upload._TREE", garbled)
    with pytest.raises(FileTransferError, match="did not arrive whole"):
        await files.upload(here, there / "t")
    monkeypatch.setattr(
        "k8s_sandbox_tui.provider.files.download._SCRIPT",
        scripts.PRELUDE + transfer_scripts.FETCH.replace("part <&3 >&9&", "part <&3|tr n N >&9&"),
    )
    (there / "f").write_text("content")
    with pytest.raises(FileTransferError, match="checksum"):
        await files.download(there / "f", here / "f")
    assert (tree(here), tree(there)) == ({"f": "content"}, {"f": "content"})


async def test_a_full_disk_leaves_nothing_of_a_tree(shell: Shell, here: Path) -> None:
    (here / "a").write_bytes(b"x" * 3_000_000)
    (here / "b").write_text("b")
    with open_folder() as folder, small_disk(folder, "1m") as enter, wrapper(shell, enter) as program:
        async with running_in(shell, path=program) as (files, _):
            for target in (folder, folder / "new"):
                with pytest.raises(FileNoSpaceError):
                    await files.upload(here, target)
            assert await files.readdir(folder) == []


async def test_f21_cancelling_leaves_nothing_on_either_side(
    files: FileSystem, server: ExecServer, here: Path, there: Path
) -> None:
    (here / "large").write_bytes(DATA * 8)
    (there / "large").write_bytes(DATA * 8)
    for upwards in (True, False):
        begun = asyncio.Event()

        def moved(_: TransferProgress, begun: asyncio.Event = begun) -> None:
            begun.set()

        call = (
            files.upload(here, there / "t", on_progress=moved)
            if upwards
            else files.download(there, here / "t", on_progress=moved)
        )
        task = asyncio.create_task(call)
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await server.until_dead()
    assert left_over(here) == left_over(there) == []
    assert (tree(here), tree(there)) == ({"large": tree(here)["large"]}, {"large": tree(there)["large"]})


async def test_a_local_file_that_becomes_shorter_is_told(files: FileSystem, here: Path, there: Path) -> None:
    def shorten(_: TransferProgress) -> None:
        os.truncate(here / "f", 10)

    for local, remote in ((here / "f", there / "f"), (here, there / "t")):
        (here / "f").write_bytes(DATA * 8)
        with pytest.raises(LocalFileError, match="became shorter"):
            await files.upload(local, remote, on_progress=shorten)
    assert tree(there) == {}


async def test_limits_of_a_download(files: FileSystem, here: Path, there: Path) -> None:
    make_tree(there)
    for call in (
        files.download(there / "a/big", here / "x", max_bytes=1_000_000),
        files.download("/dev/zero", here / "x", max_bytes=3_000_000),
        files.download(there, here / "x", max_bytes=1_000_000),
    ):
        with pytest.raises(UnsafeArchiveError, match="max_bytes"):
            await call
    with pytest.raises(UnsafeArchiveError, match=r"more than 20 entries.* max_files"):
        await files.download(there, here / "x", max_files=20)
    assert tree(here) == {}


async def test_unreadable_local_files_and_directories_are_named(files: FileSystem, here: Path, there: Path) -> None:
    shutil.copytree(here, here / "sub")
    (here / "sub/loop").symlink_to("loop")
    await files.upload(here, there / "t")
    assert tree(there / "t") == {"sub": "/", "sub/loop": "-> loop"}
    with pytest.raises(LocalFileError, match=r"loop' on this machine: too many levels of symbolic links"):
        await files.upload(here / "sub/loop", there / "x")
