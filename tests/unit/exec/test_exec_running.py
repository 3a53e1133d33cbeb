from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.errors import (
    CommandError,
    CommandStartError,
    CommandTimeoutError,
    ConnectionLostError,
    InvalidArgumentError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.exec.commands import start_command
from k8s_sandbox_tui.provider.exec.patience import Patience
from tests.timing_out import timed_out
from tests.unit.exec.exec_server import TARGET, failure_status

if TYPE_CHECKING:
    from pathlib import Path

    from k8s_sandbox_tui.provider.exec.running import RunningCommand
    from tests.unit.exec.exec_server import ExecServer, LoopbackConnection


RESIZE = 4
"""The channel."""


async def all_of(running: RunningCommand) -> dict[str, bytes]:
    output = {"stdout": bytearray(), "stderr": bytearray()}
    async for chunk in running:
        output[chunk.stream] += chunk.data
    return {stream: bytes(data) for stream, data in output.items()}


async def until(running: RunningCommand, expected: bytes) -> bytes:
    seen = b""
    async for chunk in running:
        seen += chunk.data
        if expected in seen:
            return seen
    raise AssertionError(seen)


async def test_f6_output_then_exit_code_as_often_as_asked(connection: LoopbackConnection) -> None:
    async with await start_command(connection, TARGET, "echo out; echo err >&2; exit 7") as running:
        assert await all_of(running) == {"stdout": b"out\n", "stderr": b"err\n"}
        assert await running.wait() == 7
        assert await running.wait() == 7
        duration = running.duration_ms
        assert 0 < duration == running.duration_ms
        assert await all_of(running) == {"stdout": b"", "stderr": b""}


async def test_f24_wait_keeps_output_for_later(connection: LoopbackConnection) -> None:
    running = await start_command(connection, TARGET, "head -c 5000000 /dev/zero; exit 3")
    assert await running.wait() == 3
    taken = len((await anext(running)).data)
    while chunks := await running.next_chunks():
        taken += sum(len(chunk.data) for chunk in chunks)
    assert taken == 5_000_000


async def test_f19_the_command_waits_for_a_slow_reader_and_loses_nothing(
    connection: LoopbackConnection, tmp_path: object
) -> None:
    done = f"{tmp_path}/done"
    command = f"head -c 50000000 /dev/zero; echo x >{done}"
    async with await start_command(connection, TARGET, command) as running:
        first = await anext(running)
        assert first.data
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await until_exists(done)
        assert len((await all_of(running))["stdout"]) + len(first.data) == 50_000_000
        assert await running.wait() == 0


async def until_exists(path: str) -> None:
    from pathlib import Path

    while not Path(path).exists():  # noqa: ASYNC110, ASYNC240 - a file that another process makes
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("v4", [False, True])
@pytest.mark.parametrize("env", [None, {"A": "b"}])
async def test_f15_f16_input_and_its_end(
    server: ExecServer, connection: LoopbackConnection, env: dict[str, str] | None, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    async with await start_command(connection, TARGET, "cat; echo end$A", stdin=True, env=env) as running:
        await running.send_stdin(b"one\n")
        assert await until(running, b"one\n") == b"one\n"
        await running.send_stdin(b"")
        await running.send_stdin(b"two\n")
        assert await until(running, b"two\n") == b"two\n"
        await running.close_stdin()
        assert (await all_of(running))["stdout"] == (b"endb\n" if env else b"end\n")
        assert await running.wait() == 0
        with pytest.raises(InvalidArgumentError, match="no open input"):
            await running.send_stdin(b"x")


async def test_who_gives_up_sending_hinders_nobody_else(connection: LoopbackConnection, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    async with await start_command(connection, TARGET, f"read go <{gate}; tail -c 4", stdin=True) as running:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await running.send_stdin(bytes(30_000_000))
        more = asyncio.create_task(running.send_stdin(b"more" * 100_000))
        await asyncio.sleep(0)
        await asyncio.to_thread(gate.write_text, "\n")
        await more
        await running.close_stdin()
        assert await all_of(running) == {"stdout": b"more", "stderr": b""}


@pytest.mark.parametrize("v4", [False, True])
async def test_command_that_ends_before_its_input(
    server: ExecServer, connection: LoopbackConnection, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    async with await start_command(connection, TARGET, "read x; echo got $x; exit 4", stdin=True) as running:
        await running.send_stdin(b"line\nmore\n")
        assert await running.wait() == 4
        assert (await all_of(running))["stdout"] == b"got line\n"
        await running.send_stdin(b"into the void")


async def test_without_input_none_can_be_sent(connection: LoopbackConnection) -> None:
    async with await start_command(connection, TARGET, "cat", env={"A": "b"}) as running:
        with pytest.raises(InvalidArgumentError, match="no open input"):
            await running.send_stdin(b"x")
        assert await running.wait() == 0


@pytest.mark.parametrize("env", [None, {"TERM": "xterm"}])
async def test_terminal_has_its_size_from_the_start(
    server: ExecServer, connection: LoopbackConnection, env: dict[str, str] | None
) -> None:
    """A shell must not start at 80x24 and be resized later: the size goes before everything else that is sent."""
    command = ["sh", "-c", "stty size; read end"]
    running = await start_command(connection, TARGET, command, stdin=True, tty=True, size=(123, 45), env=env)
    async with running:
        assert await until(running, b"\n") == b"45 123\r\n"
        # A command that ends by itself may have ended before the server reads what came with it.
        await running.send_stdin(b"\n")
        assert await running.wait() == 0
    # Variables come by an exec of their own, before the terminal is there.
    frames = server.served.frames
    resizes = [number for number, frame in enumerate(frames) if frame[0] == RESIZE]
    assert frames[resizes[0]] == b'\x04{"Width":123,"Height":45}'
    assert (resizes[0] == 0) is (env is None)


async def test_terminal_with_variables_echoes_none_of_them(server: ExecServer, connection: LoopbackConnection) -> None:
    command = 'echo "<$TOKEN>"; ls /tmp/.computesdk-* 2>/dev/null; tty >/dev/null && echo terminal; read x; echo "[$x]"'
    running = await start_command(connection, TARGET, command, stdin=True, tty=True, env={"TOKEN": "s3\ncret"})
    async with running:
        await until(running, b"terminal\r\n")
        await running.send_stdin(b"typed\r")
        rest = await until(running, b"[typed]\r\n")
        assert b"s3" not in rest
        assert await running.wait() == 0
    assert all("s3" not in url for url in server.served.urls)


async def test_resize(connection: LoopbackConnection) -> None:
    command = "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done"
    async with await start_command(connection, TARGET, command, stdin=True, tty=True, size=(80, 24)) as running:
        await until(running, b"ready\r\n")
        await running.resize(100, 30)
        await until(running, b"30 100\r\n")
        with pytest.raises(InvalidArgumentError, match="cannot be"):
            await running.resize(0, 10)


async def test_f31_resize_without_a_terminal_sends_nothing(server: ExecServer, connection: LoopbackConnection) -> None:
    async with await start_command(connection, TARGET, "cat", stdin=True) as running:
        await running.resize(100, 30)
        await running.close_stdin()
        assert await running.wait() == 0
    assert all(frame[0] != 4 for frame in server.served.frames)


@pytest.mark.parametrize("tty", [False, True])
async def test_f21_kill(server: ExecServer, connection: LoopbackConnection, *, tty: bool) -> None:
    async with await start_command(connection, TARGET, "echo ready; sleep 60 & sleep 61; wait", tty=tty) as running:
        await until(running, b"ready")
        await running.kill()
        assert await running.wait() in ({129, 143} if tty else {143})
        await running.kill()
    await server.until_dead()


async def test_f20_leaving_the_context_kills(server: ExecServer, connection: LoopbackConnection) -> None:
    started = time.monotonic()
    async with await start_command(connection, TARGET, "sleep 60"):
        pass
    with pytest.raises(LookupError):
        async with await start_command(connection, TARGET, "sleep 60"):
            raise LookupError
    await server.until_dead()
    assert time.monotonic() - started < 30


async def test_cancelling_within_the_context_kills(server: ExecServer, connection: LoopbackConnection) -> None:
    async def follow() -> None:
        async with await start_command(connection, TARGET, "echo x; sleep 60") as running:
            async for _ in running:
                following.set()

    following = asyncio.Event()
    task = asyncio.create_task(follow())
    await following.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until_dead()


async def test_cancelled_wait_leaves_it_running(connection: LoopbackConnection) -> None:
    async with await start_command(connection, TARGET, "cat", stdin=True) as running:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await running.wait()
        await running.send_stdin(b"still here")
        await running.close_stdin()
        assert await running.wait() == 0
        assert (await all_of(running))["stdout"] == b"still here"


async def test_f51_f52_timeout(server: ExecServer, connection: LoopbackConnection) -> None:
    async def run(timeout: int) -> None:
        nonlocal running
        running = await start_command(connection, TARGET, "echo bad >&2; echo early; sleep 60", timeout=timeout)
        await running.wait()

    running: RunningCommand | None = None
    error = await timed_out(run)
    assert (error.stdout, error.stderr) == ("early\n", "bad\n")
    assert running is not None
    assert await all_of(running) == {"stdout": b"early\n", "stderr": b"bad\n"}
    with pytest.raises(CommandTimeoutError):
        await running.wait()
    await server.until_dead()


async def test_f4_ends_without_a_status(server: ExecServer, connection: LoopbackConnection) -> None:
    server.faults.drop_before_status = True
    running = await start_command(connection, TARGET, "echo partial")
    assert await all_of(running) == {"stdout": b"partial\n", "stderr": b""}
    with pytest.raises(ConnectionLostError):
        await running.wait()
    server.pod = None
    with pytest.raises(SandboxGoneError):
        await (await start_command(connection, TARGET, "echo partial")).wait()


async def test_f5_statuses_without_an_exit_code(server: ExecServer, connection: LoopbackConnection) -> None:
    server.faults.status = failure_status("permission denied")
    with pytest.raises(CommandStartError) as caught:
        await (await start_command(connection, TARGET, "true")).wait()
    assert caught.value.exit_code == 126
    server.faults.status = failure_status("who knows")
    with pytest.raises(CommandError, match="who knows"):
        await (await start_command(connection, TARGET, "true")).wait()


async def test_cancelling_the_start_kills_what_may_have_started(
    server: ExecServer, connection: LoopbackConnection
) -> None:
    server.faults.hold_first = True
    task = asyncio.create_task(start_command(connection, TARGET, "sleep 60", patience=Patience(cancel=60.0)))
    await server.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    command, kill = (dict(query) for query in server.served.queries)
    assert command["command"].endswith("sleep 60")
    assert kill["command"] == "TERM"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"size": (80, 24)}, "needs a terminal"),
        ({"size": (0, 24), "tty": True}, "cannot be"),
        ({"size": (80, 70000), "tty": True}, "cannot be"),
        ({"timeout": -1}, "timeout"),
    ],
)
async def test_bad_arguments_reach_no_server(
    server: ExecServer, connection: LoopbackConnection, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=said):
        await start_command(connection, TARGET, "true", **arguments)  # pyright: ignore[reportArgumentType]
    assert server.served.urls == []


async def test_f20_cancelling_does_not_wait_for_a_kill_that_takes_long(
    server: ExecServer, connection: LoopbackConnection
) -> None:
    async def follow() -> None:
        command = "trap '' TERM; echo x; while :; do sleep 1; done"
        async with await start_command(connection, TARGET, command, patience=Patience(cancel=0.05)) as running:
            async for _ in running:
                following.set()

    following = asyncio.Event()
    task = asyncio.create_task(follow())
    await following.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until_dead()
