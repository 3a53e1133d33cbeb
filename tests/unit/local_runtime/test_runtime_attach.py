"""Joining a main process: its outputs from then on, its input, its terminal."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime.types import PodGoneError
from tests.unit.local_runtime.kit import PATIENCE, Kit, feed, logged, read_all, read_some, read_until

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.runtime.attachment import Attachment
    from k8s_sandbox_tui.local_cluster.runtime.running_pod import RunningPod

pytestmark = pytest.mark.asyncio(loop_scope="module")
_ECHO = 'while read line; do echo "got $line"; echo "not $line" >&2; done; echo over'


def _attach(pod: RunningPod, *, stdin: bool = True, stdout: bool = True, stderr: bool = True) -> Attachment:
    return pod.attach(stdin=stdin, stdout=stdout, stderr=stderr)


def _fd(descriptor: int | None) -> int:
    assert descriptor is not None
    return descriptor


async def test_both_outputs_come_apart_and_the_log_has_them_too(kit: Kit) -> None:
    pod = await kit.start("sh", "-c", _ECHO, stdin=True)
    attached = _attach(pod)
    os.write(_fd(attached.stdin_fd), b"one\n")
    async with asyncio.timeout(PATIENCE):
        assert await read_until(_fd(attached.stdout_fd), b"\n") == b"got one\n"
        assert await read_until(_fd(attached.stderr_fd), b"\n") == b"not one\n"
    await pod.stop(0)
    assert (await read_some(_fd(attached.stdout_fd)), await attached.wait()) == (b"", 0)
    attached.close()
    assert sorted(line[31:] for line in pod.log_path.read_bytes().splitlines()) == [
        b"stderr F not one",
        b"stdout F got one",
    ]


async def test_two_who_are_attached_get_the_same_and_what_came_before_is_in_the_log_alone(kit: Kit) -> None:
    pod = await kit.start("sh", "-c", f"echo early; {_ECHO}", stdin=True)
    await logged(pod, b"early\n")
    one, two = _attach(pod), _attach(pod, stderr=False)
    assert two.stderr_fd is None
    os.write(_fd(one.stdin_fd), b"a\n")
    os.write(_fd(two.stdin_fd), b"b\n")
    async with asyncio.timeout(PATIENCE):
        for attached in (one, two):
            assert await read_until(_fd(attached.stdout_fd), b"got b\n") == b"got a\ngot b\n"
    one.close()
    two.close()
    await pod.stop(0)


async def test_the_end_of_the_only_input_ends_the_process(kit: Kit) -> None:
    pod = await kit.start("sh", "-c", _ECHO, stdin=True, stdin_once=True)
    attached = _attach(pod)
    async with asyncio.timeout(PATIENCE):
        await feed(attached, b"last\n")
        assert await read_all(attached.stdout_fd) == b"got last\nover\n"
        assert await attached.wait() == 0
        assert await pod.wait() == 0
    attached.close()


@pytest.mark.parametrize("once", [True, False])
async def test_a_client_that_leaves_ends_the_input_only_where_it_is_the_only_one(kit: Kit, once: bool) -> None:
    pod = await kit.start("sh", "-c", _ECHO, stdin=True, stdin_once=once)
    _attach(pod).detach()
    if once:
        assert _attach(pod).stdin_fd is None
        async with asyncio.timeout(PATIENCE):
            assert await pod.wait() == 0
        return
    again = _attach(pod)
    os.write(_fd(again.stdin_fd), b"still here\n")
    assert await read_until(_fd(again.stdout_fd), b"\n") == b"got still here\n"
    again.close()
    await pod.stop(0)


async def test_the_end_of_an_input_that_others_can_give_too_ends_the_attachment_alone(kit: Kit) -> None:
    pod = await kit.start("sh", "-c", _ECHO, stdin=True)
    attached = _attach(pod)
    attached.close_stdin()
    async with asyncio.timeout(PATIENCE):
        assert await read_all(attached.stdout_fd) == b""
        assert await attached.wait() == 0
    attached.close()
    input_alone = _attach(pod, stdout=False, stderr=False)
    waiting = asyncio.create_task(input_alone.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    input_alone.close_stdin()
    assert await waiting == 0
    input_alone.close()
    await pod.stop(0)


async def test_a_process_that_has_closed_its_input_is_still_listened_to(kit: Kit) -> None:
    pod = await kit.start("sh", "-c", "exec 0<&-; mkfifo go; echo up; cat go", stdin=True, working_dir="/w")
    await logged(pod, b"up\n")
    attached = _attach(pod)
    attached.close_stdin()
    await kit.shell(pod, "echo later >go")
    async with asyncio.timeout(PATIENCE):
        assert await read_all(attached.stdout_fd) == b"later\n"
    attached.close()


async def test_without_an_input_there_is_none_to_write_to(kit: Kit) -> None:
    pod = await kit.start("sh", "-c", "cat; mkfifo go; cat go", working_dir="/w")
    attached = _attach(pod)
    assert attached.stdin_fd is None
    attached.close_stdin()
    await pod.stop(0)
    assert await read_all(attached.stdout_fd) == b""
    attached.close()


async def test_a_terminal_is_one_stream_and_has_a_size_and_keys(kit: Kit) -> None:
    # A shell that waits for a program may leave ^C to that; when it waits for none, ^C ends it for certain.
    script = "tty; read go; stty size; echo up; exec sleep 3600"
    pod = await kit.start("sh", "-c", script, stdin=True, stdin_once=True, tty=True)
    attached = _attach(pod)
    assert attached.stderr_fd is None
    attached.resize(111, 33)
    os.write(_fd(attached.stdin_fd), b"\n")
    async with asyncio.timeout(PATIENCE):
        assert b"33 111\r\n" in await read_until(_fd(attached.stdout_fd), b"up\r\n")
        attached.detach()
        again = _attach(pod)
        os.write(_fd(again.stdin_fd), b"\x03")
        assert b"^C" in await read_all(again.stdout_fd)
        assert await pod.wait() == 130
    again.close()
    assert b"stdout F /dev/pts/" in pod.log_path.read_bytes()


async def test_a_reader_that_is_slow_slows_the_process_down_and_loses_nothing(kit: Kit) -> None:
    pod = await kit.start("sh", "-c", "read go; head -c 3000000 /dev/zero; exec sleep 3600", stdin=True)
    slow, stuck = _attach(pod), _attach(pod, stdin=False)
    os.write(_fd(slow.stdin_fd), b"\n")
    async with asyncio.timeout(PATIENCE):
        got = 0
        # More than the pipe of the other holds, so that one holds all back.
        while got <= 65_536:
            got += len(await read_some(_fd(slow.stdout_fd)))
        assert pod.log_path.stat().st_size < 500_000
        stuck.detach()
        while got < 3_000_000:
            got += len(await read_some(_fd(slow.stdout_fd)))
    slow.close()
    await pod.stop(0)


async def test_what_a_slow_reader_has_not_read_at_the_end_still_comes(kit: Kit) -> None:
    pod = await kit.start("sh", "-c", "read go; head -c 200000 /dev/zero", stdin=True)
    attached = _attach(pod)
    os.write(_fd(attached.stdin_fd), b"\n")
    async with asyncio.timeout(PATIENCE):
        assert len(await read_all(attached.stdout_fd)) == 200_000
        assert await pod.wait() == 0
    attached.close()


async def test_nobody_can_join_a_process_that_has_ended(kit: Kit) -> None:
    pod = await kit.start("true")
    await pod.wait()
    with pytest.raises(PodGoneError):
        _attach(pod)
