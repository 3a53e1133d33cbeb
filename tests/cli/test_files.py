"""`files` as a person and a script use it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.cli.file_document import FileDocument
from k8s_sandbox_tui.cli.text import shown_path
from tests.cli.program import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("in_local_cluster")


def inside(box: str, script: str) -> str:
    done = run("exec", box, "--", "sh", "-c", script)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def there(box: str, tmp_path: Path) -> str:
    """A directory in the sandbox that this test has for itself."""
    path = f"/tmp/there-{tmp_path.name}"
    assert inside(box, f"rm -rf {path}; mkdir {path}") == ""
    return path


def test_the_small_things(box: str, there: str) -> None:
    assert run("files", "mkdir", box, f"{there}/a/b", f"{there}/c").returncode == 0
    inside(box, f"printf 12345 >{there}/a/five; chmod 640 {there}/a/five; touch -d @86400 {there}/a/five")
    header, *rows = run("files", "ls", box, f"{there}/a").stdout.splitlines()
    assert header.split() == ["MODE", "SIZE", "MODIFIED", "NAME"]
    assert rows[1].split() == ["-rw-r-----", "5", "1970-01-02T00:00:00Z", "five"]
    assert rows[0].startswith("drwx")
    assert run("files", "ls", "-o", "name", box, f"{there}/a").stdout == "b\nfive\n"
    (_, told) = json.loads(run("files", "ls", "-o", "json", box, f"{there}/a").stdout)
    assert set(told) == set(FileDocument.__struct_fields__)
    assert told == json.loads(run("files", "stat", "-o", "json", box, f"{there}/a/five").stdout)
    assert (told["type"], told["size"], told["mode"]) == ("file", 5, "0640")
    assert "mode:      0640 (-rw-r-----)\n" in run("files", "stat", box, f"{there}/a/five").stdout
    assert run("files", "mv", box, f"{there}/a/five", f"{there}/c/5").returncode == 0
    refused = run("files", "rm", box, f"{there}/a", f"{there}/c/5", f"{there}/none")
    assert refused.returncode == 1
    assert set(refused.stderr.splitlines()) == {
        f"error: '{there}/a' is a directory. Add -r to remove it with all that is in it.",
        f"error: There is no '{there}/none' in the sandbox.",
    }
    assert run("files", "rm", "-r", box, f"{there}/a").returncode == 0
    assert inside(box, f"find {there} -mindepth 1") == f"{there}/c\n"


def test_names_that_are_no_text_are_shown_as_text() -> None:
    assert shown_path(os.fsdecode(b"a\xff\xc3\xa4")) == "a\\xff\u00e4"
