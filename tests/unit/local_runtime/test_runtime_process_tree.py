"""Which processes a Pod has, and what memory they take: told of real ones."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from k8s_sandbox_tui.local_cluster.runtime.limits import process_tree

pytestmark = pytest.mark.skipif(not process_tree.can_follow(), reason="this system does not tell of children")
_MIB = 1024**2


def test_memory_that_processes_share_counts_once() -> None:
    fork = (
        "import os, sys; kept = b'x' * (32 << 20)\n"
        "for _ in range(4):\n if not os.fork(): break\n"
        "sys.stdout.write('x'); sys.stdout.flush(); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", fork], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stdout.read(5) == b"xxxxx"
        pids = process_tree.descendants(parent.pid, 100)
        own, shared = process_tree.own_bytes(pids)
        parent.stdin.close()
    assert len(pids) == 5
    assert process_tree.resident_bytes([*pids, 2**30]) >= 0
    assert own >= 32 * _MIB
    assert own + shared < 2 * 32 * _MIB + 5 * 8 * _MIB


def test_a_tree_is_followed_no_further_than_asked() -> None:
    with subprocess.Popen(["/bin/sh", "-c", "for i in 1 2 3; do sleep 100 & done; echo x; read x; kill $(jobs -p)"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:  # fmt: skip
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdout.read(2)
        assert len(process_tree.descendants(parent.pid, 100)) == 4
        assert len(process_tree.descendants(os.getpid(), 1)) >= 2
        parent.stdin.close()
    assert process_tree.descendants(parent.pid, 100) == [parent.pid]
    assert process_tree.file_bytes(parent.pid) == 0
