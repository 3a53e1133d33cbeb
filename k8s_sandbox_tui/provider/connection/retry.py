"""Which failed requests are sent again, and when: a pure decision."""

from __future__ import annotations

from k8s_sandbox_tui.provider.errors import ApiError, RateLimitedError, SandboxError, TransportError

IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
RETRIED_STATUSES = frozenset({500, 502, 503, 504})
ATTEMPTS = 4
RATE_LIMITED_ATTEMPTS = 8
FIRST_DELAY = 0.1
LONGEST_DELAY = 10.0


def retry_delay(error: SandboxError, *, method: str, attempt: int, jitter: float) -> float | None:
    """Seconds to wait before the request is sent again; None: give up.

    A 429 is turned away before anything is done (kubernetes.io: "API Priority and Fairness"), and a request
    that was never sent did nothing: both are safe for every method. After other failures only a request that
    may be done twice is repeated.

    Args:
        error: Why the request failed.
        method: The HTTP method.
        attempt: How often it has been sent, from 1.
        jitter: A random number from 0 to 1, which keeps clients from coming back all at once.
    """
    if isinstance(error, RateLimitedError):
        if attempt >= RATE_LIMITED_ATTEMPTS:
            return None
        return min(error.retry_after, LONGEST_DELAY) * (1 + 0.2 * jitter)
    if attempt >= ATTEMPTS:
        return None
    if isinstance(error, TransportError):
        if not error.retryable or (error.sent and method not in IDEMPOTENT):
            return None
    elif not (isinstance(error, ApiError) and error.status in RETRIED_STATUSES and method in IDEMPOTENT):
        return None
    return min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY) * (0.5 + jitter / 2)
