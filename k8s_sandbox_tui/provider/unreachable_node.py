"""What is said where the API server does not get through to the kubelet of a sandbox's node.

The API server passes on what its own request to the kubelet came to, as an error of the server.
"""

from __future__ import annotations

import re
from typing import Final

from k8s_sandbox_tui.provider.errors import ApiError, AuthenticationError
from k8s_sandbox_tui.provider.exec.status import StatusKind, bare_words, kind_of

_NO_LOG: Final = re.compile(r"/containerLogs/|^Forbidden \(user=[^)]*resource=nodes\b")
"""In an answer for a log: the URL at the kubelet that got no answer; the kubelet's own refusal of the API server."""


def unreachable_words(sandbox_id: str, message: str) -> tuple[str, str]:
    """The sentence and the next step, by what the API server says of it."""
    words = bare_words(message).rstrip(".")
    if "tls: internal error" in words:
        hint = "The kubelet may wait for its serving certificate to be approved: kubectl get csr."
    else:
        hint = "See whether its node is ready, and lets the API server in: kubectl get nodes."
    return f"The API server cannot reach the node of sandbox {sandbox_id}: {words}.", hint


def explained(error: ApiError, sandbox_id: str) -> ApiError:
    """The error in those words, where it is that; else the error itself.

    Args:
        error: What a request that goes on to the kubelet was answered with, when the API server knew who asks.
        sandbox_id: The sandbox that it was about.
    """
    # The API server has accepted the credentials: what is not accepted are its own, by the kubelet.
    shut_out = isinstance(error, AuthenticationError)
    unreachable = kind_of(error.message)[0] is StatusKind.NODE_UNREACHABLE or _NO_LOG.search(error.message) is not None
    if not shut_out and not unreachable:
        return error
    message = "its kubelet does not accept the API server's credentials" if shut_out else error.message
    told, hint = unreachable_words(sandbox_id, message)
    return ApiError(told, status=error.status, reason=error.reason, hint=hint)
