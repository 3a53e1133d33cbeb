from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.files.sandbox import SHELLS, left_over, running_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from k8s_sandbox_tui.provider.files.filesystem import FileSystem
    from tests.unit.exec.exec_server import ExecServer
    from tests.unit.exec.shells import Shell


@pytest.fixture(params=SHELLS, ids=lambda shell: shell.name)
def shell(request: pytest.FixtureRequest) -> Shell:
    """Each shell of this machine that an image could have."""
    return request.param


@pytest.fixture
async def sandbox(shell: Shell, tmp_path: Path) -> AsyncIterator[tuple[FileSystem, ExecServer]]:
    """Files in that shell, and the server behind; afterwards no temporary file may be left."""
    async with running_in(shell) as (files, server):
        yield files, server
        await server.until_dead()
    assert left_over(tmp_path) == []


@pytest.fixture
def files(sandbox: tuple[FileSystem, ExecServer]) -> FileSystem:
    return sandbox[0]


@pytest.fixture
def server(sandbox: tuple[FileSystem, ExecServer]) -> ExecServer:
    return sandbox[1]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder for this machine's side; the sandbox's is `there`."""
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    return tmp_path / "there"
