"""What waits for the terminal, over a pipe in its place."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard import terminal_writer
from k8s_sandbox_tui.dashboard.terminal_writer import LATE, TerminalWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

DEADLINE = 60.0
MORE_THAN_A_PIPE_TAKES = "x" * (1 << 20)


class Pipe:
    def __init__(self, encoding: str) -> None:
        self.reader, self.end = os.pipe()
        self.writer = TerminalWriter(self.end, encoding)
        self.writer.start()

    def read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = os.read(self.reader, size - len(data))
            assert piece, "it ended before"
            data += piece
        return bytes(data)

    def close(self) -> None:
        for descriptor in (self.reader, self.end):
            with suppress(OSError):
                os.close(descriptor)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    opened = Pipe("utf-8")
    yield opened
    opened.writer.stop()
    opened.close()


def caught_up(writer: TerminalWriter) -> threading.Event:
    told = threading.Event()
    writer.when_caught_up(told.set)
    return told


def test_all_comes_in_order_and_before_it_ends(pipe: Pipe) -> None:
    texts = [f"{number}é " for number in range(5000)]
    whole = "".join(texts).encode()
    for text in texts:
        pipe.writer.write(text)
    assert pipe.read(len(whole) - 3) == whole[:-3]
    pipe.writer.stop()
    os.close(pipe.end)
    assert pipe.read(3) + os.read(pipe.reader, 1) == whole[-3:]


def test_what_the_terminal_has_no_character_for_is_a_question_mark() -> None:
    pipe = Pipe("ascii")
    pipe.writer.write("a─b")
    assert pipe.read(3) == b"a?b"
    pipe.writer.stop()
    pipe.close()


def test_nobody_waits_for_a_terminal_that_takes_nothing_and_all_is_told_once_it_does(
    monkeypatch: pytest.MonkeyPatch, pipe: Pipe
) -> None:
    now = 100.0
    monkeypatch.setattr(terminal_writer, "monotonic", lambda: now)
    assert not pipe.writer.behind
    for _ in range(10):
        pipe.writer.write(MORE_THAN_A_PIPE_TAKES)
    now += LATE
    assert not pipe.writer.behind
    now += 0.01
    assert pipe.writer.behind
    told = caught_up(pipe.writer)
    assert not told.is_set()
    pipe.read(10 * len(MORE_THAN_A_PIPE_TAKES))
    assert told.wait(DEADLINE)
    assert not pipe.writer.behind


def test_it_is_not_behind_with_what_was_asked_for_just_now(monkeypatch: pytest.MonkeyPatch, pipe: Pipe) -> None:
    now = 100.0
    monkeypatch.setattr(terminal_writer, "monotonic", lambda: now)
    pipe.writer.write(MORE_THAN_A_PIPE_TAKES)
    pipe.read(1)
    now += 1
    pipe.writer.write("y" + MORE_THAN_A_PIPE_TAKES)
    assert pipe.writer.behind
    pipe.read(len(MORE_THAN_A_PIPE_TAKES) - 1)
    assert pipe.read(1) == b"y"
    assert not pipe.writer.behind


def test_who_is_to_be_told_when_nothing_waits_is_told_at_once(pipe: Pipe) -> None:
    assert caught_up(pipe.writer).wait(DEADLINE)


def test_a_terminal_that_is_gone_takes_all_and_the_end_comes_at_once(pipe: Pipe) -> None:
    pipe.writer.write(MORE_THAN_A_PIPE_TAKES)
    pipe.read(10)
    os.close(pipe.reader)
    for _ in range(10):
        pipe.writer.write(MORE_THAN_A_PIPE_TAKES)
    pipe.writer.stop()
    assert not pipe.writer.behind


def test_the_end_waits_as_long_as_the_terminal_takes_something(monkeypatch: pytest.MonkeyPatch, pipe: Pipe) -> None:
    monkeypatch.setattr(terminal_writer, "PATIENCE", DEADLINE)
    pipe.writer.write(MORE_THAN_A_PIPE_TAKES)
    ending = threading.Thread(target=pipe.writer.stop)
    ending.start()
    pipe.read(len(MORE_THAN_A_PIPE_TAKES))
    ending.join(DEADLINE)
    assert not ending.is_alive()


def test_the_end_gives_up_on_a_terminal_that_takes_nothing(monkeypatch: pytest.MonkeyPatch, pipe: Pipe) -> None:
    monkeypatch.setattr(terminal_writer, "PATIENCE", 0.05)
    pipe.writer.write(MORE_THAN_A_PIPE_TAKES)
    pipe.writer.stop()
    assert len(pipe.read(len(MORE_THAN_A_PIPE_TAKES))) == len(MORE_THAN_A_PIPE_TAKES)


def test_a_descriptor_that_another_program_made_non_blocking_loses_nothing(pipe: Pipe) -> None:
    os.set_blocking(pipe.end, False)
    pipe.writer.write(MORE_THAN_A_PIPE_TAKES)
    assert pipe.read(len(MORE_THAN_A_PIPE_TAKES)) == MORE_THAN_A_PIPE_TAKES.encode()
