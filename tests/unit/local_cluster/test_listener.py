"""Whether a port of the machine is a Pod's, where Pods share its network."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.portforward.listener import PROC, stranger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not (PROC / "net" / "tcp").is_file(), reason="nothing tells who listens")

NOBODY = frozenset({2**22 + 1})
"""Above all pids there are."""


@pytest.fixture(params=["127.0.0.1", "0.0.0.0", "::1", "::"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Of a server of this process."""
    host: str = request.param
    try:
        server = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError:
        pytest.skip(f"{host} cannot be had here")
    with server:
        number: int = server.getsockname()[1]
        yield number


def test_a_program_outside_of_the_trees_is_named(port: int) -> None:
    assert stranger(port, NOBODY).endswith(f"(pid {os.getpid()})")


def test_the_process_itself_and_what_descends_from_it_belong_to_it(port: int) -> None:
    assert stranger(port, frozenset({os.getpid()})) == ""
    assert stranger(port, frozenset({os.getppid(), 2**22 + 1})) == ""


def test_where_nobody_listens_there_is_no_stranger() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert stranger(bound.getsockname()[1], NOBODY) == ""


def test_where_the_system_does_not_tell_there_is_no_stranger(port: int, tmp_path: Path) -> None:
    assert stranger(port, NOBODY, tmp_path) == ""
