"""`python -m k8s_sandbox_tui.local_cluster`: the server process. `local up` starts it in the background."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import sys
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.locks import FileLock
from k8s_sandbox_tui.local_cluster.runtime.create import create_runtime
from k8s_sandbox_tui.local_cluster.state import ServerRecord, StateFolder, state_folder
from k8s_sandbox_tui.local_cluster.tls import CertificateMaker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from k8s_sandbox_tui.local_cluster.runtime.types import Runtime

    Serve = Callable[[StateFolder, CertificateMaker, Runtime, Callable[[ServerRecord], None]], Awaitable[None]]

_LOG_BYTES = 512 * 1024
_LOCK_TIMEOUT = 2.0


def main() -> int:
    """Serves until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m k8s_sandbox_tui.local_cluster", description=__doc__)
    parser.add_argument("--ready-fd", type=int, help="a file descriptor to write one line to once the cluster answers")
    arguments = parser.parse_args()
    state = state_folder()
    state.make()
    lock = FileLock(state.server_lock)
    if not lock.acquire(_LOCK_TIMEOUT):
        sys.stderr.write(f"a local cluster runs already with the state folder {state.root}\n")
        return 1
    with lock:
        _log_to(state)
        _serve(state, arguments.ready_fd)
    return 0


def _serve(state: StateFolder, ready_fd: int | None) -> None:
    certificates = CertificateMaker(state.tls)

    def ready(record: ServerRecord) -> None:
        gc.freeze()
        gc.enable()
        if ready_fd is None:
            sys.stderr.write(f"the local cluster answers on https://127.0.0.1:{record.port}\n")
            return
        os.write(ready_fd, b"ready\n")
        os.close(ready_fd)

    # All that is imported stays: looking for garbage in it would cost a tenth of the start.
    gc.disable()
    asyncio.run(_start(state, certificates, ready))


async def _start(state: StateFolder, certificates: CertificateMaker, ready: Callable[[ServerRecord], None]) -> None:
    # Both take their time, one in processes of its own and one here: side by side.
    probing = asyncio.create_task(create_runtime(state.root, may_move=True))
    serve = await asyncio.to_thread(_import_serve)
    await serve(state, certificates, await probing, ready)


def _import_serve() -> Serve:
    with _without_authorities():
        from k8s_sandbox_tui.local_cluster.serve import serve

        return serve


@contextmanager
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


if __name__ == "__main__":
    sys.exit(main())
