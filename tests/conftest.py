"""Keeps every test away from the user's clusters and files; gives those that need one a local cluster."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from asyncio.selector_events import BaseSelectorEventLoop
from pathlib import Path
from typing import TYPE_CHECKING, cast

import hypothesis
import pytest

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.sandbox import Sandbox

_USERS_OWN = (
    # By these, readline of the process that starts the test workers passes on the size of a terminal that is not there.
    "COLUMNS",
    "LINES",
    "K8S_SANDBOX_TUI_CONFIG",
    "KUBECONFIG",
    "KUBECONFIG_B64",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
)

_IGNORED_IN_BACKGROUND = ("SIGINT", "SIGQUIT", "SIGHUP")

# The machine may be busy: a slow example is no failure.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_configure() -> None:
    """Heed what `nohup` and a shell's `&` let a process ignore: what tests start would ignore it as well."""
    for name in _IGNORED_IN_BACKGROUND:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int:
    """Three processes a core: most tests wait for a screen to settle, or for a process, half of their time."""
    return min(12, 3 * (os.cpu_count() or 1))


@pytest.fixture(scope="session", autouse=True)
def servers_close_what_they_accept_too_late() -> Iterator[None]:
    """asyncio sets up a connection that it has accepted also when the server was closed in the same turn of the loop.

    Nobody closes that one, and the next test in which garbage is looked for would be blamed for it.
    """
    accept = cast("Callable[..., Coroutine[object, object, None]]", vars(BaseSelectorEventLoop)["_accept_connection2"])

    async def accept_in_time(
        loop: BaseSelectorEventLoop, protocol: object, connection: socket.socket, *more: object, **options: object
    ) -> None:
        if any(isinstance(one, asyncio.Server) and not one.is_serving() for one in more):
            connection.close()
        else:
            await accept(loop, protocol, connection, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseSelectorEventLoop, "_accept_connection2", accept_in_time)
        yield


@pytest.fixture(scope="session", autouse=True)
def empty_home() -> Iterator[Path]:
    """An empty home and state folder, and no variable that names a cluster, for tests and what they start."""
    # Not pytest's own folder: its paths are too long for Unix sockets on macOS.
    home = Path(tempfile.mkdtemp(prefix="sbx-"))
    with pytest.MonkeyPatch.context() as patch:
        for variable in _USERS_OWN:
            patch.delenv(variable, raising=False)
        patch.setenv("HOME", str(home))
        patch.setenv("K8S_SANDBOX_TUI_STATE", str(home / "state"))
        # Nobody is there to be asked, and what tests start is ours.
        patch.setenv("K8S_SANDBOX_TUI_PLAIN_PROCESSES", "1")
        yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def local_cluster(empty_home: Path) -> Iterator[LocalClusterStatus]:
    """A running local cluster of this session's own; all its sandboxes end with it."""
    from k8s_sandbox_tui.local_cluster import control

    yield control.up()
    control.down()


@pytest.fixture
async def compute(local_cluster: LocalClusterStatus) -> AsyncIterator[Compute]:
    """The provider over the local cluster, in the namespace `default`."""
    from k8s_sandbox_tui.provider import k8s

    async with k8s(kube_config_path=str(local_cluster.kubeconfig)) as opened:
        yield opened


@pytest.fixture
async def sandbox(compute: Compute) -> AsyncIterator[Sandbox]:
    """A running python sandbox of this test's own."""
    created = await compute.sandbox.create(runtime="python")
    yield created
    await created.destroy()
