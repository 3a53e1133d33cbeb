from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.provider.errors import (
    ApiError,
    CommandError,
    CommandStartError,
    CommandTimeoutError,
    ConnectionLostError,
    InvalidArgumentError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.exec.commands import run_command
from k8s_sandbox_tui.provider.exec.patience import Patience
from tests.timing_out import timed_out
from tests.unit.exec.exec_server import TARGET, ExecServer, LoopbackConnection, failure_status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

SHORT = Patience(ping=0.05, pong=1, look=0.2, gone=0.05, close=0.2)


async def test_f14_output_exit_code_and_one_round_trip(server: ExecServer, connection: LoopbackConnection) -> None:
    result = await run_command(connection, TARGET, "echo out; echo err >&2; exit 7")
    assert (result.stdout, result.stderr, result.exit_code) == ("out\n", "err\n", 7)
    assert result.duration_ms >= 0
    assert not result.truncated
    assert len(server.served.urls) == 1
    assert server.served.looks == 0
    assert server.served.frames == []


async def test_query_has_every_option(server: ExecServer, connection: LoopbackConnection) -> None:
    await run_command(connection, TARGET, ["true"])
    query = server.served.queries[0]
    assert query[:5] == [
        ("container", "sandbox"),
        ("stdin", "false"),
        ("stdout", "true"),
        ("stderr", "true"),
        ("tty", "false"),
    ]
    assert {name for name, _ in query[5:]} == {"command"}


@pytest.mark.parametrize("v4", [False, True])
async def test_ts9_ts10_cwd_and_env_reach_the_whole_command(
    server: ExecServer, connection: LoopbackConnection, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    command = 'echo "$A" | cat && (pwd; echo $A) ; for i in 1 2; do echo "$i$A"; done; echo $FROM_POD'
    result = await run_command(connection, TARGET, command, cwd="/usr", env={"A": "b c"})
    assert result.stdout == "b c\n/usr\nb c\n1b c\n2b c\nyes\n"
    assert (result.exit_code, result.stderr) == (0, "")


async def test_values_of_variables_stay_out_of_the_url(server: ExecServer, connection: LoopbackConnection) -> None:
    for command in ("echo $TOKEN", ["sh", "-c", "echo $TOKEN"], "echo $TOKEN #" + "x" * 5000):
        result = await run_command(connection, TARGET, command, env={"TOKEN": "s3cret"})
        assert result.stdout == "s3cret\n"
    assert all("s3cret" not in url for url in server.served.urls)


@pytest.mark.parametrize("v4", [False, True])
@pytest.mark.parametrize("size", [3_000, 200_000, 1_500_000])
async def test_f26_ts5_ts15_long_commands(
    server: ExecServer, connection: LoopbackConnection, size: int, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    command = f"cat <<'END' | wc -c\n{'x' * size}\nEND\ncat; echo $A; exit 3 # done"
    result = await run_command(connection, TARGET, command, env={"A": "v"}, stdin=b"input\n", cwd="/tmp")
    assert (result.stdout.split(), result.exit_code) == ([str(size + 1), "input", "v"], 3)
    assert max(map(len, server.served.urls)) < 5_000


@pytest.mark.parametrize("v4", [False, True])
@pytest.mark.parametrize("size", [0, 1, 40_000, 3_000_000])
async def test_f14_f15_f16_f25_input_arrives_unchanged_and_ends(
    server: ExecServer, connection: LoopbackConnection, size: int, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    result = await run_command(connection, TARGET, "sha256sum; echo end", stdin=data)
    import hashlib

    assert result.stdout.split() == [hashlib.sha256(data).hexdigest(), "-", "end"]
    assert max(map(len, server.served.frames)) <= 64 * 1024 + 1


async def test_input_as_text_and_iterators(connection: LoopbackConnection) -> None:
    def parts() -> Iterator[bytes]:
        yield b"a\n"
        yield b""
        yield b"b\n"

    async def later() -> AsyncIterator[bytes]:
        for part in parts():
            await asyncio.sleep(0)
            yield part

    assert (await run_command(connection, TARGET, "cat", stdin="é\n")).stdout == "é\n"
    assert (await run_command(connection, TARGET, "cat", stdin=parts())).stdout == "a\nb\n"
    assert (await run_command(connection, TARGET, ["cat"], stdin=later())).stdout == "a\nb\n"


async def test_failing_input_iterator_kills_the_command(server: ExecServer, connection: LoopbackConnection) -> None:
    async def fails() -> AsyncIterator[bytes]:
        yield b"a"
        raise LookupError("no more")

    with pytest.raises(LookupError):
        await run_command(connection, TARGET, "cat", stdin=fails())
    await server.until_dead()


@pytest.mark.parametrize("v4", [False, True])
async def test_command_that_leaves_its_input_unread_ends(
    server: ExecServer, connection: LoopbackConnection, *, v4: bool
) -> None:
    server.faults.v4_only = v4
    result = await run_command(connection, TARGET, "head -c 3; exit 5", stdin=b"x" * 2_000_000)
    assert (result.stdout, result.exit_code) == ("xxx", 5)


async def test_no_input_is_an_empty_input(server: ExecServer, connection: LoopbackConnection) -> None:
    for v4 in (False, True):
        server.faults.v4_only = v4
        assert (await run_command(connection, TARGET, "cat; echo $A", env={"A": "1"})).stdout == "1\n"
        assert (await run_command(connection, TARGET, "cat; echo 2")).stdout == "2\n"


async def test_f7_split_characters_and_split_status(server: ExecServer, connection: LoopbackConnection) -> None:
    server.faults.one_byte_frames = True
    pieces: list[str] = []
    result = await run_command(
        connection, TARGET, r"printf 'h\303\251\360\237\230\200\377'; exit 4", on_stdout=pieces.append
    )
    assert result.stdout == "hé😀\ufffd"
    assert result.exit_code == 4
    assert "".join(pieces) == result.stdout


async def test_callbacks_get_output_while_the_command_runs(connection: LoopbackConnection, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)

    def opens_the_gate(text: str) -> None:
        assert text == "first\n"
        gate.write_text("go\n")

    seen: list[str] = []
    result = await run_command(
        connection,
        TARGET,
        f"echo first; read x <{gate}; echo $x >&2",
        on_stdout=opens_the_gate,
        on_stderr=seen.append,
    )
    assert (result.stdout, "".join(seen)) == ("first\n", "go\n")


async def test_f9_f24_bounded_output_says_so(connection: LoopbackConnection) -> None:
    pieces: list[str] = []
    result = await run_command(
        connection, TARGET, "head -c 300000 /dev/zero | tr '\\0' x", max_output=100_000, on_stdout=pieces.append
    )
    assert result.truncated
    assert result.stdout == "x" * 100_000
    assert sum(map(len, pieces)) == 300_000
    unbounded = await run_command(connection, TARGET, "head -c 300000 /dev/zero", max_output=None)
    assert (len(unbounded.stdout), unbounded.truncated) == (300_000, False)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("kill -9 $$", 137),
        ("kill -TERM $$", 143),
        ("sh -c 'kill -9 $$'", 137),
        (["sh", "-c", "kill -9 $$"], 137),
        (["sh", "-c", "kill -TERM $$"], 143),
        ("no-such-program", 127),
        (["no-such-program"], 127),
        ("/etc/passwd", 126),
        ("fi", 2),
        ("", 0),
        ("exit 256", 0),
        ("exit 255", 255),
    ],
)
@pytest.mark.parametrize("stdin", [None, b"x"])
async def test_ts5_ts6_exit_codes(
    connection: LoopbackConnection, command: str | list[str], code: int, stdin: bytes
) -> None:
    assert (await run_command(connection, TARGET, command, stdin=stdin)).exit_code == code


async def test_killed_because_the_pod_was_deleted(server: ExecServer, connection: LoopbackConnection) -> None:
    evicted = {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"}
    server.pod = {
        "metadata": {"uid": TARGET.uid, "deletionTimestamp": "2026-01-01T00:00:00Z"},
        "status": {"conditions": [evicted]},
    }
    with pytest.raises(SandboxGoneError, match=r"is being deleted \(EvictionByEvictionAPI\)"):
        await run_command(connection, TARGET, "kill -9 $$")


BEFORE = (
    "Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "
    '"ab12": OCI runtime exec failed: exec failed: unable to start container process: '
)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ('exec: "/bin/sh": stat /bin/sh: no such file or directory', 127, "sandbox has no /bin/sh.* with a shell"),
        ('exec: "/bin/sh": permission denied', 126, "could not be started.*another image"),
        ('chdir to cwd ("/w") set in config.json failed: no such file or directory', 126, "directory cannot be enter"),
    ],
)
async def test_f5_a_shell_that_cannot_be_started(
    server: ExecServer, connection: LoopbackConnection, words: str, code: int, told: str
) -> None:
    server.faults.status = failure_status(f"{BEFORE}{words}: unknown")
    with pytest.raises(CommandStartError, match=told) as caught:
        await run_command(connection, TARGET, "true")
    assert caught.value.exit_code == code
    assert caught.value.message.endswith(f": {words}.")


async def test_f28_finished_pod(server: ExecServer, connection: LoopbackConnection) -> None:
    server.faults.status = failure_status('unable to upgrade connection: container not found ("sandbox")')
    server.pod = {"metadata": {"uid": TARGET.uid}, "status": {"phase": "Failed", "reason": "Evicted"}}
    with pytest.raises(SandboxGoneError, match=r"has ended \(Evicted\)"):
        await run_command(connection, TARGET, "true")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("error dialing backend: dial tcp 10.0.0.1:10250: i/o timeout", "node of .*sbx: dial tcp .*kubectl get nodes"),
        ("error dialing backend: remote error: tls: internal error", "node of .*kubectl get csr"),
        (
            'error sending request: Post "https://n:10250/exec/d/p/c?command=s3cret": No agent available',
            "sbx: No agent available",
        ),
        (f"{BEFORE}error executing setns process: exit status 1: unknown", "exit code: error executing setns"),
    ],
)
async def test_f5_ts5_a_failure_of_the_cluster_is_an_error_with_its_words(
    server: ExecServer, connection: LoopbackConnection, message: str, told: str
) -> None:
    server.faults.status = failure_status(message)
    with pytest.raises(CommandError, match=told) as caught:
        await run_command(connection, TARGET, "echo x")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("fault", ["drop_before_status", "close_without_status"])
async def test_f4_ts7_no_status_is_no_success(server: ExecServer, connection: LoopbackConnection, fault: str) -> None:
    setattr(server.faults, fault, True)
    with pytest.raises(ConnectionLostError) as caught:
        await run_command(connection, TARGET, "echo partial; echo bad >&2")
    assert (caught.value.stdout, caught.value.stderr) == ("partial\n", "bad\n")


async def test_no_status_and_no_pod(server: ExecServer, connection: LoopbackConnection) -> None:
    server.faults.drop_before_status = True
    server.pod = None
    with pytest.raises(SandboxGoneError, match="was deleted"):
        await run_command(connection, TARGET, "true")


async def test_replaced_pod(server: ExecServer, connection: LoopbackConnection) -> None:
    server.faults.drop_before_status = True
    server.pod = {"metadata": {"uid": "uid-2"}, "status": {"phase": "Running"}}
    with pytest.raises(SandboxGoneError, match="another Pod has its name"):
        await run_command(connection, TARGET, "true")


async def test_f19_server_that_waits_for_the_client_to_close(
    server: ExecServer, connection: LoopbackConnection
) -> None:
    server.faults.linger_after_status = True
    result = await run_command(connection, TARGET, "echo x; exit 3", patience=SHORT)
    assert (result.stdout, result.exit_code) == ("x\n", 3)


async def test_f12_f49_ts7_frozen_connection(server: ExecServer, connection: LoopbackConnection) -> None:
    server.faults.freeze = True
    with pytest.raises(ConnectionLostError) as caught:
        await run_command(connection, TARGET, "echo early", patience=SHORT)
    assert caught.value.stdout == "early\n"


async def test_f12_f30_f31_silent_command_is_kept_alive_by_pings(
    server: ExecServer, connection: LoopbackConnection, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    running = asyncio.create_task(run_command(connection, TARGET, f"cat {gate}; echo ok", patience=SHORT))
    async with asyncio.timeout(60):
        # The second is sent once the time for an answer to the first has passed.
        while server.served.pings < 2 or not server.served.looks:  # noqa: ASYNC110 - nobody tells of them
            await asyncio.sleep(0.01)
    await asyncio.to_thread(gate.write_text, "still there\n")
    assert (await running).stdout == "still there\nok\n"
    assert server.served.frames == []


async def test_unread_input_is_no_dead_connection(connection: LoopbackConnection) -> None:
    result = await run_command(connection, TARGET, "sleep 1.5; wc -c", stdin=b"x" * 4_000_000, patience=SHORT)
    assert result.stdout.strip() == "4000000"


async def test_f23_f49_pod_that_vanishes_under_a_silent_command(
    server: ExecServer, connection: LoopbackConnection
) -> None:
    running = asyncio.create_task(run_command(connection, TARGET, "sleep 30", patience=SHORT))
    await server.started.wait()
    server.pod = None
    with pytest.raises(SandboxGoneError, match="was deleted"):
        await running


async def test_f11_refusals(server: ExecServer, connection: LoopbackConnection) -> None:
    server.faults.refuse = (403, "no")
    with pytest.raises(ApiError) as caught:
        await run_command(connection, TARGET, "true")
    assert caught.value.status == 403
    server.faults.refuse = (404, "no")
    with pytest.raises(SandboxGoneError):
        await run_command(connection, TARGET, "true")


@pytest.mark.parametrize(
    "command",
    [
        "echo early; sleep 60",
        "echo early; sleep 60 & sleep 61; wait",
        ["sh", "-c", "echo early; sleep 60"],
        "echo early; env -i /bin/sleep 60",
        ["sh", "-c", "echo early; exec env -i /bin/sleep 60"],
    ],
)
async def test_f20_f21_f51_f52_ts8_timeout_kills_and_carries_the_output(
    server: ExecServer, connection: LoopbackConnection, command: str | list[str]
) -> None:
    async with asyncio.timeout(60):
        error = await timed_out(lambda timeout: run_command(connection, TARGET, command, timeout=timeout))
    assert error.stdout == "early\n"
    await server.until_dead()


async def test_f20_timeout_kills_what_ignores_term(server: ExecServer, connection: LoopbackConnection) -> None:
    with pytest.raises(CommandTimeoutError):
        await run_command(connection, TARGET, "trap '' TERM; while :; do sleep 1; done", timeout=200)
    await server.until_dead()


async def test_timeout_without_a_way_to_kill_says_so(server: ExecServer, connection: LoopbackConnection) -> None:
    async def refuse_later() -> None:
        await server.started.wait()
        server.faults.refuse = (403, "no")

    later = asyncio.create_task(refuse_later())
    with pytest.raises(CommandTimeoutError, match="may still run"):
        await run_command(connection, TARGET, "sleep 60", timeout=1500)
    await asyncio.wait_for(later, 60)


async def test_f20_f21_ts8_cancelling_kills(server: ExecServer, connection: LoopbackConnection) -> None:
    running = asyncio.create_task(run_command(connection, TARGET, "sleep 60 | cat"))
    await server.started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await server.until_dead()


async def test_failing_callback_kills(server: ExecServer, connection: LoopbackConnection) -> None:
    def fails(_: str) -> None:
        raise LookupError("callback")

    with pytest.raises(LookupError, match="callback"):
        await run_command(connection, TARGET, "echo x; sleep 60", on_stdout=fails)
    await server.until_dead()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"command": ""}, None),
        ({"command": []}, "no program"),
        ({"command": [""]}, "no program"),
        ({"command": ["-x"]}, "cannot start with"),
        ({"command": "a\0b"}, "NUL"),
        ({"command": b"ls"}, "not bytes"),
        ({"command": 5}, "not int"),
        ({"command": ["a", 5]}, "not int"),
        ({"command": "\ud800"}, "lone surrogate"),
        ({"command": "x", "env": {"A-B": "c"}}, "Invalid environment variable name 'A-B'"),
        ({"command": "x", "env": {"A\n": "c"}}, "Invalid environment variable name"),
        ({"command": "x", "env": {"A": 5}}, "variable A must be text"),
        ({"command": "x", "env": {"COMPUTESDK_COMMAND_ID": "c"}}, "used by the provider"),
        ({"command": "x", "cwd": "a\0"}, "NUL"),
        ({"command": "x", "timeout": 0}, "timeout of 0 ms"),
        ({"command": "x", "timeout": float("nan")}, "cannot be"),
        ({"command": "x", "background": True, "stdin": b""}, "background"),
        ({"command": "x", "background": True, "on_stdout": print}, "callbacks"),
    ],
)
async def test_bad_arguments_reach_no_server(
    server: ExecServer, connection: LoopbackConnection, arguments: dict[str, object], said: str | None
) -> None:
    if said is None:
        assert (await run_command(connection, TARGET, **arguments)).exit_code == 0  # pyright: ignore[reportArgumentType]
        return
    with pytest.raises(InvalidArgumentError, match=said):
        await run_command(connection, TARGET, **arguments)  # pyright: ignore[reportArgumentType]
    assert server.served.urls == []


async def test_many_at_once(connection: LoopbackConnection) -> None:
    results = await asyncio.gather(*(run_command(connection, TARGET, f"echo {i}; exit {i % 7}") for i in range(60)))
    assert [(r.stdout, r.exit_code) for r in results] == [(f"{i}\n", i % 7) for i in range(60)]
