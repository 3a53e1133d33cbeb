"""Syncs of a directory here and one in a sandbox, in dash with GNU tools and in busybox."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.files import remote_tree
from k8s_sandbox_tui.provider.files.errors import (
    FileError,
    FileIsDirectoryError,
    FileMissingError,
    FileNotDirectoryError,
    FileTransferError,
    LocalFileError,
    UnsafeArchiveError,
)
from k8s_sandbox_tui.provider.files.sync_plan import TreeEntry
from tests.unit.files.sandbox import mode_of, running_in, tree, wrapper
from tests.unit.files.test_files_names import ODD

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from tests.unit.exec.exec_server import ExecServer
    from tests.unit.exec.shells import Shell


def make_tree(root: Path) -> dict[str, str]:
    (root / "src/deep").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "src/a").write_text("one")
    (root / "src/deep/b").write_bytes(os.urandom(200_000))
    (root / "run").write_text("#!/bin/sh")
    (root / "run").chmod(0o755)
    (root / "link").symlink_to("src/a")
    for number, name in enumerate(ODD):
        (root / name).write_text(str(number))
    return tree(root)


async def test_a_tree_goes_up_and_again_only_what_has_changed(files: FileSystem, here: Path, there: Path) -> None:
    everything = make_tree(here)
    first = await files.sync.up(here, there / "new/tree", delete=True)
    assert tree(there / "new/tree") == everything
    assert mode_of(there / "new/tree/run") == 0o755
    assert set(first.sent) == {name for name, content in everything.items() if content != "/"} | {"empty"}
    assert (first.deleted, first.unchanged) == ((), 0)

    again = await files.sync.up(here, there / "new/tree", delete=True)
    assert (again.sent, again.deleted, again.bytes) == ((), (), 0)
    assert again.unchanged == len(first.sent) - 1

    (here / "src/a").write_text("two")  # of the same size
    (here / "run").chmod(0o644)
    (here / "link").unlink()
    (here / "link").symlink_to("src/b")
    (here / "src/new").write_text("new")
    (here / "src/deep/b").unlink()
    (there / "new/tree/only there").write_text("x")
    third = await files.sync.up(here, there / "new/tree")
    assert third.sent == ("link", "run", "src/a", "src/new")
    assert third.deleted == ()
    assert (there / "new/tree/src/deep/b").exists()
    fourth = await files.sync.up(here, there / "new/tree", delete=True)
    assert (fourth.sent, fourth.deleted) == ((), ("only there", "src/deep/b"))
    assert tree(there / "new/tree") == tree(here)


async def test_a_tree_comes_down_and_again_only_what_has_changed(files: FileSystem, here: Path, there: Path) -> None:
    everything = make_tree(there)
    first = await files.sync.down(there, here / "new")
    assert tree(here / "new") == everything
    assert mode_of(here / "new/run") == 0o755
    again = await files.sync.down(there, here / "new")
    assert (again.sent, again.bytes, again.unchanged) == ((), 0, len(first.sent) - 1)
    (there / "src/a").write_text("two")
    (there / "src/other").mkdir()
    (here / "new/mine").write_text("x")
    (here / "new/run").unlink()
    third = await files.sync.down(there, here / "new", delete=True)
    assert (third.sent, third.deleted) == (("run", "src/a", "src/other"), ("mine",))
    assert tree(here / "new") == tree(there)


async def test_a_dry_run_says_the_same_and_changes_nothing(files: FileSystem, here: Path, there: Path) -> None:
    make_tree(here)
    (there / "old").write_text("x")
    before = tree(there)
    told = await files.sync.up(here, there, delete=True, dry_run=True)
    assert tree(there) == before
    done = await files.sync.up(here, there, delete=True)
    assert (told.sent, told.deleted, told.bytes) == (done.sent, done.deleted, done.bytes)
    assert done.deleted == ("old",)
    mine = tree(here)
    (there / "src/a").write_text("changed")
    assert (await files.sync.down(there, here, dry_run=True)).sent == ("src/a",)
    assert tree(here) == mine


async def test_what_is_excluded_is_neither_sent_nor_deleted(files: FileSystem, here: Path, there: Path) -> None:
    for root in (here, there):
        (root / "node_modules/x").mkdir(parents=True)
        (root / "node_modules/x/f").write_text(root.name)
        (root / "a.log").write_text(root.name)
        (root / "old").mkdir()
        (root / "old/keep.log").write_text(root.name)
    (here / "new").write_text("new")
    (there / "old/gone").write_text("x")
    (here / "old/keep.log").unlink()
    (here / "old").rmdir()
    patterns = ["node_modules/", "*.log"]
    done = await files.sync.up(here, there, exclude=patterns, delete=True)
    assert (done.sent, done.deleted) == (("new",), ("old/gone",))
    assert (there / "node_modules/x/f").read_text() == "there"
    assert (there / "old/keep.log").read_text() == "there"
    (here / "mine").write_text("x")
    down = await files.sync.down(there, here, exclude=patterns, delete=True)
    assert (down.sent, down.deleted) == (("old",), ("mine",))
    assert tree(here / "old") == {}
    assert (here / "a.log").read_text() == "here"


async def test_files_and_directories_change_places_only_with_delete(files: FileSystem, here: Path, there: Path) -> None:
    (here / "a").write_text("file")
    (here / "b").mkdir()
    (here / "b/c").write_text("file")
    (there / "a").mkdir()
    (there / "a/x").write_text("x")
    (there / "b").write_text("x")
    with pytest.raises((FileIsDirectoryError, FileNotDirectoryError)):
        await files.sync.up(here, there)
    assert (there / "a/x").read_text() == "x"
    done = await files.sync.up(here, there, delete=True)
    assert done.deleted == ("a", "b")
    assert tree(there) == tree(here)
    (here / "a").unlink()
    (here / "a").mkdir()
    (here / "b/c").unlink()
    (here / "b").rmdir()
    (here / "b").write_text("x")
    await files.sync.down(there, here, delete=True)
    assert tree(here) == tree(there)


async def test_a_link_here_is_never_written_or_deleted_through(
    files: FileSystem, here: Path, there: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("mine")
    (there / "d/empty").mkdir(parents=True)
    (here / "d").symlink_to(outside)
    with pytest.raises(UnsafeArchiveError):
        await files.sync.down(there, here)
    (there / "d/precious").write_text("theirs")
    with pytest.raises(UnsafeArchiveError):
        await files.sync.down(there, here)
    await files.sync.down(there, here, delete=True)
    assert tree(here) == tree(there)
    assert tree(outside) == {"precious": "mine"}


async def test_what_is_missing_or_no_directory(files: FileSystem, here: Path, there: Path) -> None:
    with pytest.raises(FileMissingError):
        await files.sync.down(there / "none", here)
    with pytest.raises(LocalFileError, match="no such file"):
        await files.sync.up(here / "none", there)
    (here / "file").touch()
    with pytest.raises(FileNotDirectoryError):
        await files.sync.up(here / "file", there)
    with pytest.raises(FileNotDirectoryError):
        await files.sync.up(here, here / "file")
    with pytest.raises(FileNotDirectoryError):
        await files.sync.down(there, here / "file")


async def test_devices_and_pipes_are_skipped(files: FileSystem, here: Path, there: Path) -> None:
    os.mkfifo(here / "pipe")
    (here / "a").write_text("a")
    done = await files.sync.up(here, there)
    assert [entry.path for entry in done.skipped] == ["pipe"]
    assert done.sent == ("a",)
    os.mkfifo(there / "other")
    down = await files.sync.down(there, here)
    assert [entry.path for entry in down.skipped] == ["other"]
    assert down.sent == ()


async def test_names_that_climb_out_are_refused(shell: Shell, here: Path, there: Path) -> None:
    """A sandbox says of itself what it likes."""
    (there / "a").write_text("a")
    with wrapper(shell, f"PATH={there.parent}/bin:$PATH exec") as program:
        (there.parent / "bin").mkdir()
        fake = there.parent / "bin/find"
        fake.write_text("#!/bin/sh\nprintf '81a4 3 0 ./../../evil//\\n'\n")
        fake.chmod(0o755)
        async with running_in(shell, path=program) as (files, server):
            with pytest.raises(UnsafeArchiveError, match="climbs out"):
                await files.sync.down(there, here)
            await server.until_dead()
    assert tree(here) == {}


async def test_what_cannot_be_deleted_is_an_error(
    files: FileSystem, server: ExecServer, here: Path, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (there / "old").write_text("x")
    monkeypatch.setattr(remote_tree.sync_scripts, "REMOVE", remote_tree.sync_scripts.REMOVE.replace("rm -rf", "false"))
    with pytest.raises(FileError):
        await files.sync.up(here, there, delete=True)
    assert (there / "old").exists()


async def test_an_answer_that_was_cut_short_deletes_nothing(
    files: FileSystem, here: Path, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "mine").write_text("x")
    (there / "a").write_text("a")
    monkeypatch.setattr(remote_tree.sync_scripts, "LIST", remote_tree.sync_scripts.LIST.replace("echo end//", ""))
    with pytest.raises(FileTransferError, match="cut short"):
        await files.sync.down(there, here, delete=True)
    assert tree(here) == {"mine": "x"}


async def test_many_files_need_few_commands(files: FileSystem, server: ExecServer, here: Path, there: Path) -> None:
    for root in (here, there):
        for number in range(2000):
            (root / f"{number:04}-{'x' * 60}").write_text("same")
    (here / f"0007-{'x' * 60}").write_text("othr")
    commands = len(server.served.queries)
    done = await files.sync.up(here, there)
    assert (len(done.sent), done.unchanged) == (1, 1999)
    assert len(server.served.queries) - commands == 3


def test_trees_tell_entries_apart() -> None:
    assert TreeEntry("file", 1) != TreeEntry("file", 1, 0o755)
