"""The whole output of a command: what is kept of it, where, and what becomes of it when there is no room."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.console import recording as module
from k8s_sandbox_tui.dashboard.console.recording import Recording, Shelf, Stream

PIECES = st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.binary(min_size=1, max_size=30)), max_size=30)


def read(recording: Recording) -> list[tuple[Stream, bytes]]:
    """All of it, neighbours of one stream joined."""
    joined: list[tuple[Stream, bytes]] = []
    for stream, data in recording.parts():
        if joined and joined[-1][0] == stream:
            joined[-1] = (stream, joined[-1][1] + data)
        else:
            joined.append((stream, data))
    return joined


def expected(pieces: list[tuple[Stream, bytes]]) -> list[tuple[Stream, bytes]]:
    joined: list[tuple[Stream, bytes]] = []
    for stream, data in pieces:
        if joined and joined[-1][0] == stream:
            joined[-1] = (stream, joined[-1][1] + data)
        else:
            joined.append((stream, data))
    return joined


@given(PIECES)
async def test_it_gives_back_what_came_in_the_order_in_which_it_came(pieces: list[tuple[Stream, bytes]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MEMORY", 40)
        patch.setattr(module, "BLOCK", 25)
        recording = Shelf().new()
        for stream, data in pieces:
            await recording.add(stream, data)
        assert read(recording) == expected(pieces)
        assert recording.size == sum(len(data) for _, data in pieces)
        assert all(len(part.data) <= 25 for part in recording.parts())
        assert recording.lost == ""


async def test_little_output_needs_no_file(tmp_path: Path) -> None:
    recording = Shelf(tmp_path / "none").new()
    await recording.add("stdout", b"hello\n")
    assert read(recording) == [("stdout", b"hello\n")]
    assert recording.written == 0
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells which files are open")
async def test_its_file_has_no_name_and_goes_with_it(tmp_path: Path) -> None:
    def opened() -> list[int]:
        return [
            file.stat().st_mode & 0o777
            for file in Path("/proc/self/fd").iterdir()
            if os.path.realpath(file).startswith(str(tmp_path / "cache"))
        ]

    recording = Shelf(tmp_path / "cache").new()
    await recording.add("stdout", b"x" * module.MEMORY)
    assert recording.written == module.MEMORY
    assert list((tmp_path / "cache").iterdir()) == []
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    assert opened() == [0o600]
    del recording
    gc.collect()
    assert opened() == []


async def test_one_command_is_bounded_and_keeps_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    mebibyte = 1024 * 1024
    monkeypatch.setattr(module, "MEMORY", 100_000)
    monkeypatch.setattr(module, "BLOCK", 100_000)
    monkeypatch.setattr(module, "MOST", 3 * mebibyte)
    recording = Shelf().new()
    for number in range(8):
        await recording.add("stdout", bytes([number]) * mebibyte)
    assert recording.lost == "3 MB of one command are kept"
    assert recording.written == 3 * mebibyte
    assert read(recording)[0][1][: recording.written] == b"".join(bytes([n]) * mebibyte for n in range(3))
    assert recording.size <= 4 * mebibyte


async def test_the_oldest_make_room_for_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", 100)
    monkeypatch.setattr(module, "BLOCK", 100)
    monkeypatch.setattr(module, "MOST_IN_ALL", 250)
    shelf = Shelf()
    recordings = [shelf.new() for _ in range(3)]
    for recording in recordings:
        await recording.add("stdout", b"x" * 100)
    assert [recording.size for recording in recordings] == [0, 100, 100]
    assert recordings[0].lost == "the output of later commands took its room"
    assert read(recordings[0]) == []
    await recordings[0].add("stdout", b"more")
    assert recordings[0].size == 0
    del recordings[1]
    gc.collect()
    await recordings[-1].add("stdout", b"y" * 100)
    assert recordings[-1].size == 200


async def test_a_disk_without_room_ends_it_and_what_is_there_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "MEMORY", 100)
    monkeypatch.setattr(module, "BLOCK", 100)
    recording = Shelf(tmp_path).new()
    await recording.add("stdout", b"x" * 100)
    monkeypatch.setattr(module, "SPARE", 1 << 62)
    await recording.add("stdout", b"y" * 100)
    await recording.add("stdout", b"z" * 100)
    assert recording.lost == "the disk is almost full"
    assert read(recording) == [("stdout", b"x" * 100 + b"y" * 100)]


async def test_a_folder_that_cannot_be_made_is_replaced_by_the_systems_own(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    recording = Shelf(tmp_path / "file" / "folder").new()
    await recording.add("stdout", b"x" * module.MEMORY)
    assert recording.written == module.MEMORY


async def test_a_recording_that_was_dropped_while_it_is_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", 100)
    monkeypatch.setattr(module, "BLOCK", 50)
    recording = Shelf().new()
    await recording.add("stdout", b"x" * 100)
    parts = recording.parts()
    next(parts)
    recording.drop("it was dropped")
    with pytest.raises(OSError, match="it was dropped"):
        next(parts)
