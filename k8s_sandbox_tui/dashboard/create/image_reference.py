"""The grammar of image references, with a reason in plain words for what breaks it.

The rules are those of the distribution project's `reference` package:
`[host[:port]/]path[:tag][@digest]`.
"""

from __future__ import annotations

import re

_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\]"
)
_PATH_PART = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_MAX_NAME = 255


def image_reason(reference: str) -> str:
    """Why the text is no image reference; empty when it is one."""
    if found := re.search(r"\s", reference):
        return "An image holds no line break" if found[0] in "\r\n" else "An image holds no spaces"
    if "://" in reference:
        return "Leave out the scheme: start with the registry's name"
    name, at, digest = reference.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return "After @ comes a digest, as in sha256:… (64 digits)"
    last = name.rsplit("/", 1)[-1]
    if ":" in last:
        name, _, tag = name.rpartition(":")
        if not _TAG.fullmatch(tag):
            return f"Not a tag: “{tag}”" if tag else "The tag after : is missing"
    return _name_reason(name)


def _name_reason(name: str) -> str:
    if not name:
        return "The image's name is missing"
    if len(name) > _MAX_NAME:
        return f"Too long: {len(name)} characters, at most {_MAX_NAME}"
    first, slash, rest = name.partition("/")
    has_host = slash and (any(mark in first for mark in ".:[") or first == "localhost" or first != first.lower())
    reasons = [_host_reason(first)] if has_host else []
    reasons.extend(map(_part_reason, (rest if has_host else name).split("/")))
    return next((reason for reason in reasons if reason), "")


def _part_reason(part: str) -> str:
    if not part:
        return "A name is missing beside a /"
    if part != part.lower():
        return f"Lower-case letters only: “{part}”"
    return "" if _PATH_PART.fullmatch(part) else f"Not an image name: “{part}”"


def _host_reason(host: str) -> str:
    name, colon, port = (host, "", "") if host.endswith("]") else host.partition(":")
    if host.startswith("[") and not host.endswith("]"):
        name, colon, port = host.rpartition(":")
    if not _HOST.fullmatch(name):
        return f"Not a registry's name: “{name}”" if name else "The registry's name is missing"
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        return f"Not a registry's port: “{port}”" if port else "The registry's port is missing"
    return ""
