"""F53: whatever a sandbox sends, nothing lands outside of the target, and nothing is kept of what was refused."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.files.archive_rules import UnsafeNameError, safe_parts, stays_inside
from k8s_sandbox_tui.provider.files.errors import FileError, UnsafeArchiveError
from k8s_sandbox_tui.provider.files.extract import Extractor
from k8s_sandbox_tui.provider.files.local_place import TreePlace
from k8s_sandbox_tui.provider.files.transfer import Meter
from tests.unit.files.sandbox import running_in, tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.unit.exec.shells import Shell

FILE, DIRECTORY, SYMLINK, HARD_LINK, DEVICE = (
    *(tarfile.REGTYPE, tarfile.DIRTYPE),
    *(tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE),
)
Entry = tuple[bytes, str, str]
"""A type, a name, and the content or the link's target."""


def archive(*entries: Entry) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for kind, name, what in entries:
            info = tarfile.TarInfo(name)
            info.type = kind
            content = what.encode() if kind == FILE else b""
            info.size = len(content)
            info.linkname = what if kind in {SYMLINK, HARD_LINK} else ""
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def unpack(target: Path, stream: bytes) -> list[str]:
    """As a download does it; returns what was skipped."""
    place = TreePlace(target, "test")
    try:
        extractor = Extractor(place.staging, Meter(None), max_bytes=1 << 20, max_entries=1000)
        try:
            for start in range(0, len(stream), 700):
                extractor.feed(stream[start : start + 700])
            extractor.finish()
        finally:
            extractor.close()
        place.put()
    finally:
        place.discard()
    return [entry.path for entry in extractor.skipped]


REFUSED: list[Sequence[Entry]] = [
    [(FILE, "../evil", "x")],
    [(FILE, "a/../../evil", "x")],
    [(FILE, "a/..", "x")],
    [(FILE, "/tmp/evil", "x")],
    [(DIRECTORY, "/tmp/evil", "")],
    [(DIRECTORY, "../evil", "")],
    [(SYMLINK, "../evil", "x")],
    [(FILE, "./", "x")],
    [(SYMLINK, ".", "/etc")],
    [(FILE, "x", "1"), (FILE, "x", "2")],
    [(FILE, "x", "1"), (FILE, "./x", "2")],
    [(FILE, "x", "1"), (FILE, "x/y", "2")],
    [(DIRECTORY, "x", ""), (FILE, "x", "2")],
    [(SYMLINK, "x", "y"), (FILE, "x", "2")],
    [(SYMLINK, "x", "y"), (SYMLINK, "x", "z")],
    [(SYMLINK, "x", "y"), (DIRECTORY, "x", "")],
    [(SYMLINK, "x", "y"), (FILE, "x/evil", "2")],
    [(HARD_LINK, "x", "/etc/passwd")],
    [(HARD_LINK, "x", "../../etc/passwd")],
    [(HARD_LINK, "x", "not-sent")],
    [(DIRECTORY, "d", ""), (HARD_LINK, "x", "d")],
    [(SYMLINK, "s", "y"), (HARD_LINK, "x", "s")],
    [(FILE, "d/" * 300 + "x", "deep")],
]


@pytest.mark.parametrize("entries", REFUSED, ids=lambda entries: repr([(e[1], e[2]) for e in entries])[:60])
@pytest.mark.parametrize("there", [False, True])
def test_f53_refused(tmp_path: Path, entries: Sequence[Entry], *, there: bool) -> None:
    target = tmp_path / "target"
    if there:
        target.mkdir()
        (target / "kept").write_text("kept")
    before = tree(tmp_path)
    with pytest.raises(UnsafeArchiveError) as caught:
        unpack(target, archive((FILE, "first", "1"), *entries))
    assert "Nothing was kept" in caught.value.hint
    assert tree(tmp_path) == before


def test_f53_links_out_and_devices_are_skipped_and_links_inside_kept(tmp_path: Path) -> None:
    skipped = unpack(
        tmp_path / "t",
        archive(
            (SYMLINK, "absolute", "/etc/passwd"),
            (SYMLINK, "climbing", "../../etc"),
            (SYMLINK, "d1/d2/up", "../.."),
            (SYMLINK, "through-a-link", "d1/d2/up/.."),
            (SYMLINK, "d1/fine", "../first"),
            (SYMLINK, "dangling", "d1/none"),
            (SYMLINK, "empty", ""),
            (DEVICE, "device", ""),
            (FILE, "first", "1"),
        ),
    )
    assert skipped == ["absolute", "climbing", "through-a-link", "empty", "device"]
    assert tree(tmp_path / "t") == {
        "d1": "/",
        "d1/d2": "/",
        "d1/d2/up": "-> ../..",
        "d1/fine": "-> ../first",
        "dangling": "-> d1/none",
        "first": "1",
    }


def test_f53_a_link_on_this_machine_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "target").mkdir()
    (tmp_path / "target/d").symlink_to("../outside")
    (tmp_path / "target/f").symlink_to("../outside/f")
    with pytest.raises(UnsafeArchiveError, match="'d' is a symbolic link on this machine"):
        unpack(tmp_path / "target", archive((FILE, "d/evil", "x")))
    unpack(tmp_path / "target", archive((FILE, "f", "in the link's place")))
    assert tree(tmp_path) == {
        "outside": "/",
        "target": "/",
        "target/d": "-> ../outside",
        "target/f": "in the link's place",
    }


def test_f53_modes_let_the_owner_remove_it_again_and_no_program_gains_rights(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for kind, name, mode in ((DIRECTORY, "./", 0), (DIRECTORY, "d", 0), (FILE, "d/f", 0o7777)):
            info = tarfile.TarInfo(name)
            info.type, info.mode = kind, mode
            tar.addfile(info)
    unpack(tmp_path / "t", stream.getvalue())
    assert [(tmp_path / "t" / name).stat().st_mode & 0o7700 for name in ("", "d", "d/f")] == [0o700, 0o700, 0o700]


def test_f53_huge_counts_and_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeArchiveError, match="more than 1000 entries"):
        unpack(tmp_path / "t", archive(*((FILE, f"f{number}", "") for number in range(1001))))
    info = tarfile.TarInfo("sparse bomb")
    info.size = 1 << 50
    with pytest.raises(UnsafeArchiveError, match="more than 1048576 bytes"):
        unpack(tmp_path / "t", info.tobuf(tarfile.GNU_FORMAT))
    assert tree(tmp_path) == {}


names = st.sampled_from(["a", "b", "c", "..", ".", "a/b", "a/b/c", "../x", "/x", "a/..", "b/../..", "", "a/./b"])
hostile = st.tuples(st.sampled_from([FILE, DIRECTORY, SYMLINK, HARD_LINK, DEVICE]), names, names)


@settings(max_examples=150)
@given(rounds=st.lists(st.lists(hostile, max_size=6), min_size=1, max_size=3))
def test_f53_no_archives_one_after_the_other_reach_outside(rounds: list[list[Entry]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "outside").write_text("untouched")
        for entries in rounds:
            with contextlib.suppress(FileError):
                unpack(root / "target", archive(*entries))
        assert (root / "outside").read_text() == "untouched"
        assert {path.name for path in root.iterdir()} <= {"outside", "target"}
        real = os.path.realpath(root / "target")
        for found in (root / "target").rglob("*") if (root / "target").is_dir() else ():
            assert os.path.realpath(found) == real or os.path.realpath(found).startswith(real + os.sep)


@given(st.text(max_size=60))
def test_names_are_safe_or_refused(name: str) -> None:
    with contextlib.suppress(UnsafeNameError):
        joined = os.path.normpath(Path("/target", *safe_parts(name)))
        assert joined == "/target" or joined.startswith("/target/")


@pytest.mark.parametrize(
    ("link", "inside"),
    [
        *(("x", True), ("../b", True), ("../../b", False), ("./x/./y", True), ("../../../etc", False)),
        *(("x/..", False), ("/x", False), ("", False), ("..", True), ("../..", False), ("../a/b/../..", False)),
    ],
)
def test_where_links_lead(link: str, *, inside: bool) -> None:
    assert stays_inside(("a", "link"), link) is inside


async def test_f53_a_sandbox_whose_tar_is_hostile(shell: Shell, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "evil.tar").write_bytes(archive((SYMLINK, "d", "/tmp"), (FILE, "d/evil", "x"), (FILE, "../e", "x")))
    (tools / "tar").write_text(f"#!{shell.path}\nexec cat {tmp_path}/evil.tar\n")
    (tools / "tar").chmod(0o755)
    async with running_in(dataclasses.replace(shell, tools=f"{tools}:{shell.tools}")) as (files, _):
        with pytest.raises(UnsafeArchiveError):
            await files.download(tmp_path / "tools", tmp_path / "got")
    assert not (tmp_path / "got").exists()
    assert not (tmp_path / "e").exists()
