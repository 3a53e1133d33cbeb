"""How containerd 1.7 and runc 1.1 word it when a command cannot be started, as recorded; clients show these texts."""

from __future__ import annotations

import os

from k8s_sandbox_tui.local_cluster.runtime.podinit import wire

_PROCESS = "unable to start container process: "
_START = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
_EXEC = "OCI runtime exec failed: exec failed: "
NO_ARGUMENTS = f"{_EXEC}args must not be empty: unknown"


def start_failure(kind: int, number: int, command: str, working_dir: str) -> str:
    """The message of a container that ended with reason StartError."""
    return f"{_START}{_PROCESS}{_cause(kind, number, command, working_dir)}: unknown"


def exec_failure(kind: int, number: int, command: str) -> str:
    """What runc says of a command that was to run in a container."""
    return f"{_EXEC}{_PROCESS}{_cause(kind, number, command, '')}: unknown"


def start_with_nul(command: str) -> str:
    """The message where an argument or a variable holds a NUL, which no process can be given."""
    return f"{_START}{_PROCESS}exec {command}: invalid argument: unknown"


def exec_with_nul(command: str) -> str:
    """The same for a command that was to run in a container."""
    return f"{_EXEC}{_PROCESS}exec {command}: invalid argument: unknown"


def _cause(kind: int, number: int, command: str, working_dir: str) -> str:
    # Go writes the system's messages in lower case.
    system = os.strerror(number).lower()
    quoted = _go_quoted(command)
    causes = {
        wire.NOT_FOUND: f"exec: {quoted}: executable file not found in $PATH",
        wire.STAT_FAILED: f"exec: {quoted}: stat {command}: {system}",
        wire.NOT_EXECUTABLE: f"exec: {quoted}: {system}",
        wire.NOT_LIMITED: f"unable to apply cgroup configuration: {system}",
        wire.NO_DIRECTORY: f"chdir to cwd ({_go_quoted(working_dir)}) set in config.json failed: {system}",
    }
    return causes.get(kind, f"exec {command}: {system}")


def _go_quoted(text: str) -> str:
    """As `%q` of Go for what file names hold: quotes and backslashes escaped, control characters as hexadecimal."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(short.get(c, c if c.isprintable() else f"\\x{ord(c):02x}") for c in plain) + '"'
