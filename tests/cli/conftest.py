"""Commands that use the session's local cluster, by its kubeconfig."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.program import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus


@pytest.fixture
def in_local_cluster(local_cluster: LocalClusterStatus, monkeypatch: pytest.MonkeyPatch) -> LocalClusterStatus:
    """Makes the session's local cluster the configured one for the commands of a test."""
    monkeypatch.setenv("KUBECONFIG", str(local_cluster.kubeconfig))
    return local_cluster


@pytest.fixture(scope="module")
def box(local_cluster: LocalClusterStatus) -> Iterator[str]:
    """The id of a running python sandbox that the tests of a module share."""
    made = run("--kubeconfig", str(local_cluster.kubeconfig), "create", "--runtime", "python", "--env", "MADE=with me")
    assert made.returncode == 0, made.stderr
    yield made.stdout.strip()
    run("--kubeconfig", str(local_cluster.kubeconfig), "rm", "--yes", made.stdout.strip())
