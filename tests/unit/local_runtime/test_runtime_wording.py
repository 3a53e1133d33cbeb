"""The texts of a container runtime for commands that cannot start."""

from __future__ import annotations

import errno

import pytest

from k8s_sandbox_tui.local_cluster.runtime.podinit import wire
from k8s_sandbox_tui.local_cluster.runtime.wording import exec_failure, start_failure


@pytest.mark.parametrize(
    ("kind", "number", "command", "cause"),
    [
        (wire.NOT_FOUND, errno.ENOENT, "a b", 'exec: "a b": executable file not found in $PATH'),
        (wire.STAT_FAILED, errno.ENOENT, "/x", 'exec: "/x": stat /x: no such file or directory'),
        (wire.STAT_FAILED, errno.ELOOP, "/x", 'exec: "/x": stat /x: too many levels of symbolic links'),
        (wire.NOT_EXECUTABLE, errno.EACCES, '/"\\', 'exec: "/\\"\\\\": permission denied'),
        (wire.NOT_EXECUTABLE, errno.EACCES, "/\n\x1b", 'exec: "/\\n\\x1b": permission denied'),
        (wire.SPAWN_FAILED, errno.ENOEXEC, "/x", "exec /x: exec format error"),
        (
            wire.NO_DIRECTORY,
            errno.EACCES,
            "/x",
            'chdir to cwd ("/work") set in config.json failed: permission denied',
        ),
        (99, -5, "/x", "exec /x: unknown error -5"),
    ],
)
def test_causes(kind: int, number: int, command: str, cause: str) -> None:
    assert start_failure(kind, number, command, "/work") == (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        f"unable to start container process: {cause}: unknown"
    )


def test_an_exec_has_a_prefix_of_its_own() -> None:
    assert exec_failure(wire.NOT_FOUND, errno.ENOENT, "x") == (
        "OCI runtime exec failed: exec failed: unable to start container process: "
        'exec: "x": executable file not found in $PATH: unknown'
    )
