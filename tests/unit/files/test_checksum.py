"""The checksum of what is copied, beside the tool whose it is."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from k8s_sandbox_tui.provider.files.checksum import Checksum


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", 4294967295), (b"\0", 4215202376), (b"123456789", 930766865)],
)
def test_known_values(content: bytes, expected: int) -> None:
    checksum = Checksum()
    checksum.update(content)
    assert (checksum.value, checksum.size) == (expected, len(content))


@pytest.mark.skipif(shutil.which("cksum") is None, reason="needs cksum")
@pytest.mark.parametrize("size", [1, 255, 256, 65_537, 1 << 20])
def test_it_is_what_the_tool_prints_however_the_content_is_cut(size: int) -> None:
    content = random.Random(size).randbytes(size)
    said = subprocess.run(["cksum"], input=content, capture_output=True, check=True).stdout
    for cut in (0, 1, size // 3, size):
        checksum = Checksum()
        checksum.update(content[:cut])
        checksum.update(bytearray(content[cut:]))
        assert said.split() == [b"%d" % checksum.value, b"%d" % size]
