"""The server process: from an empty cluster to a listening socket, and back."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from k8s_sandbox_tui.local_cluster.api.account_tokens import AccountTokens
from k8s_sandbox_tui.local_cluster.api.authentication import Authenticator
from k8s_sandbox_tui.local_cluster.api.default_roles import create_default_roles
from k8s_sandbox_tui.local_cluster.api.discovery import VERSION
from k8s_sandbox_tui.local_cluster.api.namespaces import FIRST, furnish, new_namespace
from k8s_sandbox_tui.local_cluster.api.rbac import MASTERS, Identity, User
from k8s_sandbox_tui.local_cluster.api.routes import routes
from k8s_sandbox_tui.local_cluster.api.server import ApiServer
from k8s_sandbox_tui.local_cluster.kubeconfig import read_or_make_token, write_kubeconfig
from k8s_sandbox_tui.local_cluster.kubelet.capacity import this_machine
from k8s_sandbox_tui.local_cluster.kubelet.kubelet import HOST_IP, Kubelet
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta
from k8s_sandbox_tui.local_cluster.private_file import write_private
from k8s_sandbox_tui.local_cluster.process_identity import start_time
from k8s_sandbox_tui.local_cluster.state import ServerRecord, StateFolder
from k8s_sandbox_tui.local_cluster.store.cluster import new_cluster
from k8s_sandbox_tui.local_cluster.tls import authority_pem

if TYPE_CHECKING:
    import ssl

    from k8s_sandbox_tui.local_cluster.faults.gate import FaultGate
    from k8s_sandbox_tui.local_cluster.runtime.types import Runtime
    from k8s_sandbox_tui.local_cluster.starter import Starter
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster
    from k8s_sandbox_tui.local_cluster.tls import CertificateMaker

_log = logging.getLogger(__name__)

FAULTS = "K8S_SANDBOX_TUI_FAULTS"
"""Set to 1, the server takes rules of faults from its owner; see `faults`."""
# Requests that still run when the server is told to end have this long, in seconds.
_SHUTDOWN_TIMEOUT = 0.2
_BACKLOG = 512


async def serve(state: StateFolder, certificates: CertificateMaker, runtime: Runtime, starter: Starter) -> None:
    """Runs the local cluster until SIGTERM or SIGINT, and closes the runtime.

    Tells its starter once it answers; ends where that one is gone before.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        state.drop_cut_off()
        state.pods.mkdir(exist_ok=True, mode=0o700)
        for left in state.pods.iterdir():
            # Of a server that was killed; no process of it lives on.
            await runtime.remove(left)
        context = await asyncio.to_thread(certificates.server_context)
        await _serve_with(runtime, state, context, starter, stop)
    finally:
        await runtime.close()


async def _serve_with(
    runtime: Runtime,
    state: StateFolder,
    context: ssl.SSLContext,
    starter: Starter,
    stop: asyncio.Event,
) -> None:
    cluster = new_cluster(state.versions)
    kubelet = _start_kubelet(cluster, runtime, state)
    token = read_or_make_token(state.token)
    listener = _listen(state)
    port: int = listener.getsockname()[1]
    tokens = AccountTokens(cluster)
    authenticator = Authenticator(_identities(state, token), tokens, cluster)
    server = ApiServer(
        routes(cluster, kubelet, tokens, authenticator.sender), authenticator, port, _fault_gate(authenticator)
    )
    runner = web.AppRunner(
        server.application(), access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_TIMEOUT
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listener, ssl_context=context, backlog=_BACKLOG).start()
        authority = authority_pem(state.tls)
        write_kubeconfig(state.kubeconfig, server=f"https://127.0.0.1:{port}", authority=authority, token=token)
        record = ServerRecord(
            pid=os.getpid(),
            started=start_time(os.getpid()),
            port=port,
            isolation=runtime.isolation,
            limits=runtime.limits,
            network=runtime.network,
            warning=runtime.warning,
        )
        if starter.is_gone:
            _log.info("whoever started this is gone")
            return
        # From here on others find it, too.
        write_private(state.record, msgspec.json.encode(record))
        _log.info("ready on port %d, isolation %s", port, runtime.isolation)
        starter.ready(record)
        await stop.wait()
        _log.info("told to end")
    finally:
        await kubelet.close()
        await runner.cleanup()


def _start_kubelet(cluster: Cluster, runtime: Runtime, state: StateFolder) -> Kubelet:
    for name in FIRST:
        cluster.namespaces.create(new_namespace(ObjectMeta(name=name)))
        furnish(name, cluster)
    create_default_roles(cluster)
    node = this_machine(
        address=HOST_IP,
        version=VERSION,
        isolation=runtime.isolation,
        limits=runtime.limits,
        network=runtime.network,
    )
    cluster.nodes.create(node)
    return Kubelet(cluster, runtime, node, state.pods)


def _fault_gate(authenticator: Authenticator) -> FaultGate | None:
    """What lets tests make requests fail; None unless the environment asks for it."""
    if os.environ.get(FAULTS, "") != "1":
        return None
    from k8s_sandbox_tui.local_cluster.faults.gate import FaultGate

    _log.warning("faults are switched on: requests can be made to fail")
    return FaultGate(authenticator.user)


def _identities(state: StateFolder, token: str) -> list[Identity]:
    """The owner of the kubeconfig, and whoever `identities.json` names besides."""
    owner = Identity(token=token, user=User(name="local-admin", groups=[MASTERS]))
    try:
        others = msgspec.json.decode(state.identities.read_bytes(), type=list[Identity])
    except FileNotFoundError:
        others = []
    return [owner, *others]


def _listen(state: StateFolder) -> socket.socket:
    """A socket on loopback: the port of the last start where it is free, so that kubeconfigs stay good."""
    last = state.read_record()
    for port in (last.port if last else 0, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            listener.close()
            _log.info("port %d is taken (%s), choosing another one", port, error)
        else:
            return listener
    raise OSError("no port is free on 127.0.0.1")
