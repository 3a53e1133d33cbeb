"""What the program remembers: typed, tolerant, shared by several dashboards, and never waited for."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard import remembered as module
from k8s_sandbox_tui.dashboard.memories import SORT, Sort
from k8s_sandbox_tui.dashboard.private_file import locked
from k8s_sandbox_tui.dashboard.remembered import MOST_SCOPES, Memory, Remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

PORTS = Memory("ports", tuple[int, ...], ())
NAMESPACES = Memory("namespaces", list[str], [])


def wait_until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.001)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "remembered.json"


def test_what_was_put_is_there_at_once_and_after_a_write(file: Path) -> None:
    first = Remembered(file)
    assert first.get(SORT) == Sort("age", descending=False)
    first.put(SORT, Sort("name", descending=True))
    first.put(NAMESPACES, ["a"], "kind-test")
    assert first.get(SORT) == Sort("name", descending=True)
    assert not file.exists()
    first.write()
    second = Remembered(file)
    assert second.get(SORT) == Sort("name", descending=True)
    assert second.get(NAMESPACES, "kind-test") == ["a"]
    assert second.get(NAMESPACES, "other") == []


def test_the_file_is_the_users_alone_and_readable_for_a_person(file: Path) -> None:
    memory = Remembered(file)
    memory.put(PORTS, (3000,))
    memory.write()
    assert json.loads(file.read_text()) == {"ports": {"": [3000]}}
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir() if path.name.endswith(".part")] == []


def test_without_a_file_it_lasts_as_long_as_the_dashboard() -> None:
    memory = Remembered()
    memory.put(PORTS, (1,))
    memory.write()
    assert memory.get(PORTS) == (1,)
    assert Remembered().get(PORTS) == ()


def test_two_dashboards_keep_what_the_other_wrote(file: Path) -> None:
    one, two = Remembered(file), Remembered(file)
    assert one.get(PORTS) == two.get(PORTS) == ()
    one.put(SORT, Sort("name"))
    one.change(PORTS, lambda ports: (3000, *ports))
    two.change(PORTS, lambda ports: (8080, *ports))
    two.put(NAMESPACES, ["b"], "c")
    one.write()
    two.write()
    later = Remembered(file)
    assert later.get(SORT) == Sort("name")
    assert later.get(PORTS) == (8080, 3000)
    assert later.get(NAMESPACES, "c") == ["b"]


def add_many(path: Path, first: int) -> None:
    memory = Remembered(path)
    for number in range(first, first + 50):
        memory.change(PORTS, lambda ports, number=number: (*ports, number))
        memory.write()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")
def test_processes_that_write_at_once_lose_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("fork")) as pool:
        monkeypatch.setattr(module, "PATIENCE", 60.0)
        for done in [pool.submit(add_many, file, first) for first in (0, 100, 200)]:
            done.result()
    assert sorted(Remembered(file).get(PORTS)) == [*range(50), *range(100, 150), *range(200, 250)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"ports": 3}',
        b'{"ports": {"": "x"}}',
        b'{"ports": {"": [1, "x"]}}',
        b"[" * 9999,
    ],
)
def test_a_file_that_makes_no_sense_is_as_none(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    memory = Remembered(file)
    assert memory.get(PORTS) == ()
    memory.put(PORTS, (5,))
    memory.write()
    assert Remembered(file).get(PORTS) == (5,)


@given(st.binary(max_size=100))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_bytes(content)
    Remembered(file).get(PORTS)


def test_a_value_of_a_later_version_is_left_alone(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"future": {"x": {"deep": [1]}}, "sort": {"": {"column": "name", "new": 1}}}')
    memory = Remembered(file)
    assert memory.get(SORT) == Sort("name")
    memory.put(PORTS, (5,))
    memory.write()
    assert json.loads(file.read_text())["future"] == {"x": {"deep": [1]}}


def test_what_is_remembered_of_contexts_does_not_grow_without_end(file: Path) -> None:
    memory = Remembered(file)
    for number in range(MOST_SCOPES + 5):
        memory.put(NAMESPACES, ["x"], f"context-{number}")
    memory.put(NAMESPACES, ["y"], "context-7")
    memory.put(NAMESPACES, ["x"], "context-new")
    memory.write()
    kept = json.loads(file.read_text())["namespaces"]
    assert len(kept) == MOST_SCOPES
    assert kept["context-7"] == ["y"]
    assert "context-5" not in kept


async def test_it_is_written_in_the_background(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WRITE_AFTER", 0.0)
    memory = Remembered(file)
    memory.put(PORTS, (1,))
    memory.put(PORTS, (2,))
    await asyncio.to_thread(wait_until, file.exists)
    assert Remembered(file).get(PORTS) == (2,)


async def test_another_dashboard_that_holds_the_file_is_waited_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WRITE_AFTER", 0.0)
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    memory = Remembered(file)
    told: list[str] = []
    memory.trouble = told.append
    refused = threading.Event()

    @contextmanager
    def watched(path: Path, *, patience: float) -> Generator[None]:
        try:
            with locked(path, patience=patience):
                yield
        except TimeoutError:
            refused.set()
            raise

    monkeypatch.setattr(module, "locked", watched)
    with locked(file):
        memory.put(PORTS, (1,))
        assert await asyncio.to_thread(refused.wait, 30)
    await asyncio.to_thread(wait_until, file.exists)
    assert Remembered(file).get(PORTS) == (1,)
    assert told == []


def test_the_last_write_does_not_wait_for_another_dashboard(file: Path) -> None:
    memory = Remembered(file)
    memory.put(PORTS, (1,))
    began = time.monotonic()
    with locked(file):
        memory.write()
    assert not file.exists()
    assert time.monotonic() - began < 20


async def test_a_folder_that_cannot_be_written_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WRITE_AFTER", 0.0)
    (tmp_path / "file").write_text("")
    memory = Remembered(tmp_path / "file" / "remembered.json")
    told: list[str] = []
    memory.trouble = told.append
    memory.put(PORTS, (1,))
    await asyncio.to_thread(wait_until, lambda: bool(told))
    memory.put(PORTS, (2,))
    memory.write()
    assert len(told) == 1
    assert "will be forgotten: " in told[0]
    assert memory.get(PORTS) == (2,)
