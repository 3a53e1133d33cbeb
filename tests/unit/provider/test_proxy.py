"""Which proxy a request takes, and which failures are tried again: both pure."""

from __future__ import annotations

import pytest

from k8s_sandbox_tui.provider.connection.proxy import is_loopback, proxy_for
from k8s_sandbox_tui.provider.connection.retry import ATTEMPTS, LONGEST_DELAY, RATE_LIMITED_ATTEMPTS, retry_delay
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    CertificateError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    SandboxError,
    TransportError,
)

P = {"HTTPS_PROXY": "http://proxy:1"}


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        ("https://a.example", {}, None),
        ("https://a.example", P, "http://proxy:1"),
        ("https://a.example", {"https_proxy": "proxy:1"}, "http://proxy:1"),
        ("https://a.example", {"HTTP_PROXY": "http://proxy:1"}, None),
        ("http://a.example", {"HTTP_PROXY": "http://proxy:1"}, "http://proxy:1"),
        ("https://127.0.0.1:6443", P, None),
        ("https://localhost:6443", P, None),
        ("https://[::1]:6443", P, None),
        ("https://a.example", P | {"NO_PROXY": "*"}, None),
        ("https://a.example", P | {"NO_PROXY": "b.example, a.example"}, None),
        ("https://x.a.example", P | {"NO_PROXY": "a.example"}, None),
        ("https://x.a.example", P | {"no_proxy": ".a.example"}, None),
        ("https://a.example", P | {"NO_PROXY": ".a.example"}, "http://proxy:1"),
        ("https://ba.example", P | {"NO_PROXY": "a.example"}, "http://proxy:1"),
        ("https://x.a.example", P | {"NO_PROXY": "*.a.example"}, None),
        ("https://a.example:6443", P | {"NO_PROXY": "a.example:6443"}, None),
        ("https://a.example:6443", P | {"NO_PROXY": "a.example:443"}, "http://proxy:1"),
        ("https://10.1.2.3:6443", P | {"NO_PROXY": "10.0.0.0/8"}, None),
        ("https://11.1.2.3:6443", P | {"NO_PROXY": "10.0.0.0/8"}, "http://proxy:1"),
        ("https://[fd00::1]:6443", P | {"NO_PROXY": "fd00::/8"}, None),
        ("https://[fd00::1]:6443", P | {"NO_PROXY": "[fd00::1]:6443"}, None),
        ("https://A.example.", P | {"NO_PROXY": "a.EXAMPLE"}, None),
    ],
)
def test_f48_proxies_of_the_environment(url: str, environ: dict[str, str], expected: str | None) -> None:
    assert proxy_for(url, environ) == expected


@pytest.mark.parametrize(("host", "expected"), [("localhost", True), ("127.9.9.9", True), ("::1", True), ("a", False)])
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


BUSY = RateLimitedError("", retry_after=2)
LOST = TransportError("", sent=True)
UNSENT = TransportError("", sent=False)


@pytest.mark.parametrize(
    ("error", "method", "attempt", "jitter", "expected"),
    [
        (BUSY, "POST", 1, 0.0, 2.0),
        (BUSY, "GET", 1, 1.0, 2.4),
        (RateLimitedError("", retry_after=3600), "GET", 1, 0.0, LONGEST_DELAY),
        (BUSY, "GET", RATE_LIMITED_ATTEMPTS, 0.0, None),
        (LOST, "GET", 1, 1.0, 0.1),
        (LOST, "GET", 1, 0.0, 0.05),
        (LOST, "DELETE", 3, 1.0, 0.4),
        (LOST, "GET", ATTEMPTS, 1.0, None),
        (LOST, "POST", 1, 1.0, None),
        (LOST, "PATCH", 1, 1.0, None),
        (UNSENT, "POST", 1, 1.0, 0.1),
        (ApiError("", status=500), "GET", 1, 1.0, 0.1),
        (ApiError("", status=503), "POST", 1, 1.0, None),
        (ApiError("", status=501), "GET", 1, 1.0, None),
        (ApiError("", status=410), "GET", 1, 1.0, None),
        (ForbiddenError(""), "GET", 1, 1.0, None),
        (NotFoundError("", status=404), "GET", 1, 1.0, None),
        (CertificateError("", sent=False), "GET", 1, 1.0, None),
        (SandboxError(""), "GET", 1, 1.0, None),
    ],
)
def test_what_is_sent_again(
    error: SandboxError, method: str, attempt: int, jitter: float, expected: float | None
) -> None:
    assert retry_delay(error, method=method, attempt=attempt, jitter=jitter) == expected
