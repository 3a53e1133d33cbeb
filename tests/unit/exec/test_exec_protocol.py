from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.exec.protocol import V4, V5, Closed, Connected, ExecProtocol, Output
from k8s_sandbox_tui.provider.exec.status import CommandStatus, StatusKind, parse_status

SUCCESS = b'{"metadata":{},"status":"Success"}'
EXIT_7 = (
    b'{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: command terminated with '
    b'exit code 7","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}'
)


def replay(messages: list[bytes | str], subprotocol: str = V5) -> tuple[bytes, bytes, Closed]:
    protocol = ExecProtocol(subprotocol)
    output = {"stdout": b"", "stderr": b""}
    for message in messages:
        event = protocol.receive(message)
        if isinstance(event, Output):
            output[event.stream] += event.data
    return output["stdout"], output["stderr"], protocol.receive_close()


def test_a_whole_exchange() -> None:
    protocol = ExecProtocol(V5)
    assert protocol.receive(b"\x01") == Connected()
    assert protocol.receive(b"\x02err\n") == Output("stderr", memoryview(b"err\n"))
    assert protocol.receive(b"\x01out\n") == Output("stdout", memoryview(b"out\n"))
    assert not protocol.has_status
    assert protocol.receive(b"\x03" + EXIT_7) is None
    assert protocol.has_status
    assert protocol.receive_close().status == CommandStatus(StatusKind.EXITED, 7, json.loads(EXIT_7)["message"])


def test_messages_that_say_nothing() -> None:
    protocol = ExecProtocol(V5)
    protocol.receive(b"\x01")
    for message in (b"", "", b"\x01", b"\x02", b"\x03", b"\x00echo", b"\x04{}", b"\x07x", b"\xff\x00"):
        assert protocol.receive(message) is None
    assert protocol.receive_close() == Closed(None)


def test_text_messages_are_taken_as_bytes() -> None:
    assert replay(["\x01é", "\x03" + SUCCESS.decode()])[0] == "é".encode()


Pieces = list[tuple[int, bytes]]


@given(
    pieces=st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=12),
    status=st.sampled_from([SUCCESS, EXIT_7, b"garbage", b""]),
    cuts=st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=30),
    subprotocol=st.sampled_from([V4, V5]),
    noise=st.lists(st.sampled_from([b"", b"\x01", b"\x02", b"\x03", b"\x09zz", b"\x04q", b"\x00"]), max_size=5),
)
def test_any_split_of_any_messages_gives_the_same(
    pieces: Pieces, status: bytes, cuts: list[int], subprotocol: str, noise: list[bytes]
) -> None:
    whole = [bytes((channel,)) + data for channel, data in [*pieces, (3, status)]]
    split: list[bytes | str] = []
    step = 0
    for message in whole:
        rest = message[1:]
        while True:
            size = cuts[step % len(cuts)]
            step += 1
            split.append(message[:1] + rest[:size])
            rest = rest[size:]
            if step % 3 == 0:
                split.extend(noise)
            if not rest:
                break
    assert replay(split, subprotocol) == replay(list(whole), subprotocol)


@given(st.lists(st.one_of(st.binary(max_size=60), st.text(max_size=20)), max_size=20))
def test_f4_no_message_breaks_it_and_none_is_success_by_chance(messages: list[bytes | str]) -> None:
    _, _, closed = replay(messages)
    assert closed.status is None or closed.status.exit_code != 0


@given(st.binary(max_size=300_000))
def test_f25_input_is_cut_into_small_messages(data: bytes) -> None:
    messages = list(ExecProtocol(V5).stdin(data))
    assert all(message[0] == 0 and 1 < len(message) <= 64 * 1024 + 1 for message in messages)
    assert b"".join(message[1:] for message in messages) == data


def test_f16_end_of_input_is_said_once_and_on_v5_only() -> None:
    protocol = ExecProtocol(V5)
    assert protocol.can_close_stdin
    assert protocol.close_stdin() == b"\xff\x00"
    assert protocol.close_stdin() is None
    with pytest.raises(ValueError, match="closed"):
        list(protocol.stdin(b"x"))
    assert ExecProtocol(V4).close_stdin() is None
    assert not ExecProtocol(V4).can_close_stdin


def test_f31_size_only_with_a_terminal() -> None:
    assert ExecProtocol(V5, tty=True).resize(80, 24) == b'\x04{"Width":80,"Height":24}'
    assert ExecProtocol(V5).resize(80, 24) is None


def test_protocols_without_a_status_are_refused() -> None:
    with pytest.raises(ValueError, match=r"v3\.channel"):
        ExecProtocol("v3.channel.k8s.io")


RUNC = "Internal error occurred: error executing command in container: OCI runtime exec failed: exec failed: "


def failure(message: str) -> bytes:
    return json.dumps(
        {"status": "Failure", "reason": "InternalError", "code": 500, "message": message, "details": {"causes": [{}]}}
    ).encode()


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        (SUCCESS, StatusKind.EXITED, 0),
        (EXIT_7, StatusKind.EXITED, 7),
        (EXIT_7.replace(b'"message":"7"', b'"message":"137"'), StatusKind.EXITED, 137),
        (EXIT_7.replace(b'"causes":[', b'"causes":[{"message":"text"},'), StatusKind.EXITED, 7),
        (EXIT_7.replace(b'"message":"7"', b'"message":"0"'), StatusKind.FAILED, None),
        (EXIT_7.replace(b'"message":"7"', b'"message":"seven"'), StatusKind.FAILED, None),
        (EXIT_7.replace(b'"message":"7"', b'"message":"' + b"9" * 5000 + b'"'), StatusKind.FAILED, None),
        (failure(RUNC + 'exec: "/no/such": stat /no/such: no such file or directory'), StatusKind.NOT_STARTED, 127),
        (failure(RUNC + 'exec: "x": executable file not found in $PATH'), StatusKind.NOT_STARTED, 127),
        (failure(RUNC + 'exec: "/etc/hostname": permission denied: unknown'), StatusKind.NOT_STARTED, 126),
        (failure(RUNC + "exec /x: exec format error"), StatusKind.NOT_STARTED, 126),
        (failure('unable to upgrade connection: container not found ("sandbox")'), StatusKind.CONTAINER_GONE, None),
        (failure("cannot exec in a stopped container"), StatusKind.CONTAINER_GONE, None),
        (failure("cannot exec in a deleted state: unknown"), StatusKind.CONTAINER_GONE, None),
        (failure("container is not created or running"), StatusKind.CONTAINER_GONE, None),
        (
            failure("failed to exec in container: container is in CONTAINER_EXITED state"),
            StatusKind.CONTAINER_GONE,
            None,
        ),
        (failure("unable to upgrade connection: pod does not exist"), StatusKind.CONTAINER_GONE, None),
        (failure(RUNC + "error adding pid 7 to cgroups: no such file or directory"), StatusKind.CONTAINER_GONE, None),
        (
            failure(RUNC + 'chdir to cwd ("/w") set in config.json failed: no such file or directory'),
            "not started",
            126,
        ),
        (failure("executable file `/bin/sh` not found in $PATH: No such file or directory"), "not started", 127),
        (failure("error dialing backend: No agent available"), StatusKind.NODE_UNREACHABLE, None),
        (failure("unable to upgrade connection: Unauthorized"), StatusKind.NODE_UNREACHABLE, None),
        # The command in the URL says nothing of what happened.
        (
            failure('error sending request: Post "https://n:10250/exec/d/p/c?command=permission denied": EOF'),
            StatusKind.NODE_UNREACHABLE,
            None,
        ),
        (failure(RUNC + "args must not be empty: unknown"), StatusKind.FAILED, None),
        (b'{"status":"Failure"}', StatusKind.FAILED, None),
        (b'{"status":"Failure","details":null,"message":""}', StatusKind.FAILED, None),
        (b'{"status":"Failure","details":{"causes":null}}', StatusKind.FAILED, None),
        (b"{}", StatusKind.FAILED, None),
        (b"[]", StatusKind.FAILED, None),
        (b'{"status":5}', StatusKind.FAILED, None),
        (b"command terminated", StatusKind.FAILED, None),
        (b"\xff\xfe", StatusKind.FAILED, None),
        (SUCCESS + SUCCESS, StatusKind.FAILED, None),
    ],
)
def test_f5_ts5_statuses(text: bytes, kind: StatusKind, code: int | None) -> None:
    status = parse_status(text)
    assert (status.kind, status.exit_code) == (kind, code)
    assert status.message or code == 0
