"""Commands in a sandbox of the local cluster, through the provider's own face."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider import SandboxGoneError
from tests.timing_out import timed_out

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider import Compute, RunningCommand, Sandbox


async def out(sandbox: Sandbox, command: str) -> str:
    result = await sandbox.run_command(command)
    assert result.exit_code == 0, result.stderr
    return result.stdout


async def logged(sandbox: Sandbox, expected: str) -> str:
    async with asyncio.timeout(60):
        while True:
            content = await out(sandbox, "cat /tmp/computesdk-bg.log")
            if expected in content:
                return content


async def until(running: RunningCommand, expected: bytes) -> bytes:
    seen = b""
    async for chunk in running:
        seen += chunk.data
        if expected in seen:
            return seen
    raise AssertionError(seen)


async def sleepers(sandbox: Sandbox, seconds: int) -> str:
    """The commands in the sandbox that sleep so long; the pattern does not match the process that looks."""
    look = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f; echo; done 2>/dev/null"
    return (await sandbox.run_command(f"{look} | grep 'slee[p] {seconds}'")).stdout


async def test_output_and_exit_code(sandbox: Sandbox) -> None:
    result = await sandbox.run_command('echo "Hello from k8s!"; echo oops >&2; exit 3')
    assert (result.stdout, result.stderr, result.exit_code) == ("Hello from k8s!\n", "oops\n", 3)
    assert result.duration_ms >= 0


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        ("echo 'single quotes'", "single quotes\n"),
        ('echo "double quotes"', "double quotes\n"),
        ("""echo "it's both" 'and "more"'""", 'it\'s both and "more"\n'),
        ("echo $((6*7)) | tr 4 x", "x2\n"),
        ("cat <<E\nheredoc\nE\n# comment", "heredoc\n"),
        ("printf 'h\\303\\251'", "hé"),
    ],
)
async def test_ts13_quoting(sandbox: Sandbox, command: str, printed: str) -> None:
    assert await out(sandbox, command) == printed


async def test_missing_program(sandbox: Sandbox) -> None:
    for command in ("nonexistent-command-12345", ["nonexistent-command-12345"]):
        result = await sandbox.run_command(command)
        assert result.exit_code == 127
        assert "nonexistent-command-12345" in result.stderr


async def test_ts9_ts10_cwd_and_env_as_in_the_documents_example(sandbox: Sandbox) -> None:
    result = await sandbox.run_command(
        "pwd && echo $NODE_ENV | cat; (echo $NODE_ENV)", cwd="/tmp", env={"NODE_ENV": "production"}
    )
    assert result.stdout == "/tmp\nproduction\nproduction\n"


async def test_streams_while_it_runs(sandbox: Sandbox) -> None:
    pieces: list[str] = []
    begun = asyncio.Event()

    def take(text: str) -> None:
        pieces.append(text)
        begun.set()

    command = "mkfifo /tmp/gate; echo first; read x </tmp/gate; echo $x; echo third"
    running = asyncio.create_task(sandbox.run_command(command, on_stdout=take))
    await begun.wait()
    assert pieces == ["first\n"]
    await out(sandbox, "echo second >/tmp/gate")
    result = await running
    assert "".join(pieces) == result.stdout == "first\nsecond\nthird\n"


async def test_input_of_any_size(sandbox: Sandbox) -> None:
    data = bytes(range(256)) * 20_000
    result = await sandbox.run_command("cat > /tmp/data; sha256sum < /tmp/data", stdin=data)
    assert result.stdout.split()[0] == hashlib.sha256(data).hexdigest()


async def test_f26_ts15_command_of_any_length(sandbox: Sandbox) -> None:
    text = "x" * 1_000_000
    assert await out(sandbox, f"cat <<'END' | wc -c\n{text}\nEND") == "1000001\n"
    result = await sandbox.run_command("sha256sum", env={"A": "b"}, stdin=text)
    assert result.stdout.split()[0] == hashlib.sha256(text.encode()).hexdigest()


async def test_f8_f19_large_output_is_complete(sandbox: Sandbox) -> None:
    result = await sandbox.run_command("head -c 20000000 /dev/zero | tr '\\0' x; echo end >&2")
    assert (len(result.stdout), result.stderr) == (20_000_000, "end\n")


async def test_f20_f21_f51_f52_ts8_timeout_leaves_nothing_behind(sandbox: Sandbox) -> None:
    command = "echo early; sleep 4711 & sleep 4711 | cat"
    async with asyncio.timeout(60):
        error = await timed_out(lambda timeout: sandbox.run_command(command, timeout=timeout))
    assert error.stdout == "early\n"
    assert await sleepers(sandbox, 4711) == ""


async def test_f20_ts8_cancelling_leaves_nothing_behind(sandbox: Sandbox) -> None:
    begun = asyncio.Event()
    task = asyncio.create_task(sandbox.run_command("echo x; sleep 4712", on_stdout=lambda _: begun.set()))
    await begun.wait()
    assert await sleepers(sandbox, 4712) != ""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await sleepers(sandbox, 4712) == ""


async def test_a_kill_spares_other_commands(sandbox: Sandbox) -> None:
    async with (
        await sandbox.start_command(["sleep", "4713"]) as killed,
        await sandbox.start_command("cat", stdin=True) as spared,
    ):
        await killed.kill()
        assert await killed.wait() in {137, 143}
        await spared.send_stdin(b"alive")
        await spared.close_stdin()
        assert await until(spared, b"alive") == b"alive"
        assert await spared.wait() == 0
    assert (await sandbox.get_info()).status == "running"


async def test_f22_ts11_background(sandbox: Sandbox) -> None:
    result = await sandbox.run_command(
        "pwd; echo $A; until [ -e /tmp/go ]; do :; done; echo err >&2; for i in 1 2; do echo $i; done && echo end",
        cwd="/tmp",
        env={"A": "b"},
        background=True,
    )
    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)
    await sandbox.run_command("touch /tmp/go")
    assert await logged(sandbox, "end") == "/tmp\nb\nerr\n1\n2\nend\n"


@pytest.mark.parametrize(
    ("command", "cwd", "said"), [("nonexistent-command-12345", None, "nonexistent"), ("echo ran", "/none", "/none")]
)
async def test_ts11_background_says_what_is_missing_in_its_log(
    sandbox: Sandbox, command: str, cwd: str | None, said: str
) -> None:
    assert (await sandbox.run_command(command, cwd=cwd, background=True)).exit_code == 0
    assert "ran" not in await logged(sandbox, said)


async def test_terminal(sandbox: Sandbox) -> None:
    running = await sandbox.start_command(
        ["/bin/sh"], stdin=True, tty=True, size=(100, 30), env={"PS1": "prompt> ", "TERM": "xterm"}
    )
    async with running:
        await running.send_stdin(b"stty size\r")
        await until(running, b"30 100\r\n")
        await running.resize(120, 40)
        await running.send_stdin(b"stty size\r")
        await until(running, b"40 120\r\n")
        await running.send_stdin(b"sleep 4714\r")
        async with asyncio.timeout(60):
            while not await sleepers(sandbox, 4714):
                pass
        await running.send_stdin(b"\x03")
        await running.send_stdin(b"exit 9\r")
        assert await running.wait() == 9


async def test_kill_of_a_terminal_ends_its_jobs(sandbox: Sandbox) -> None:
    running = await sandbox.start_command(["/bin/sh", "-i"], stdin=True, tty=True)
    async with running:
        await running.send_stdin(b"sleep 4715 & sleep 4715\r")
        await until(running, b"sleep 4715 & sleep 4715\r\n")
    assert await sleepers(sandbox, 4715) == ""


async def test_many_at_once(sandbox: Sandbox) -> None:
    results = await asyncio.gather(*(sandbox.run_command(f"echo {i}; exit {i % 5}") for i in range(40)))
    assert [(r.stdout, r.exit_code) for r in results] == [(f"{i}\n", i % 5) for i in range(40)]


async def run_for_ever(sandbox: Sandbox) -> None:
    while True:
        await sandbox.run_command("true")


async def test_f23_f28_sandbox_destroyed_under_a_command(compute: Compute) -> None:
    sandbox = await compute.sandbox.create(runtime="python")
    async with await sandbox.start_command("echo ready; sleep 60") as running:
        await until(running, b"ready")
        await sandbox.destroy()
        with pytest.raises(SandboxGoneError):
            await running.wait()
    async with asyncio.timeout(60):
        with pytest.raises(SandboxGoneError):
            await run_for_ever(sandbox)
