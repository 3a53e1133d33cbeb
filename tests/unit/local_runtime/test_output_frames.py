"""Output read as the frames that it is sent in."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.remote_command.frames import FRAMES, FULL_READS, OutputReader
from k8s_sandbox_tui.local_cluster.remote_command.protocol import MAX_PAYLOAD_BYTES

_HEADER = b"head:"


def _payloads(frames: bytes) -> list[bytes]:
    """Takes frames of the full size apart."""
    stride = len(_HEADER) + MAX_PAYLOAD_BYTES
    found = [frames[start : start + stride] for start in range(0, len(frames), stride)]
    assert all(frame.startswith(_HEADER) and len(frame) == stride for frame in found)
    return [frame.removeprefix(_HEADER) for frame in found]


@given(
    st.lists(
        st.sampled_from([1, 7, MAX_PAYLOAD_BYTES - 1, MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES + 1, 65536]), max_size=20
    )
)
def test_all_output_comes_in_order_and_in_parts_of_the_full_size_at_most(sizes: list[int]) -> None:
    read_end, write_end = os.pipe()
    reader = OutputReader(_HEADER)
    sent, got = b"", b""
    for number, size in enumerate(sizes):
        data = bytes((number,)) * min(size, 65536)
        sent += data
        os.write(write_end, data)
        expected = len(sent)
        while len(got) < expected:
            frames, payload = reader.read(read_end)
            for one in (*_payloads(frames), payload):
                assert 0 < len(one) <= MAX_PAYLOAD_BYTES
                got += one
    os.close(write_end)
    assert reader.read(read_end) == (b"", b"")
    os.close(read_end)
    assert got == sent


def test_much_output_comes_in_whole_frames_and_one_payload() -> None:
    read_end, write_end = os.pipe()
    reader = OutputReader(_HEADER)
    for _ in range(FULL_READS):
        os.write(write_end, b"x" * MAX_PAYLOAD_BYTES)
        assert reader.read(read_end) == (b"", b"x" * MAX_PAYLOAD_BYTES)
    os.set_blocking(write_end, False)
    written = os.write(write_end, b"y" * (FRAMES + 2) * MAX_PAYLOAD_BYTES)
    frames, payload = reader.read(read_end)
    payloads = [*_payloads(frames), payload]
    assert len(payloads) == min(written // MAX_PAYLOAD_BYTES, FRAMES)
    assert set(payloads) == {b"y" * MAX_PAYLOAD_BYTES}
    os.close(read_end)
    os.close(write_end)


def test_nothing_yet_is_told_from_the_end() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    with pytest.raises(BlockingIOError):
        OutputReader(_HEADER).read(read_end)
    os.close(write_end)
    assert OutputReader(_HEADER).read(read_end) == (b"", b"")
    os.close(read_end)


def test_the_end_of_a_terminal_is_the_end() -> None:
    master, slave = os.openpty()
    os.write(slave, b"last")
    os.close(slave)
    reader = OutputReader(_HEADER)
    assert reader.read(master) == (b"", b"last")
    assert reader.read(master) == (b"", b"")
    os.close(master)
