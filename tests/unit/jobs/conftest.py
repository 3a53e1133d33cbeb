from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.exec.shells import Shell, shells
from tests.unit.jobs.job_shell import JobShell

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = tempfile.TemporaryDirectory(prefix="sbx-shells-")
SHELLS = shells(Path(_FOLDER.name))
OF_IMAGES = [shell for shell in SHELLS if shell.name != "bash"]


def named(shell: Shell | None) -> str:
    return shell.name if shell else "none"


@pytest.fixture(params=OF_IMAGES or [None], ids=named)
def jobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JobShell]:
    """Jobs run by the shells of both default images in turn."""
    yield from _jobs(request.param, tmp_path)


@pytest.fixture(params=SHELLS or [None], ids=named)
def each_jobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JobShell]:
    """The same, and by bash, which is `sh` in other images."""
    yield from _jobs(request.param, tmp_path)


def _jobs(shell: object, folder: Path) -> Iterator[JobShell]:
    if not isinstance(shell, Shell):
        pytest.skip("neither dash nor busybox is installed")
    with JobShell(shell, folder / "jobs") as made:
        yield made
