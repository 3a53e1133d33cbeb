"""The session's local cluster as arguments of the program, and a sandbox in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.program import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus


@pytest.fixture(scope="module")
def options(local_cluster: LocalClusterStatus) -> list[str]:
    """What names the cluster."""
    return ["--kubeconfig", str(local_cluster.kubeconfig)]


@pytest.fixture(scope="module")
def box(options: list[str]) -> Iterator[str]:
    """The id of a running python sandbox that the tests of a module share."""
    made = run(*options, "create", "--runtime", "python")
    assert made.returncode == 0, made.stderr
    yield made.stdout.strip()
    run(*options, "rm", "--yes", made.stdout.strip())
