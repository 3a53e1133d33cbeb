"""Names of new sandboxes: `<prefix>-<8 base36 characters>`, as ComputeSDK makes them."""

from __future__ import annotations

import secrets
import string

SUFFIX_LENGTH = 8
_BASE36 = string.digits + string.ascii_lowercase


def new_name(prefix: str) -> str:
    """A name that is not in use, but for one chance in 36^8."""
    return f"{prefix}-{''.join(secrets.choice(_BASE36) for _ in range(SUFFIX_LENGTH))}"


def is_generated(name: str, prefix: str) -> bool:
    """Whether a name has the form of `new_name`."""
    suffix = name.removeprefix(f"{prefix}-")
    return (
        len(name) - len(suffix) == len(prefix) + 1 and len(suffix) == SUFFIX_LENGTH and not set(suffix) - set(_BASE36)
    )
