"""`python -m k8s_sandbox_tui.local_cluster`: the server process. `local up` starts it in the background."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from logging.handlers import RotatingFileHandler

from k8s_sandbox_tui.local_cluster.locks import FileLock
from k8s_sandbox_tui.local_cluster.state import ServerRecord, StateFolder, state_folder
from k8s_sandbox_tui.local_cluster.tls import CertificateMaker

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
    # Before the imports below, which take as long.
    certificates = CertificateMaker(state.tls)
    from k8s_sandbox_tui.local_cluster.serve import serve

    def ready(record: ServerRecord) -> None:
        if ready_fd is None:
            sys.stderr.write(f"the local cluster answers on https://127.0.0.1:{record.port}\n")
            return
        os.write(ready_fd, b"ready\n")
        os.close(ready_fd)

    asyncio.run(serve(state, certificates, ready))


def _log_to(state: StateFolder) -> None:
    handler = RotatingFileHandler(state.log, maxBytes=_LOG_BYTES, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    sys.exit(main())
