"""Ways in which file transfer through exec goes wrong in other clients, by the numbers of the known faults (`f`)."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from typing import TYPE_CHECKING, cast

import pytest

from k8s_sandbox_tui.provider.errors import ConnectionLostError
from k8s_sandbox_tui.provider.files import scripts
from k8s_sandbox_tui.provider.files.content import LONG_FRAME, FrameWriter
from k8s_sandbox_tui.provider.files.errors import FileError, FileTransferError
from tests.unit.exec.exec_server import SUCCESS
from tests.unit.files.sandbox import SHELLS, running_in, tree, wrapper

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from k8s_sandbox_tui.provider.exec.running import RunningCommand
    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from tests.unit.exec.exec_server import ExecServer

DATA = os.urandom(1 << 16) * 50 + b"end"


@pytest.mark.parametrize("v4", [False, True])
@pytest.mark.parametrize("size", [0, 1, 32_768, 1 << 20, len(DATA)])
async def test_f16_f25_content_arrives_whole_also_where_its_end_cannot_be_told(
    files: FileSystem, server: ExecServer, tmp_path: Path, size: int, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    data = DATA[:size]
    async with asyncio.timeout(60):
        await files.write_file(tmp_path / "f", data)
        await files.write_stream(tmp_path / "g", [data[:7], data[7:]])
        assert await files.read_bytes(tmp_path / "g") == data
    assert (tmp_path / "f").read_bytes() == data
    assert max(map(len, server.served.frames)) <= 64 * 1024 + 1


@pytest.mark.parametrize("v4", [False, True])
async def test_f17_a_runtime_that_closes_stdin_with_stdout_loses_nothing(
    files: FileSystem, server: ExecServer, tmp_path: Path, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    server.faults.close_stdin_with_stdout = True
    await files.write_file(tmp_path / "f", DATA)
    await files.write_stream(tmp_path / "g", [DATA])
    await files.append(tmp_path / "g", DATA)
    digests = [hashlib.sha256((tmp_path / name).read_bytes()).digest() for name in ("f", "g")]
    assert digests == [hashlib.sha256(DATA).digest(), hashlib.sha256(DATA * 2).digest()]


async def test_f16_f17_an_input_that_breaks_off_is_not_taken_for_the_whole(
    files: FileSystem, server: ExecServer, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text("kept")

    async def breaks_off() -> AsyncIterator[bytes]:
        yield DATA
        server.served.processes[-1]._transport.get_pipe_transport(0).close()  # type: ignore[attr-defined]
        yield DATA

    # Who closes a connection with input in it that was not read resets it, which may take the status along.
    with pytest.raises((FileTransferError, ConnectionLostError), match=r"did not arrive whole|connection ended"):
        await files.write_stream(tmp_path / "f", breaks_off())
    assert tree(tmp_path) == {"f": "kept"}


async def test_content_that_changed_on_its_way_is_not_kept(
    files: FileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_text("kept")
    garbling = scripts.TAKE_SUMMED.replace('take "$n" >&7', 'take "$n"|tr x y >&7')
    monkeypatch.setattr(
        "k8s_sandbox_tui.provider.files.writing._SUMMED",
        scripts.PRELUDE + scripts.FRAMES + scripts.STORE + garbling + scripts.VERIFY_SUMMED,
    )
    with pytest.raises(FileTransferError, match="did not arrive whole"):
        await files.write_stream(tmp_path / "f", [b"x" * 3_000_000])
    await files.write_stream(tmp_path / "g", [b"z" * 3_000_000])
    assert tree(tmp_path)["f"] == "kept"


class Taken:
    """A command that takes all its input."""

    def __init__(self) -> None:
        self.input = b""

    async def send_stdin(self, data: bytes) -> None:
        self.input += data


async def test_content_of_a_known_size_goes_in_long_frames_and_is_neither_more_nor_less() -> None:
    content = os.urandom(LONG_FRAME + (2 << 20))
    taken = Taken()
    writer = FrameWriter(cast("RunningCommand", taken), "f", summed=False, size=len(content))
    for start in range(0, len(content), 3_000_000):
        await writer.write(content[start : start + 3_000_000])
    await writer.end()
    first, rest = content[:LONG_FRAME], content[LONG_FRAME:]
    framed = b"%d\n%s%d\n%s0\n%d\n" % (len(first), first, len(rest), rest, len(content))
    assert taken.input == framed
    writer = FrameWriter(cast("RunningCommand", Taken()), "f", summed=True, size=6)
    await writer.write(b"12345")
    with pytest.raises(ValueError, match="5 bytes of content where there were to be 6"):
        await writer.end()
    with pytest.raises(ValueError, match="7 bytes of content where there were to be 6"):
        await writer.write(b"67")


async def test_an_image_without_the_tool_for_checksums_is_named(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cat", "chmod", "chown", "dd", "mkdir", "mv", "rm", "sh", "stat", "tar", "tee", "touch"):
        (tools / name).symlink_to(shutil.which(name) or name)
    (tmp_path / "here").write_text("content")
    with wrapper(SHELLS[0], f"PATH={tools} exec") as program:
        async with running_in(SHELLS[0], path=program) as (files, server):
            for call in (
                files.upload(tmp_path / "here", tmp_path / "there"),
                files.upload(tools, tmp_path / "there"),
                files.download(tmp_path / "here", tmp_path / "there"),
            ):
                with pytest.raises(FileError, match=r"the image lacks a tool: .*cksum"):
                    await call
            await server.until_dead()
    assert sorted(tree(tmp_path)) == sorted(["here", "tools", *(f"tools/{tool.name}" for tool in tools.iterdir())])


@pytest.mark.parametrize("size", [0, 10, 3_000_000])
async def test_f19_output_that_is_cut_short_with_success_is_an_error(
    files: FileSystem, server: ExecServer, tmp_path: Path, size: int
) -> None:
    (tmp_path / "f").write_bytes(DATA[:size])
    server.faults.cut_output = max(size - 1, 0)
    server.faults.status = SUCCESS
    with pytest.raises(FileTransferError, match="cut short"):
        await files.read_bytes(tmp_path / "f")
    with pytest.raises(FileTransferError, match="cut short"):
        async with await files.read_stream(tmp_path / "f") as reader:
            assert [piece async for piece in reader]
    server.faults.cut_output = 20
    with pytest.raises(FileTransferError, match="cut short"):
        await files.readdir(tmp_path)


async def test_f19_a_slow_reader_loses_nothing(files: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(DATA * 3)
    digest = hashlib.sha256()
    async with await files.read_stream(tmp_path / "f") as reader:
        async for piece in reader:
            await asyncio.sleep(0)
            digest.update(piece)
    assert digest.digest() == hashlib.sha256(DATA * 3).digest()


async def test_a_lost_connection_is_neither_success_nor_a_short_file(
    files: FileSystem, server: ExecServer, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(DATA)
    server.faults.drop_before_status = True
    for call in (files.read_bytes(tmp_path / "f"), files.exists(tmp_path), files.write_file(tmp_path / "g", DATA)):
        with pytest.raises(ConnectionLostError):
            await call


async def test_f26_content_and_long_paths_never_stand_in_the_command(
    files: FileSystem, server: ExecServer, tmp_path: Path
) -> None:
    await files.write_file(tmp_path / "f", "s3cret" * 100_000)
    await files.append(tmp_path / "f", "s3cret")
    assert all("s3cret" not in url for url in server.served.urls)
    assert max(map(len, server.served.urls)) < 5_000
