"""`python -m k8s_sandbox_tui.local_cluster`: the server process. `local up` starts it in the background."""

from __future__ import annotations

import argparse
import gc
import sys

from k8s_sandbox_tui.local_cluster.locks import FileLock
from k8s_sandbox_tui.local_cluster.start_options import NETWORKS, OTHER
from k8s_sandbox_tui.local_cluster.starter import Starter
from k8s_sandbox_tui.local_cluster.state import state_folder
from k8s_sandbox_tui.local_cluster.tls import CertificateMaker

_LOCK_TIMEOUT = 2.0


def main() -> int:
    """Serves until it is told to end."""
    # All that is imported stays: looking for garbage in it would cost a tenth of the start.
    gc.disable()
    parser = argparse.ArgumentParser(prog="python -m k8s_sandbox_tui.local_cluster", description=__doc__)
    parser.add_argument("--ready-fd", type=int, help="a file descriptor to tell once the cluster answers")
    parser.add_argument("--network", choices=NETWORKS, default="host", help="which network sandboxes have")
    arguments = parser.parse_args()
    state = state_folder()
    state.make()
    lock = FileLock(state.server_lock)
    starter = Starter(arguments.ready_fd)
    if not lock.acquire(_LOCK_TIMEOUT):
        starter.tell(OTHER, f"a local cluster runs already with the state folder {state.root}")
        return 1
    with lock:
        if starter.is_gone:
            return 1
        # A process of its own makes them, while this one imports the rest.
        certificates = CertificateMaker(state.tls)
        from k8s_sandbox_tui.local_cluster.launch import launch

        return launch(state, certificates, arguments.network, starter)


if __name__ == "__main__":
    sys.exit(main())
