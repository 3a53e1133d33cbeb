"""Opens a forward: the local port first, then the way into the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.forward.destination import Destination
from k8s_sandbox_tui.provider.forward.either_way import EitherWay
from k8s_sandbox_tui.provider.forward.exec_way import ExecWay
from k8s_sandbox_tui.provider.forward.forwarder import Forwarder
from k8s_sandbox_tui.provider.forward.local import check_host, listen
from k8s_sandbox_tui.provider.forward.model import ForwardEvent, ForwardEventKind
from k8s_sandbox_tui.provider.forward.patience import PATIENCE, ForwardPatience
from k8s_sandbox_tui.provider.forward.pod_watch import PodWatch
from k8s_sandbox_tui.provider.forward.port_forward import PortForward
from k8s_sandbox_tui.provider.forward.port_forward_way import PortForwardWay
from k8s_sandbox_tui.provider.forward.same_network import comes_back
from k8s_sandbox_tui.provider.url import check_port

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.exec.target import ExecTarget
    from k8s_sandbox_tui.provider.forward.channel import Way
    from k8s_sandbox_tui.provider.forward.model import ForwardVia

_VIAS: Final = ("auto", "port-forward", "exec")


async def open_forward(
    access: ClusterAccess,
    target: ExecTarget,
    remote_port: int,
    *,
    local_port: int = 0,
    host: str = "127.0.0.1",
    via: ForwardVia = "auto",
    patience: ForwardPatience = PATIENCE,
) -> PortForward:
    """Listens here and has what connects carried to a port of the sandbox.

    Args:
        access: The way to the cluster; the forward ends with it at the latest.
        target: The sandbox.
        remote_port: The port in it.
        local_port: The port here; 0: any that is free.
        host: The address here, or `localhost` for both loopback addresses.
        via: Which way connections are to go.
        patience: How long to wait.

    Raises:
        InvalidArgumentError: An argument cannot be; no request was made.
        ForwardError: The local port cannot be had, or the sandbox has nothing to make connections with.
        ForbiddenError: The rights are missing, which it names.
        SandboxGoneError: The sandbox has gone.
        ApiError: The API server refused.
        TransportError: The API server did not answer.
    """
    check_port(remote_port)
    if local_port != 0:
        check_port(local_port)
    if via not in _VIAS:
        raise InvalidArgumentError(f"{via!r} is not a way into a sandbox.", hint=f"Choose {', '.join(_VIAS)}.")
    listeners = listen(check_host(host), local_port)
    try:
        connection = await access.open()
        watch = PodWatch(connection, target, access.watch_denied, patience)
        forwarder = Forwarder(watch, patience)
        await watch.start()
        destination = Destination(connection, target, remote_port, watch, patience)
        local = listeners[0].getsockname()
        back = comes_back(local[0], local[1], remote_port)
        first, second = PortForwardWay(destination), ExecWay(destination, comes_back=back)

        def rerouted(why: str) -> None:
            forwarder.tell(ForwardEvent(kind=ForwardEventKind.REROUTED, message=why))

        way: Way = EitherWay(first, second, patience, rerouted) if via == "auto" else second
        if via == "port-forward":
            way = first
        try:
            await way.start()
            forward = PortForward(
                forwarder, way, sandbox_id=target.sandbox_id, remote_port=remote_port, local=(local[0], local[1])
            )
            await forwarder.listen(listeners, way, lambda: access.release(forward))
        except BaseException:
            await way.aclose()
            raise
    except BaseException:
        for listener in listeners:
            listener.close()
        raise
    access.hold(forward)
    return forward
