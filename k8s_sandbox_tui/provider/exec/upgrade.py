"""By WebSocket, and by SPDY where that is refused: a WebSocket is a GET, SPDY a POST.

Kubernetes checks the verb `get` for the one and `create` for the other, and before 1.35 nothing else for either. Roles
written for kubectl before 1.30, and ComputeSDK's own, grant `create` alone. What a connection has learnt is kept by it:
only the first request is made twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from k8s_sandbox_tui.provider.errors import ApiError, ForbiddenError, NotFoundError, NotUpgradedError, TransportError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.provider.errors import SandboxError
    from k8s_sandbox_tui.provider.exec.target import ExecConnection

_Made = TypeVar("_Made")

_NO_UPGRADE: Final = frozenset({405, 426, 501})
"""What proxies answer that know no WebSockets: method not allowed, upgrade required, not implemented."""


async def by_either(
    connection: ExecConnection,
    key: str,
    by_websocket: Callable[[], Awaitable[_Made]],
    by_spdy: Callable[[], Awaitable[_Made]],
) -> _Made:
    """Opens something by the way that is allowed.

    Args:
        connection: The connection to the cluster, which remembers the way.
        key: For what it remembers it: rights differ by namespace and subresource.
        by_websocket: The way that is tried first.
        by_spdy: The way where that is refused.

    Raises:
        ForbiddenError: Both are refused; names the right that is enough.
        SandboxError: It cannot be opened for another reason.
    """
    remembered = connection.without_websockets
    if key in remembered:
        try:
            return await by_spdy()
        except (ApiError, TransportError) as error:
            if not _refuses(error):
                raise
            spdy: SandboxError = error
        # The rights have changed, or are for other Pods only.
        remembered.discard(key)
        try:
            return await by_websocket()
        except (ApiError, TransportError) as error:
            raise (_both(error, spdy) if _refuses(error) else error) from None
    try:
        return await by_websocket()
    except (ApiError, TransportError) as error:
        # Where `create` is missing, as from 1.35 on it may be for a WebSocket, SPDY is refused too.
        if not _refuses(error) or (isinstance(error, ForbiddenError) and error.verb == "create"):
            raise
        websocket: SandboxError = error
    remembered.add(key)
    try:
        return await by_spdy()
    except (ApiError, TransportError) as error:
        if not _refuses(error):
            raise
        remembered.discard(key)
        raise _both(websocket, error) from None


def _refuses(error: ApiError | TransportError) -> bool:
    """Whether it is the upgrade that is refused, so that surely nothing has begun."""
    if isinstance(error, TransportError):
        return isinstance(error, NotUpgradedError)
    if error.status == 400:
        # Kubernetes says so of bad options too, and then gives another reason than the missing upgrade.
        return error.reason != "BadRequest" or "upgrade" in error.message.lower()
    if isinstance(error, NotFoundError):
        # An API server gives the reason NotFound; a proxy that knows no such path has none to give.
        return not error.reason
    return isinstance(error, ForbiddenError) or error.status in _NO_UPGRADE


def _both(websocket: SandboxError, spdy: SandboxError) -> SandboxError:
    """The error where both ways are refused: of two missing rights, the one that is enough."""
    if isinstance(spdy, ForbiddenError) and spdy.verb == "create":
        return spdy
    if websocket.message == spdy.message:
        return websocket
    message, hint = f"{websocket.message.rstrip('.')}; and by SPDY: {spdy.message}", websocket.hint or spdy.hint
    if isinstance(websocket, ForbiddenError):
        return ForbiddenError(
            message,
            reason=websocket.reason,
            hint=hint,
            verb=websocket.verb,
            resource=websocket.resource,
            namespace=websocket.namespace,
        )
    if isinstance(websocket, ApiError):
        return ApiError(message, status=websocket.status, reason=websocket.reason, hint=hint)
    return TransportError(message, sent=True, hint=hint)
