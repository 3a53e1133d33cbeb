"""What is no name of an image. Source: `github.com/distribution/reference`."""

from __future__ import annotations

import re

_HUB = "docker.io"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG = r":\w[\w.-]{0,127}"
_DIGEST = r"@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(rf"{_DOMAIN}/{_PART}(?:/{_PART})*(?:{_TAG})?(?:{_DIGEST})?", re.ASCII)


def reference_error(reference: str) -> str:
    """The kubelet's message of `InvalidImageName`; empty where the reference is well-formed."""
    why = _why(reference)
    if not why:
        return ""
    return f'Failed to apply default image tag "{reference}": couldn\'t parse image name "{reference}": {why}'


def _why(reference: str) -> str:
    first, slash, rest = reference.partition("/")
    has_domain = slash and (any(sign in first for sign in ".:") or first == "localhost" or first != first.lower())
    domain, path = (first, rest) if has_domain else (_HUB, reference)
    if domain == _HUB and "/" not in path:
        path = f"library/{path}"
    name = path.partition(":")[0]
    if name != name.lower():
        return f"invalid reference format: repository name ({name}) must be lowercase"
    return "" if _REFERENCE.fullmatch(f"{domain}/{path}") else "invalid reference format"
