"""What the README says is so: its examples run, its lists are complete."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from k8s_sandbox_tui.cli import exit_codes
from k8s_sandbox_tui.cli.document import SandboxDocument
from k8s_sandbox_tui.cli.job_document import JobDocument
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.cli.program import PROGRAM, run

README = (Path(__file__).parents[2] / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.usefixtures("in_local_cluster")
@pytest.mark.parametrize(("number", "printed"), [(0, "hello\n 3 "), (1, "42\n")])
def test_the_library_examples_run(number: int, printed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", blocks("python")[number]], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(printed)
    assert done.stderr == ""


@pytest.mark.usefixtures("in_local_cluster")
def test_the_commands_do_what_the_example_shows(tmp_path: Path) -> None:
    (example,) = blocks("console")
    expected = {line for line in example.splitlines() if not line.startswith("$")}
    # Not the shell: that is tried in a real terminal elsewhere.
    commands = [line[2:] for line in example.splitlines() if line.startswith("$") and " -it " not in line]
    program = tmp_path / "k8s-sandbox-tui"
    program.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "API_KEY": "k"}
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(commands)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout

    def general(line: str) -> str:
        return " ".join(re.sub(r"-sbx-[0-9a-z]{8}", "-sbx-X", re.sub(r" \d+s ", " 1s ", line)).split())

    assert {general(line) for line in expected} <= {general(line) for line in done.stdout.splitlines()}


def test_the_lists_are_complete() -> None:
    for field in (*msgspec.structs.fields(SandboxDocument), *msgspec.structs.fields(JobDocument)):
        assert f"`{field.name}`" in README
    for status in SandboxStatus:
        assert f"`{status}`" in README
    codes = {value for name, value in vars(exit_codes).items() if isinstance(value, int) and name != "SIGNAL"}
    table = README[README.index("### Exit codes") : README.index("### JSON")]
    assert codes <= {int(code) for code in re.findall(r"\b\d{1,3}\b", table)}


def test_every_option_of_the_help_is_in_the_readme() -> None:
    jobs = [f"jobs {action}" for action in ("start", "wait", "kill")]
    verbs = ["", "ls", "create", "exec", "logs", "meta", "url", "rm", *jobs]
    texts = [run(*verb.split(), "--help").stdout for verb in verbs]
    for option in set(re.findall(r"--[a-z][a-z-]+", " ".join(texts))) - {"--help", "--version", "--output"}:
        assert option in README or option in {"--stdin", "--tty"}, option
