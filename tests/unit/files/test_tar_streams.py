"""Tar streams as values: what `tarfile` writes in any format is read in any pieces; what it is not is refused."""

from __future__ import annotations

import contextlib
import io
import itertools
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.files import tar_writer
from k8s_sandbox_tui.provider.files.local_tree import LocalEntry
from k8s_sandbox_tui.provider.files.tar_reader import MAX_NAME_RECORD, TarError, TarMember, TarReader

if TYPE_CHECKING:
    from collections.abc import Iterable

names = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=12)
paths = st.lists(names, min_size=1, max_size=30).map("/".join)
contents = st.one_of(st.binary(max_size=20), st.binary(min_size=500, max_size=1100))


def read(stream: bytes, cuts: Iterable[int] = ()) -> list[tuple[TarMember, bytes]]:
    reader = TarReader()
    found: list[tuple[TarMember, bytearray]] = []
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for start, end in itertools.pairwise(places):
        for event in reader.feed(stream[start:end]):
            if isinstance(event, TarMember):
                found.append((event, bytearray()))
            else:
                found[-1][1].extend(event)
    reader.finish()
    return [(member, bytes(content)) for member, content in found]


def archive(members: Iterable[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.GNU_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


@settings(max_examples=60)
@given(
    entries=st.lists(st.tuples(paths, contents), max_size=4),
    cuts=st.lists(st.integers(0, 1 << 20), max_size=6),
    form=st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_what_tarfile_writes_is_read_in_any_pieces(
    entries: list[tuple[str, bytes]], cuts: list[int], form: int
) -> None:
    stream = archive(((tarfile.TarInfo(name), content) for name, content in entries), form)
    assert [(member.name, content) for member, content in read(stream, cuts)] == [
        (name.rstrip("/"), content) for name, content in entries
    ]


@settings(max_examples=60)
@given(path=paths, link=paths, content=contents, mode=st.integers(0, 0o777), modified=st.integers(0, 1 << 40))
def test_what_we_write_tarfile_reads(path: str, link: str, content: bytes, mode: int, modified: int) -> None:
    nanoseconds = modified * 1_000_000_000
    stream = (
        tar_writer.header(LocalEntry("", "directory", 0, 0o755, nanoseconds))
        + tar_writer.header(LocalEntry(path, "file", len(content), mode, nanoseconds))
        + content
        + tar_writer.padding(len(content))
        + tar_writer.header(LocalEntry(path, "symlink", 99, 0o777, nanoseconds, link))
        + tar_writer.END
    )
    with tarfile.open(fileobj=io.BytesIO(stream), encoding="utf-8", errors="surrogateescape") as tar:
        root, file, symlink = tar.getmembers()
        extracted = tar.extractfile(file)
        assert extracted is not None
        assert extracted.read() == content
    assert root.isdir()
    assert (file.name, file.mode, file.mtime) == (f"./{path}", mode, modified)
    assert (symlink.linkname, symlink.size) == (link, 0)
    assert [member.name for member, _ in read(stream)] == [".", f"./{path}", f"./{path}"]


@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused(stream: bytes) -> None:
    with contextlib.suppress(TarError):
        read(stream)


@given(st.integers(0, 1535), st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused(place: int, value: int) -> None:
    stream = bytearray(archive([(tarfile.TarInfo("x" * 120), b"content")]))
    stream[place] = value
    with contextlib.suppress(TarError):
        read(bytes(stream))


def test_archives_that_follow_each_other_are_one() -> None:
    one, two = (archive([(tarfile.TarInfo(name), name.encode())]) for name in ("one", "two"))
    assert [content for _, content in read(one + two)] == [b"one", b"two"]


@pytest.mark.parametrize("cut", [1, 511, 512, 600, 1024, 1300])
def test_f19_an_archive_that_was_cut_short_is_refused(cut: int) -> None:
    stream = archive([(tarfile.TarInfo("f"), b"x" * 700)])
    with pytest.raises(TarError, match="cut short"):
        read(stream[:cut])
    with pytest.raises(TarError, match="cut short"):
        read(b"")


def header(**fields: object) -> bytes:
    info = tarfile.TarInfo("f")
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (b"no tar archive at all" * 100, "something else"),
        (header(type=b"L", size=MAX_NAME_RECORD + 1), "a name has"),
        (header(type=b"x", size=1 << 60), "a name has"),
        (header(size=-5), "below 0"),
        (header(type=b"S", size=3), "unknown type"),
        (header(type=b"x", size=512) + b"99 path=x\n".ljust(512, b"\0"), "record"),
        (header(type=b"x", size=512) + b"x".ljust(512, b"\0"), "number"),
        (header(type=b"x", size=20) + b"20 size=99999999999\n".ljust(512, b"\0") + header()[:-1], "cut short"),
    ],
)
def test_what_cannot_be_read_is_refused(stream: bytes, said: str) -> None:
    with pytest.raises(TarError, match=said):
        read(stream)
