"""The server process on its way to `serve`: what needs the machine and what needs the processor, side by side."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster import consent
from k8s_sandbox_tui.local_cluster.runtime.create import NoPrivateNetworkError, create_runtime
from k8s_sandbox_tui.local_cluster.start_options import FAILED, REFUSED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from k8s_sandbox_tui.local_cluster.runtime.types import Runtime
    from k8s_sandbox_tui.local_cluster.start_options import Network
    from k8s_sandbox_tui.local_cluster.starter import Starter
    from k8s_sandbox_tui.local_cluster.state import StateFolder
    from k8s_sandbox_tui.local_cluster.tls import CertificateMaker

    Serve = Callable[[StateFolder, CertificateMaker, Runtime, Starter], Awaitable[None]]

_LOG_BYTES = 512 * 1024


def launch(state: StateFolder, certificates: CertificateMaker, network: Network, starter: Starter) -> int:
    """Serves until it is told to end; the exit code of the process."""
    _log_to(state)
    try:
        refusal = asyncio.run(_start(state, certificates, network, starter))
    except NoPrivateNetworkError as error:
        starter.tell(FAILED + str(error).encode(), str(error))
        return 1
    if refusal:
        starter.tell(REFUSED + refusal.encode(), f"{refusal} Set {consent.ENVIRONMENT}=1 to agree to that.")
    return 1 if refusal else 0


async def _start(state: StateFolder, certificates: CertificateMaker, network: Network, starter: Starter) -> str:
    """Serves to the end; what its user has to agree to first, where it does not serve for that."""
    # Both take their time, one in processes of its own and one here: side by side.
    probing = asyncio.create_task(create_runtime(state.root, network=network, may_move=True))
    serve = await asyncio.to_thread(_import_serve)
    runtime = await probing
    if runtime.isolation == "process" and not consent.is_given(state):
        await runtime.close()
        return runtime.warning
    await serve(state, certificates, runtime, starter)
    return ""


def _import_serve() -> Serve:
    with _without_authorities():
        from k8s_sandbox_tui.local_cluster.serve import serve

        return serve


@contextlib.contextmanager
def _without_authorities() -> Generator[None]:
    """Lets aiohttp be imported without the system's certificate authorities.

    It loads them at import, for clients, which takes a fifth of the whole start; a server has no use for them.
    """
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, os.devnull))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _log_to(state: StateFolder) -> None:
    handler = RotatingFileHandler(state.log, maxBytes=_LOG_BYTES, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
