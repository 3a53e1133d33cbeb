"""Output as records of the log, without any process."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.runtime.pod_log import MAX_LINE_BYTES, log_records, now


@pytest.mark.parametrize(
    ("data", "records", "rest"),
    [
        (b"", b"", b""),
        (b"a", b"", b"a"),
        (b"a\nb\n", b"T stdout F a\nT stdout F b\n", b""),
        (b"\n\nx", b"T stdout F \nT stdout F \n", b"x"),
        (b"\xff\r\n", b"T stdout F \xff\r\n", b""),
        (
            b"y" * MAX_LINE_BYTES + b"z\n",
            b"T stdout P " + b"y" * MAX_LINE_BYTES + b"\nT stdout F z\n",
            b"",
        ),
        (b"y" * MAX_LINE_BYTES, b"T stdout P " + b"y" * MAX_LINE_BYTES + b"\n", b""),
    ],
    ids=["nothing", "part", "lines", "empty lines", "bytes", "long line", "long part"],
)
def test_output_as_records(data: bytes, records: bytes, rest: bytes) -> None:
    assert log_records(data, b"T", b"stdout") == (records, rest)


@given(st.lists(st.binary(max_size=50).map(lambda part: part.replace(b"\0", b"\n")), max_size=20))
def test_however_the_output_is_cut_the_log_holds_all_of_it(parts: list[bytes]) -> None:
    written, rest = b"", b""
    for part in parts:
        records, rest = log_records(rest + part, b"T", b"stdout")
        written += records
    lines = [line.removeprefix(b"T stdout F ") for line in written.split(b"\n")]
    assert b"\n".join(lines) + rest == b"".join(parts)


def test_the_time_is_as_the_container_runtime_interface_has_it() -> None:
    assert re.fullmatch(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", now())
