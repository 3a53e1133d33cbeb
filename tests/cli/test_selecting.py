"""Many sandboxes by what they are like, and what can be seen and changed of one, as processes."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.cli.program import PROGRAM, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("in_local_cluster")


class Shown(msgspec.Struct):
    """The fields of the JSON that these tests look at."""

    id: str
    metadata: dict[str, str]
    labels: dict[str, str]
    ports: list[int]
    expires_at: str | None
    deadline_at: str | None


class Removed(msgspec.Struct):
    """What `rm -o json` tells of one."""

    id: str
    uid: str
    destroyed: bool
    error: str


def several(text: str) -> list[Shown]:
    return msgspec.json.decode(text, type=list[Shown])


def removed(text: str) -> list[Removed]:
    return msgspec.json.decode(text, type=list[Removed])


@pytest.fixture
def batch() -> Iterator[str]:
    """The value of the metadata `batch` that the sandboxes of a test have."""
    yield "one"
    run("rm", "--yes", "--meta", "batch=one")


def test_copies_are_found_by_what_they_are_like_and_destroyed_together(batch: str) -> None:
    made = run("create", "--copies", "3", "--meta", f"batch={batch}", "--label", "team=search", "--runtime", "python")
    assert (made.returncode, made.stderr) == (0, "")
    ids = sorted(made.stdout.split())
    assert len(ids) == 3
    assert run("ls", "--meta", f"batch={batch}", "-o", "name").stdout.split() == ids
    like = ["-A", "--label", "team=search", "--status", "running,failed", "--newer-than", "1d", "--runtime", "python"]
    assert [one.id for one in several(run("ls", *like, "-o", "json").stdout)] == ids
    assert run("ls", "--meta", f"batch={batch}", "--status", "failed").stderr == (
        "No sandboxes that are like that in namespace default.\n"
    )
    shown = run("rm", "--dry-run", "--meta", f"batch={batch}")
    assert shown.returncode == 0
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["ID", *ids]
    gone = run("rm", "--yes", "--meta", f"batch={batch}", "-o", "json")
    assert gone.returncode == 0, gone.stderr
    assert [(one.id, one.destroyed, one.error) for one in removed(gone.stdout)] == [(one, True, "") for one in ids]
    again = run("rm", "--yes", "--meta", f"batch={batch}")
    assert (again.returncode, again.stderr) == (0, "No sandbox is like that.\n")


def test_rm_asks_also_where_options_say_which() -> None:
    done = run("rm", "--status", "failed")
    assert done.returncode == 2
    assert "Add --yes." in done.stderr


def test_rm_tells_in_json_what_was_not_there() -> None:
    done = run("rm", "--yes", "-o", "json", "default/not-there")
    assert done.returncode == 1
    (one,) = removed(done.stdout)
    assert (one.id, one.uid, one.destroyed) == ("default/not-there", "", False)
    assert "No sandbox" in one.error


def test_a_create_can_be_told_all_and_the_sandbox_be_changed(batch: str, tmp_path: Path) -> None:
    env_file = tmp_path / "my.env"
    env_file.write_text("# comment\nexport TOKEN='a b'\nOVER=file\n")
    made = run(
        *(
            "create",
            "--name",
            "all-told",
            "--meta",
            f"batch={batch}",
            "--env-file",
            str(env_file),
            "--env",
            "OVER=line",
        ),
        *("--directory", "/tmp/work", "--port", "web=8080", "--request", "cpu=100m", "--limit", "memory=128Mi"),
        *("--lifetime", "1h", "--max-lifetime", "2h", "--label", "team=x", "--service-account", "default"),
        *("--toleration", "sandboxes:NoSchedule", "--timeout", "60", "--profile", "default", "-o", "json"),
    )
    assert made.returncode == 0, made.stderr
    box = msgspec.json.decode(made.stdout, type=Shown)
    assert (box.id, box.labels["team"], box.ports) == ("default/all-told", "x", [8080])
    assert box.expires_at is not None
    assert box.deadline_at is not None
    said = run("exec", box.id, "--", "sh", "-c", "echo $TOKEN $OVER; pwd")
    assert said.stdout == "a b line\n/tmp/work\n"
    text = run("info", "all-told").stdout
    assert "ports:       8080\n" in text
    assert f"expires:     {box.expires_at}\n" in text

    later = run("extend", "all-told", "90m")
    assert later.returncode == 0, later.stderr
    assert later.stdout.strip() > box.expires_at
    beyond = run("extend", "all-told", "3h")
    assert beyond.returncode == 2

    changed = run("meta", "all-told", "owner=ann", "note=x y", "--remove", "batch")
    assert (changed.returncode, changed.stdout) == (0, "note=x y\nowner=ann\n")
    assert run("meta", "all-told", "batch=one", "-o", "json").returncode == 0
    assert run("meta", "all-told").stdout == "batch=one\nnote=x y\nowner=ann\n"

    events = run("events", "all-told")
    assert events.returncode == 0, events.stderr
    assert events.stdout.split()[:5] == ["AGE", "TYPE", "REASON", "TIMES", "MESSAGE"]
    assert "Scheduled" in events.stdout
    assert {event["reason"] for event in msgspec.json.decode(run("events", "all-told", "-o", "json").stdout)} >= {
        "Scheduled",
        "Started",
    }
    log = run("logs", "all-told")
    assert (log.returncode, log.stdout) == (0, "")
    assert log.stderr == "The log is empty: what commands print is not in it.\n"
    assert run("logs", "--previous", "all-told").returncode == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "There is no such file."),
        ("", "There are no variables in it."),
        ("A=1\nsk-secret\n", "A line is no NAME=value."),
    ],
)
def test_a_file_of_variables_that_is_none_creates_nothing(content: str | None, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    if content is not None:
        file.write_text(content)
    done = run("create", "--env-file", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert "sk-secret" not in done.stderr


def test_ls_goes_on_with_each_change(batch: str) -> None:
    command = [*PROGRAM, "ls", "-w", "-o", "name", "--meta", f"batch={batch}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        made = run("create", "--meta", f"batch={batch}", "--runtime", "python").stdout.strip()
        assert watching.stdout.readline().split() == ["added", made]
        run("rm", "--yes", made)
        kinds = [watching.stdout.readline().split()]
        while kinds[-1][0] != "removed":
            kinds.append(watching.stdout.readline().split())
        assert {words[1] for words in kinds} == {made}
        watching.send_signal(signal.SIGINT)
        assert watching.wait(60) == 130
