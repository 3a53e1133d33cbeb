"""Paths with any characters reach the sandbox unchanged, and are never run."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui import InvalidArgumentError
from k8s_sandbox_tui.provider.files.entries import END, parse_entries
from k8s_sandbox_tui.provider.files.paths import check_entry_path, check_file_path, check_path
from tests.unit.files.sandbox import tree

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from tests.unit.exec.exec_server import ExecServer

ODD = (
    "with space",
    " leading and trailing ",
    "-rf",
    "--",
    "new\nline",
    "\n",
    "tab\tand\rreturn",
    "quote'double\"back\\slash",
    "$(touch pwned)`touch pwned`;touch pwned&",
    "*?[a-z]",
    "~",
    "...",
    "ünï—cødé 漢字",
    "\x01\x7f\x1b[31m",
    "%s%n",
    "end",
    "'",
    "x" * 255,
    os.fsdecode(b"not utf-8 \xff\xfe\x80"),
)


@pytest.mark.parametrize("name", ODD)
async def test_every_operation_takes_it(files: FileSystem, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    path = folder / name
    await files.write_file(path, "content", parents=True)
    await files.append(bytes(path), "!")
    await files.write_stream(str(path) if len(name) < 200 else path, [await files.read_bytes(path)])
    assert await files.read_file(path) == "content!"
    assert [entry.name for entry in await files.readdir(folder)] == [name]
    assert (await files.stat(path)).name == name
    await files.copy(path, folder / "copy")
    await files.move(folder / "copy", folder / f"{name[:250]}moved")
    await files.remove(path)
    assert [await files.exists(path), await files.exists(folder)] == [False, True]
    assert tree(tmp_path) == {name: "/", f"{name}/{name[:250]}moved": "content!"}


async def test_a_leading_dash_in_a_relative_path_is_no_option(files: FileSystem, tmp_path: Path) -> None:
    for name in ("-n", "--version", "-"):
        relative = Path(name) / ".." / str(tmp_path)[1:] / name
        with pytest.raises(InvalidArgumentError, match="cannot be"):
            await files.remove(name + "/..")
        assert check_path(relative).startswith("./-")


async def test_long_and_odd_paths_stay_out_of_the_url(files: FileSystem, server: ExecServer, tmp_path: Path) -> None:
    path = tmp_path.joinpath(*["d" * 200] * 15) / os.fsdecode(b"\xff")
    await files.write_file(path, b"x" * 5_000_000, parents=True)
    assert len(await files.read_bytes(path)) == 5_000_000
    assert max(map(len, server.served.urls)) < 5_000


@pytest.mark.parametrize("path", ["", b"", "a\0b", b"/tmp/\0", "\ud800", 7, None, ["a"]])
async def test_what_is_no_path_reaches_no_server(files: FileSystem, server: ExecServer, path: str) -> None:
    for call in (files.read_file, files.exists, files.mkdir, files.remove, files.readdir, files.stat):
        with pytest.raises(InvalidArgumentError):
            await call(path)
    with pytest.raises(InvalidArgumentError):
        await files.write_file(path, "x")
    assert server.served.urls == []


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_checked_path_names_the_same_and_is_no_option(path: str) -> None:
    checked = check_path(path)
    assert checked.startswith(("/", "./"))
    assert os.path.normpath(checked) == os.path.normpath(path)
    assert check_path(os.fsencode(path)) == checked
    for check in (check_file_path, check_entry_path):
        try:
            assert os.path.normpath(check(path)) not in {"/", "//", "."}
        except InvalidArgumentError:
            assert path.rstrip("/").rpartition("/")[2] in {"", ".", ".."} or path.endswith("/")


@given(st.lists(st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1), max_size=5))
def test_listings_with_any_names_are_read(names: list[str]) -> None:
    listing = "".join(f"81a4 5 60 ./{name}//\n" for name in names) + END
    assert [(path, entry.name) for path, entry in parse_entries(listing.encode())] == [(f"./{n}", n) for n in names]


@given(st.binary())
def test_listings_of_any_bytes_are_read_or_refused(listing: bytes) -> None:
    with contextlib.suppress(ValueError):
        list(parse_entries(listing))
