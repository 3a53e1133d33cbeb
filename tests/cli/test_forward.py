"""`forward` as a process, against the local cluster."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.cli.arguments import Forward, parse
from tests.cli.program import PROGRAM, run

if TYPE_CHECKING:
    from collections.abc import Generator

SERVER = """
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    peer, _ = server.accept()
    with peer:
        peer.sendall(peer.makefile("rb").readline().upper())
"""


@contextmanager
def started(*arguments: str) -> Generator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen([*PROGRAM, *arguments], stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def served(in_local_cluster: object, box: str) -> Generator[str]:
    """The port of a server in the sandbox."""
    with started("exec", box, "--", "python3", "-u", "-c", SERVER) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()
        server.wait(60)


def ask(port: int, host: str = "127.0.0.1") -> bytes:
    with socket.create_connection((host, port), timeout=60) as client:
        client.sendall(b"question\n")
        return client.makefile("rb").read()


def test_it_says_where_it_listens_and_ends_with_ctrl_c(box: str, served: str) -> None:
    with started("forward", box, f":{served}") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        local = int(line.split()[2].rpartition(":")[2])
        assert line == f"Forwarding from 127.0.0.1:{local} -> {served}\n"
        assert ask(local) == b"QUESTION\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        with pytest.raises(OSError, match="refused"):
            ask(local)


def test_json_has_one_line_an_event_and_the_end_of_the_sandbox_is_code_3(in_local_cluster: object, served: str) -> None:
    box = run("create", "--runtime", "python").stdout.strip()
    with started("forward", box, f":{served}", ":1", "-o", "json", "--address", "127.0.0.1") as process:
        assert process.stdout is not None
        first, second = (json.loads(process.stdout.readline()) for _ in range(2))
        assert (first["event"], first["sandbox"], first["remote_port"]) == ("listening", box, int(served))
        with pytest.raises(OSError, match="reset"):
            ask(second["port"])
        event = json.loads(process.stdout.readline())
        while event["event"] != "failed":
            event = json.loads(process.stdout.readline())
        assert event["message"] == f"Nothing listens on port 1 in {box}."
        run("rm", "--yes", box)
        rest, complaint = process.communicate(timeout=60)
        assert process.returncode == 3
        assert json.loads(rest.splitlines()[-1])["event"] == "ended"
        assert box in complaint


def test_a_port_that_is_taken_and_a_sandbox_that_is_not_there(box: str, in_local_cluster: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("forward", box, f"{taken.getsockname()[1]}:3000")
    assert done.returncode == 1
    assert "is in use" in done.stderr
    assert "Choose another local port" in done.stderr
    assert run("forward", "default/none", "3000").returncode == 3


@pytest.mark.parametrize(
    ("words", "ports"),
    [
        (["3000"], [(3000, 3000)]),
        (["8080:3000", ":5432", "0:80"], [(8080, 3000), (0, 5432), (0, 80)]),
    ],
)
def test_ports_are_written_as_for_kubectl(words: list[str], ports: list[tuple[int, int]]) -> None:
    _, verb = parse(["forward", "box", *words, "--address", "127.0.0.1,::1"])
    assert isinstance(verb, Forward)
    assert (verb.ports, verb.address, verb.via) == (ports, ["127.0.0.1", "::1"], "auto")


@pytest.mark.parametrize("word", ["", "0", "65536", "1:2:3", "a:80", "80:", "80:0", "-1"])
def test_what_is_no_port_is_wrong_usage(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["forward", "box", word])
    assert ended.value.code == 2
    assert "port" in capsys.readouterr().err.lower()
