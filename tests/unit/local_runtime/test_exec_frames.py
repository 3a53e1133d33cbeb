"""Output read as the messages that it is sent in."""

from __future__ import annotations

import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.exec_frames import FRAMES, FULL_READS, OutputReader
from k8s_sandbox_tui.local_cluster.exec_protocol import MAX_PAYLOAD_BYTES


def _messages(frames: bytes) -> list[bytes]:
    """Takes server frames apart, as RFC 6455 has them."""
    found: list[bytes] = []
    while frames:
        first, second, length = struct.unpack_from("!BBH", frames)
        assert (first, second) == (0x82, 126)
        found.append(frames[4 : 4 + length])
        frames = frames[4 + length :]
    return found


@given(
    st.lists(
        st.sampled_from([1, 7, MAX_PAYLOAD_BYTES - 1, MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES + 1, 65536]), max_size=20
    ),
    st.sampled_from([1, 2]),
)
def test_all_output_comes_in_order_in_messages_of_the_channel(sizes: list[int], channel: int) -> None:
    read_end, write_end = os.pipe()
    reader = OutputReader(channel)
    sent, got = b"", b""
    for number, size in enumerate(sizes):
        data = bytes((number,)) * min(size, 65536)
        sent += data
        os.write(write_end, data)
        expected = len(sent)
        while len(got) < expected:
            frames, message = reader.read(read_end)
            for one in (*_messages(frames), message):
                assert one[0] == channel
                assert 1 < len(one) <= MAX_PAYLOAD_BYTES + 1
                got += one[1:]
    os.close(write_end)
    assert reader.read(read_end) == (b"", b"")
    os.close(read_end)
    assert got == sent


def test_much_output_comes_in_whole_frames_and_one_message() -> None:
    read_end, write_end = os.pipe()
    reader = OutputReader(1)
    for _ in range(FULL_READS):
        os.write(write_end, b"x" * MAX_PAYLOAD_BYTES)
        assert reader.read(read_end) == (b"", b"\x01" + b"x" * MAX_PAYLOAD_BYTES)
    os.set_blocking(write_end, False)
    written = os.write(write_end, b"y" * (FRAMES + 2) * MAX_PAYLOAD_BYTES)
    frames, message = reader.read(read_end)
    messages = [*_messages(frames), message]
    assert len(messages) == min(written // MAX_PAYLOAD_BYTES, FRAMES)
    assert set(messages) == {b"\x01" + b"y" * MAX_PAYLOAD_BYTES}
    os.close(read_end)
    os.close(write_end)


def test_nothing_yet_is_told_from_the_end() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    with pytest.raises(BlockingIOError):
        OutputReader(1).read(read_end)
    os.close(write_end)
    assert OutputReader(1).read(read_end) == (b"", b"")
    os.close(read_end)


def test_the_end_of_a_terminal_is_the_end() -> None:
    master, slave = os.openpty()
    os.write(slave, b"last")
    os.close(slave)
    reader = OutputReader(1)
    assert reader.read(master) == (b"", b"\x01last")
    assert reader.read(master) == (b"", b"")
    os.close(master)
