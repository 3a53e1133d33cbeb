"""The names in a directory that begin with a text, as completion asks for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui import InvalidArgumentError
from k8s_sandbox_tui.provider.files.errors import FileMissingError, FileNotDirectoryError
from k8s_sandbox_tui.provider.files.name_list import parse_names

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from tests.unit.exec.exec_server import ExecServer


async def test_names_and_directories_and_hidden_ones(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "setup.py").touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").touch()
    (tmp_path / "there").symlink_to("src")
    (tmp_path / "lost").symlink_to("nowhere")
    listed = await files.names(tmp_path)
    assert (listed.names, listed.more) == (("lost", "setup.py", "src/", "there/"), False)
    assert (await files.names(f"{tmp_path}/src/..", "s")).names == ("setup.py", "src/")
    assert (await files.names(tmp_path, ".")).names == (".env", ".git/")
    assert (await files.names(tmp_path, "none")).names == ()
    first = await files.names(tmp_path, most=2)
    assert (first.names, first.more) == (("lost", "setup.py"), True)
    # What `there/..` means is where the link leads, as it is for the commands.
    assert "src/" in (await files.names(tmp_path / "there/..")).names


async def test_home(files: FileSystem, server: ExecServer, tmp_path: Path) -> None:
    server.env["HOME"] = str(tmp_path)
    (tmp_path / "a/b").mkdir(parents=True)
    assert (await files.names("~")).names == ("a/",)
    assert (await files.names("~/", "a")).names == ("a/",)
    assert (await files.names("~/a")).names == ("b/",)
    with pytest.raises(FileMissingError):
        await files.names(f"{tmp_path}/~")


HOSTILE = (
    "new\nline",
    "\n",
    "end",
    "more",
    "-rf",
    "--",
    "$(touch pwned)`touch pwned`;touch pwned&",
    "*?[a-z]",
    "[",
    "[!x]",
    "back\\slash\\",
    "\\*",
    "'\"",
    "\x1b[31m",
    "%s%n",
    "(",
    "!",
    "漢字",
    os.fsdecode(b"\xff\xfe"),
)


async def test_hostile_names_come_whole_and_begin_as_they_are(files: FileSystem, tmp_path: Path) -> None:
    for name in HOSTILE:
        (tmp_path / name).mkdir()
    listed = await files.names(tmp_path)
    assert set(listed.names) == {f"{name}/" for name in HOSTILE}
    for name in HOSTILE:
        expected = {f"{other}/" for other in HOSTILE if other.startswith(name)}
        assert set((await files.names(tmp_path, name)).names) == expected, name
    assert not (tmp_path / "pwned").exists()


async def test_what_is_no_directory_is_said(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileNotDirectoryError):
        await files.names(tmp_path / "file")
    with pytest.raises(FileMissingError):
        await files.names(tmp_path / "none")
    with pytest.raises(InvalidArgumentError):
        await files.names(tmp_path, "a\0b")


@given(st.lists(st.tuples(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1), st.booleans())))
def test_any_names_are_read_back(entries: list[tuple[str, bool]]) -> None:
    printed = "".join(f"{name}/{'d' if folder else 'f'}\n" for name, folder in entries)
    for more in (False, True):
        ending = "more//\nend//\n" if more else "end//\n"
        listed = parse_names((printed + ending).encode())
        assert listed.names == tuple(name + "/" * folder for name, folder in entries)
        assert listed.more is more


@pytest.mark.parametrize("listing", [b"", b"a/f\n", b"a/x\nend//\n", b"abcend//\n", b"a/f\nmore//\nb/f\nend//\n"])
def test_what_is_cut_short_is_no_list(listing: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut short|no list"):
        parse_names(listing)
