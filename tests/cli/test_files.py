"""`cp` and `sync` as processes, against the local cluster."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.cli.files import progress_text
from k8s_sandbox_tui.provider.files.transfer import TransferProgress
from tests.cli.program import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("in_local_cluster")


class Synced(msgspec.Struct):
    """What `sync -o json` tells."""

    sent: list[str]
    deleted: list[str]
    unchanged: int
    bytes: int


def sh(box: str, script: str) -> str:
    done = run("exec", box, "--", "sh", "-c", script)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_files_go_there_and_back(box: str, tmp_path: Path) -> None:
    data = os.urandom(300_000)
    (tmp_path / "a b").write_bytes(data)
    done = run("cp", str(tmp_path / "a b"), f"{box}:/tmp/cp/one", "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert msgspec.json.decode(done.stdout) == {"files": 1, "bytes": 300_000, "skipped": []}
    # Into a directory, under its own name.
    assert run("cp", str(tmp_path / "a b"), f"{box}:/tmp/cp").returncode == 0
    assert sh(box, "cd /tmp/cp; ls; cmp one 'a b'") == "a b\none\n"
    back = tmp_path / "back"
    assert run("cp", f"{box}:/tmp/cp/one", f"{back}/").returncode == 0
    assert (back / "one").read_bytes() == data
    assert run("cp", f"{box}:/tmp/cp", str(back)).returncode == 0
    assert (back / "cp/a b").read_bytes() == data
    missing = run("cp", f"{box}:/tmp/none", str(back))
    assert missing.returncode == 1
    assert missing.stderr == "error: There is no '/tmp/none' in the sandbox.\n"


def test_standard_input_and_output_are_files_too(box: str) -> None:
    text = "line\n" * 50_000
    assert run("cp", "-", f"{box}:/tmp/made/stream", stdin=text.encode()).returncode == 0
    assert sh(box, "wc -c </tmp/made/stream").strip() == str(len(text))
    assert run("cp", f"{box}:/tmp/made/stream", "-").stdout == text


def test_a_directory_is_brought_to_what_another_one_is(box: str, tmp_path: Path) -> None:
    here, there, down = tmp_path / "here", f"{box}:/tmp/synced", tmp_path / "down"
    (here / "src").mkdir(parents=True)
    (here / "src/a.py").write_text("one")
    (here / "src/a.pyc").write_text("no")
    first = run("sync", "--exclude", "*.pyc", str(here), there)
    assert (first.returncode, first.stdout) == (0, "+ src/a.py\n")
    assert first.stderr == "1 sent, 0 deleted, 0 unchanged.\n"
    (here / "src/a.py").write_text("two")
    sh(box, "echo x >/tmp/synced/old")
    dry = run("sync", "--exclude", "*.pyc", "--delete", "--dry-run", str(here), there)
    assert dry.stdout == "+ src/a.py\n- old\n"
    assert dry.stderr == "1 would be sent, 1 would be deleted, 0 unchanged.\n"
    assert sh(box, "cat /tmp/synced/src/a.py /tmp/synced/old") == "onex\n"
    done = run("sync", "--exclude", "*.pyc", "--delete", "-o", "json", str(here), there)
    told = msgspec.json.decode(done.stdout, type=Synced)
    assert told == Synced(["src/a.py"], ["old"], 0, 3)
    assert sh(box, "cat /tmp/synced/src/a.py; ls /tmp/synced") == "twosrc\n"
    fetched = run("sync", there, str(down))
    assert (fetched.returncode, fetched.stdout) == (0, "+ src/a.py\n")
    assert (down / "src/a.py").read_text() == "two"


@pytest.mark.parametrize(
    ("done", "total", "files", "text"),
    [
        (0, None, (0, None), "0 B"),
        (2048, 4096, (0, 1), "50% 2 KiB of 4 KiB"),
        (5 << 30, 5 << 30, (3, 4), "100% 5.0 GiB of 5.0 GiB, 3 of 4 files"),
    ],
)
def test_progress_is_one_short_line(done: int, total: int | None, files: tuple[int, int | None], text: str) -> None:
    progress = TransferProgress(path="x", bytes_done=done, bytes_total=total, files_done=files[0], files_total=files[1])
    assert progress_text(progress) == text
