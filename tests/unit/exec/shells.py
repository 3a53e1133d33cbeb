"""Runs planned commands with the shells and tools that sandboxes have: dash with coreutils, busybox with its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest.mock import patch

from k8s_sandbox_tui.provider.exec import scripts
from k8s_sandbox_tui.provider.exec.shell import plan_command, plan_kill
from k8s_sandbox_tui.provider.exec.stdin import StdinFraming

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from k8s_sandbox_tui.provider.exec.shell import ExecPlan


@dataclass(frozen=True)
class Shell:
    """A `/bin/sh` and the tools beside it."""

    name: str
    path: str
    tools: str

    def plan(
        self,
        command: str | Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bool = False,
        background: bool = False,
    ) -> ExecPlan:
        with patch.object(scripts, "SHELL", self.path):
            return plan_command(command, cwd=cwd, env=env, stdin=stdin, background=background)

    def start(self, plan: ExecPlan) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            plan.argv,
            stdin=subprocess.PIPE if plan.stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": self.tools, "n": "from-pod", "m": "from-pod", "s": "from-pod", "f": "from-pod"},
            cwd="/",
            start_new_session=True,
        )

    def run(
        self,
        command: str | Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        background: bool = False,
        v4: bool = False,
    ) -> tuple[int, bytes, bytes]:
        """The exit code as a shell says it, stdout and stderr."""
        plan = self.plan(command, cwd=cwd, env=env, stdin=stdin is not None, background=background)
        framing = StdinFraming(plan, can_close_stdin=not v4)
        sent = b"".join(framing.start())
        if stdin is not None:
            sent += b"".join(framing.data(stdin)) + b"".join(framing.end())
        with self.start(plan) as process:
            out, err = process.communicate(sent if plan.stdin else None, timeout=60)
        code = process.returncode
        return (code if code >= 0 else 128 - code), out, err

    def bare(self, command: str, env: Mapping[str, str] | None = None) -> tuple[int, bytes, bytes]:
        """What the shell makes of it without any wrapping. `sh -c` alone takes a `-` in front for an option."""
        command = f" {command}" if command.startswith(("-", "+")) else command
        done = subprocess.run(
            [self.path, "-c", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={"PATH": self.tools, **(env or {})},
            cwd="/",
            timeout=60,
            check=False,
        )
        return (done.returncode if done.returncode >= 0 else 128 - done.returncode), done.stdout, done.stderr

    def kill(self, plan: ExecPlan, grace: float) -> int:
        with patch.object(scripts, "SHELL", self.path):
            kill = plan_kill(plan, grace)
        return subprocess.run(kill.argv, env={"PATH": self.tools}, timeout=60, check=False).returncode


def shells(folder: Path) -> list[Shell]:
    """The shells of this machine; busybox with nothing but its own tools beside it."""
    found: list[Shell] = []
    dash = shutil.which("dash")
    if dash:
        found.append(Shell("dash", dash, os.environ["PATH"]))
    bash = shutil.which("bash")
    if bash:
        link = folder / "bash-as-sh" / "sh"
        link.parent.mkdir()
        link.symlink_to(bash)
        found.append(Shell("bash", str(link), os.environ["PATH"]))
    busybox = shutil.which("busybox")
    if busybox:
        tools = folder / "busybox-tools"
        tools.mkdir()
        subprocess.run([busybox, "--install", "-s", str(tools)], check=True)
        cksum = shutil.which("cksum")
        if cksum and not (tools / "cksum").exists():
            # Debian's busybox alone leaves it out.
            (tools / "cksum").symlink_to(cksum)
        found.append(Shell("busybox", str(tools / "sh"), str(tools)))
    return found
