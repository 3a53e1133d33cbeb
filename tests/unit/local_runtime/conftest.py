"""Runtimes of all kinds, each closed when its test ends."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from tests.unit.local_runtime.kit import Kit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(scope="module")
def apart() -> Iterator[Path]:
    """A folder outside /tmp, which Pods under Landlock share with the machine."""
    folder = Path(tempfile.mkdtemp(prefix="sbx-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["bubblewrap", "landlock", "process"])
async def kit(request: pytest.FixtureRequest, apart: Path) -> AsyncIterator[Kit]:
    """A runtime of each kind that this machine can have."""
    folder = apart / request.param
    runtime = await create_runtime(folder / "runtime", best=request.param)
    if runtime.isolation != request.param:
        await runtime.close()
        pytest.skip(runtime.warning)
    yield Kit(runtime, folder)
    await runtime.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def isolated(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kit]:
    """A runtime with isolation."""
    folder = tmp_path_factory.mktemp("isolated")
    runtime = await create_runtime(folder / "runtime")
    if runtime.isolation != "bubblewrap":
        await runtime.close()
        pytest.skip(runtime.warning)
    yield Kit(runtime, folder)
    await runtime.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def landlocked(apart: Path) -> AsyncIterator[Kit]:
    """A runtime under Landlock."""
    runtime = await create_runtime(apart / "landlocked" / "runtime", best="landlock")
    if runtime.isolation != "landlock":
        await runtime.close()
        pytest.skip(runtime.warning)
    yield Kit(runtime, apart / "landlocked")
    await runtime.close()


@pytest.fixture
def token() -> str:
    """An argument for `sleep` that no other process has: how this test's processes are told from all others."""
    return f"3{random.randrange(10**7, 10**8)}"
