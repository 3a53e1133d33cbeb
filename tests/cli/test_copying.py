"""`cp` and `sync` as processes, against the local cluster."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.cli.copying import CpDocument, progress_text
from k8s_sandbox_tui.provider.files.placing import own_name
from k8s_sandbox_tui.provider.files.transfer import TransferProgress
from tests.cli.program import PROGRAM, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus

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


@pytest.fixture
def there(box: str, tmp_path: Path) -> str:
    """A directory in the sandbox that this test has for itself."""
    path = f"/tmp/there-{tmp_path.name}"
    assert sh(box, f"rm -rf {path}; mkdir {path}") == ""
    return path


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A small tree."""
    (tmp_path / "app" / "sub dir").mkdir(parents=True)
    (tmp_path / "app" / "run").write_text("#!/bin/sh\n")
    (tmp_path / "app" / "run").chmod(0o755)
    (tmp_path / "app" / "sub dir" / "-it's \n.bin").write_bytes(bytes(range(256)))
    (tmp_path / "app" / "link").symlink_to("run")
    return tmp_path


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
    sent = run("cp", "-o", "json", "-", f"{box}:/tmp/made/stream", stdin=text.encode())
    assert json.loads(sent.stdout) == {"files": 1, "bytes": len(text), "skipped": []}
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


def test_standard_input_that_cannot_be_read_is_told(box: str, there: str) -> None:
    unreadable = os.open(os.devnull, os.O_WRONLY)
    arguments = [*PROGRAM, "cp", "-", f"{box}:{there}/x"]
    done = subprocess.run(arguments, stdin=unreadable, capture_output=True, check=False, timeout=60)
    os.close(unreadable)
    assert (done.returncode, done.stderr) == (1, b"error: 'standard input' on this machine: bad file descriptor.\n")
    assert sh(box, f"ls -A {there}") == ""


def test_a_file_of_the_sandbox_that_is_called_like_a_stream(box: str, there: str, tmp_path: Path) -> None:
    sh(box, f"echo x >{there}/-")
    assert run("cp", f"{box}:{there}/-", str(tmp_path / "x")).returncode == 0
    assert (tmp_path / "x").read_text() == "x\n"


def test_a_directory_goes_into_one_that_is_there_and_else_gets_the_name(box: str, there: str, here: Path) -> None:
    app = str(here / "app")
    for source, target in ((app, there), (f"{app}/", f"{there}/new"), (f"{app}/.", f"{there}/flat/")):
        done = run("cp", source, f"{box}:{target}")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    listed = sh(box, f"cd {there} && ls -d */run */link")
    assert listed.split() == [f"{folder}/{name}" for folder in ("app", "flat", "new") for name in ("link", "run")]
    back = run("cp", "-o", "json", f"{box}:{there}/app", str(here / "back"))
    assert (back.returncode, back.stderr) == (0, "")
    told = json.loads(back.stdout)
    assert set(told) == set(CpDocument.__struct_fields__)
    assert told == {"files": 2, "bytes": 266, "skipped": []}
    assert subprocess.run(["diff", "-r", "--no-dereference", app, str(here / "back")], check=False).returncode == 0
    assert os.access(here / "back" / "run", os.X_OK)
    assert run("cp", f"{box}:{there}/app", str(here / "back")).returncode == 0
    assert (here / "back" / "app" / "link").is_symlink()


def test_a_file_gets_the_name_or_goes_into_a_directory(box: str, there: str, here: Path) -> None:
    file = str(here / "app" / "run")
    for target in (f"{there}/renamed", there, f"{there}/made/"):
        assert run("cp", file, f"{box}:{target}").returncode == 0
    assert sh(box, f"cd {there} && ls renamed run made/run").split() == ["made/run", "renamed", "run"]
    assert run("cp", file, f"{box}:{there}/a/b/c").returncode == 0
    assert run("cp", f"{box}:{there}/a/b/c", str(here / "down") + "/").returncode == 0
    assert (here / "down" / "c").read_text() == "#!/bin/sh\n"
    assert run("cp", f"{box}:{there}/run", str(here / "z")).returncode == 0
    assert (here / "z").stat().st_mode & 0o777 == 0o755


def test_how_far_it_is_is_for_terminals_alone(box: str, there: str, here: Path) -> None:
    (here / "big").write_bytes(bytes(3 << 20))
    controller, terminal = pty.openpty()
    done = subprocess.run(
        [*PROGRAM, "cp", str(here / "big"), f"{box}:{there}"], stdout=-1, stderr=terminal, check=False, timeout=60
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(controller, 65536)
        except OSError:
            break
        shown += piece
    os.close(controller)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"% " in shown
    assert b" of 3 MiB" in shown
    assert shown.endswith(b"\r\x1b[K")


@pytest.fixture(scope="module")
def faults(box: str, local_cluster: LocalClusterStatus) -> Iterator[str]:
    """A directory in the sandbox that stays empty whatever fails."""
    where = ("--kubeconfig", str(local_cluster.kubeconfig), "exec", box, "--", "sh", "-c")
    assert run(*where, "mkdir -p /tmp/faults").returncode == 0
    yield "/tmp/faults"
    assert run(*where, "ls -A /tmp/faults").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("/no/such", "BOX:THERE/made/"), "'/no/such' on this machine: no such file or directory."),
        (("BOX:THERE/none", "HERE/made/"), "There is no 'THERE/none' in the sandbox."),
        (("BOX:THERE", "-"), "'THERE' is a directory."),
        (("-", "BOX:THERE"), "'THERE' is a directory."),
        (("BOX:THERE/none", "/dev/null/made/"), "There is no 'THERE/none' in the sandbox."),
        (("BOX:/etc/passwd", "/dev/null/made/"), "'/dev/null/made' on this machine: not a directory."),
        (("BOX:/etc/passwd", "/no/such/place"), "'/no/such/place' on this machine: no such file or directory."),
        (("HERE/app", "BOX:/etc/passwd"), "'/etc/passwd' is not a directory"),
    ],
)
def test_what_cannot_be_copied_is_named(
    box: str, faults: str, here: Path, arguments: tuple[str, str], said: str
) -> None:
    def filled(text: str) -> str:
        return text.replace("BOX", box).replace("THERE", faults).replace("HERE", str(here))

    done = run("cp", *map(filled, arguments))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {filled(said)}")
    assert not (here / "made").exists()


@pytest.mark.parametrize(
    ("path", "name"),
    [("a", "a"), ("/x/a/", "a"), ("a/.", ""), (".", ""), ("..", ""), ("/", ""), ("a/..", ""), ("a/..b", "..b")],
)
def test_under_which_name_a_source_goes_into_a_directory(path: str, name: str) -> None:
    assert own_name(path) == name


def test_what_takes_too_long_ends_as_a_timeout(box: str, there: str, tmp_path: Path) -> None:
    source = tmp_path / "pipe"
    os.mkfifo(source)
    writer = os.open(source, os.O_RDWR)  # open, and never writes
    try:
        with source.open("rb") as silent:
            arguments = [*PROGRAM, "cp", "--timeout", "0.5", "-", f"{box}:{there}/f"]
            done = subprocess.run(arguments, stdin=silent, capture_output=True, text=True, check=False, timeout=60)
    finally:
        os.close(writer)
    assert done.returncode == 124
    assert "500 ms" in done.stderr
    assert sh(box, f"ls -A {there}") == ""
