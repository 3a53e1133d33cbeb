"""`make` on machines of different kinds, played by small stand-ins for their interpreters."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MAKE = shutil.which("make")
TOOLS = ("sh", "echo", "cat", "sed", "touch", "mkdir", "printf")

pytestmark = pytest.mark.skipif(MAKE is None, reason="needs make")

INTERPRETER = """#!/bin/sh
case "$2" in
  *version_info*) echo {minor} ;;
  *ensurepip*) exit {without_venv} ;;
  *flock*) shift 2; exec "$@" ;;
  venv) mkdir -p .venv/bin; echo '{minor}' > .venv/bin/python; chmod +x .venv/bin/python ;;
esac
"""


class Machine:
    """A folder with the Makefile and a PATH with the interpreters that a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "my project"
        self.project.mkdir()
        shutil.copy(REPOSITORY / "Makefile", self.project)
        self.path = folder / "bin"
        self.path.mkdir()
        for tool in (*TOOLS, "chmod"):
            (self.path / tool).symlink_to(shutil.which(tool) or tool)

    def has(self, name: str, minor: int, *, venv: bool = True) -> None:
        """Puts an interpreter on the PATH; minor 0 is one that is too old."""
        program = self.path / name
        program.write_text(INTERPRETER.format(minor=minor, without_venv=int(not venv)))
        program.chmod(0o755)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.path), "HOME": str(self.project)}
        return subprocess.run(
            [str(MAKE), *arguments], cwd=self.project, env=environment, capture_output=True, text=True, check=False
        )

    @property
    def chosen(self) -> str:
        return (self.project / ".venv/bin/python").read_text().strip()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_newest_interpreter_is_taken(machine: Machine) -> None:
    for name, minor in (("python3", 11), ("python3.11", 11), ("python3.13", 13), ("python3.12", 12)):
        machine.has(name, minor)
    done = machine.make(".venv/stamp-python")
    assert done.returncode == 0, done.stderr
    assert machine.chosen == "13"
    assert done.stderr == "Making .venv with Python 3.13.\n"


def test_an_interpreter_without_venv_is_passed_over(machine: Machine) -> None:
    machine.has("python3.13", 13, venv=False)
    machine.has("python3", 12)
    assert machine.make(".venv/stamp-python").returncode == 0
    assert machine.chosen == "12"


def test_without_venv_the_package_to_install_is_named(machine: Machine) -> None:
    machine.has("python3", 11, venv=False)
    done = machine.make(".venv/stamp-python")
    assert done.returncode != 0
    assert "python3 cannot make virtual environments" in done.stderr
    assert "sudo apt-get install python3.11-venv" in done.stderr


@pytest.mark.parametrize("too_old", [True, False])
def test_without_a_suitable_interpreter_it_says_what_to_install(machine: Machine, *, too_old: bool) -> None:
    if too_old:
        machine.has("python3", 0)
    done = machine.make(".venv/stamp-python")
    assert done.returncode != 0
    assert "error: no Python 3.11 or newer found" in done.stderr
    assert "apt-get install python3" in done.stderr
    assert not (machine.project / ".venv").exists()


def test_the_interpreter_can_be_given(machine: Machine, tmp_path: Path) -> None:
    machine.has("python3.13", 13)
    machine.has("python3.12", 12)
    shutil.move(machine.path / "python3.12", tmp_path / "my python")
    assert machine.make(".venv/stamp-python", f"PYTHON={tmp_path / 'my python'}").returncode == 0
    assert machine.chosen == "12"


def test_the_environment_is_made_once_and_again_after_a_move(machine: Machine) -> None:
    machine.has("python3", 12)
    assert "Making" in machine.make(".venv/stamp-python").stderr
    assert machine.make(".venv/stamp-python").stderr == ""
    moved = machine.project.with_name("moved")
    machine.project = machine.project.rename(moved)
    assert "Making" in machine.make(".venv/stamp-python").stderr


SLOW = """#!/bin/sh
case "$2" in
  *fcntl*) exec {python} "$@" ;;
  *version_info*) echo 12 ;;
  venv)
    echo begun >> begun
    until test -e go; do sleep 0.02; done
    mkdir -p .venv/bin; : > .venv/bin/python; chmod +x .venv/bin/python ;;
esac
"""


@pytest.mark.parametrize("killed", [False, True])
def test_of_two_at_once_the_second_waits_until_the_first_has_ended(machine: Machine, *, killed: bool) -> None:
    (machine.path / "sleep").symlink_to(shutil.which("sleep") or "sleep")
    machine.has("python3", 12)
    (machine.path / "python3").write_text(SLOW.format(python=sys.executable))

    def make() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(MAKE), ".venv/stamp-python"],
            cwd=machine.project,
            env={"PATH": str(machine.path), "HOME": str(machine.project)},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    with make() as first:
        assert first.stderr is not None
        assert first.stderr.readline() == "Making .venv with Python 3.12.\n"
        with make() as second:
            assert second.stderr is not None
            assert second.stderr.readline() == "Waiting for another make, which sets up here.\n"
            if killed:
                os.killpg(first.pid, signal.SIGKILL)
            (machine.project / "go").touch()
            assert (first.wait(60), second.wait(60)) == (-signal.SIGKILL if killed else 0, 0)
    assert (machine.project / "begun").read_text().count("begun") == (2 if killed else 1)


HASTY = """#!/bin/sh
case "$2" in
  *flock*) exec {python} "$@" ;;
  *version_info*) echo 12 ;;
  venv) mkdir -p .venv/bin; : > .venv/bin/python; chmod +x .venv/bin/python ;;
esac
"""


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="nothing tells who waits for a lock")
def test_one_that_waits_at_every_step_says_so_once(machine: Machine) -> None:
    machine.has("python3", 12)
    (machine.path / "python3").write_text(HASTY.format(python=sys.executable))
    (machine.project / "constraints.txt").touch()
    (machine.project / "pyproject.toml").touch()
    steps = [f".venv/stamp-{step}" for step in ("python", "pip", "run", "test", "bytecode")]
    with (machine.project / "Makefile").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen(
            [str(MAKE), *steps[3:]],
            cwd=machine.project,
            env={"PATH": str(machine.path), "HOME": str(machine.project)},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as waiting:
            waiters: set[int] = set()
            while (waiter := waiter_of(waiting)) is not None:
                waiters.add(waiter)
                fcntl.flock(lock, fcntl.LOCK_UN)
                while waiter_of(waiting, now=True) == waiter:
                    pass
                fcntl.flock(lock, fcntl.LOCK_EX)
            assert waiting.stderr is not None
            said = waiting.stderr.read().splitlines()
        assert waiting.returncode == 0, said
    assert len(waiters) > 1, waiters
    assert said.count("Waiting for another make, which sets up here.") == 1
    assert all((machine.project / step).exists() for step in steps)


def waiter_of(process: subprocess.Popen[str], *, now: bool = False) -> int | None:
    """The process of its session that waits for a lock, as soon as there is one; None once it has ended."""
    while process.poll() is None:
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.split()
            if fields[1] == "->":
                with suppress(ProcessLookupError):
                    if os.getsid(int(fields[5])) == process.pid:
                        return int(fields[5])
        if now:
            return None
    return None


def test_help_is_the_default_and_lists_every_target(machine: Machine) -> None:
    done = machine.make()
    assert done.returncode == 0
    assert done.stdout == machine.make("help").stdout
    phony = next(line for line in (REPOSITORY / "Makefile").read_text().splitlines() if line.startswith(".PHONY"))
    listed = re.findall(r"^  (\S+) +\S", done.stdout, re.MULTILINE)
    assert listed == phony.split()[1:]
    assert not os.path.lexists(machine.project / ".venv")
