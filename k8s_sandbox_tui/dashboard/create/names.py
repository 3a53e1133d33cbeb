"""The rules for the names in the form, with a reason in plain words for what breaks them."""

from __future__ import annotations

import re

from k8s_sandbox_tui.provider.ids import LABEL_LENGTH

_META_NAME_MAX = LABEL_LENGTH - len("meta-")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def label_reason(name: str, *, limit: int = LABEL_LENGTH, prefix: bool = False) -> str:
    """Why the text is no DNS-1123 label of at most `limit` characters; empty when it is one.

    Args:
        name: The text.
        limit: Characters it may have.
        prefix: True where more follows behind it, so that it may end with a hyphen.
    """
    if found := re.search(r"[^a-z0-9-]", name):
        if found[0].isascii() and found[0].isupper():
            return "Lower-case letters only"
        shown = "a space" if found[0] == " " else f"“{found[0]}”"
        return f"Only a-z, 0-9 and -; not {shown}"
    if name.startswith("-"):
        return "Starts with a letter or a digit, not -"
    if name.endswith("-") and not prefix:
        return "Ends with a letter or a digit, not -"
    if len(name) > limit:
        return f"Too long: {len(name)} characters, at most {limit}"
    return ""


def env_name_reason(name: str) -> str:
    """Why the text cannot name a variable that Kubernetes takes and a shell can read; empty when it can."""
    if _ENV_NAME.fullmatch(name):
        return ""
    if not name:
        return "Name missing"
    if name[0] in "0123456789":
        return "Starts with a digit"
    found = re.search(r"[^A-Za-z0-9_]", name)
    shown = "space" if found is not None and found[0] == " " else f"“{found[0]}”" if found else name
    return f"Only A-Z a-z 0-9 _, not {shown}"


def metadata_key_reason(key: str) -> str:
    """Why the text cannot follow `computesdk.io/meta-` in an annotation's name; empty when it can.

    Kubernetes wants letters, digits, `-`, `_` and `.`, a letter or digit at the end, and
    63 characters behind the slash at most.
    """
    if not key:
        return "Key missing"
    if found := re.search(r"[^A-Za-z0-9._-]", key):
        shown = "space" if found[0] == " " else f"“{found[0]}”"
        return f"Only A-Z a-z 0-9 . _ -, not {shown}"
    if not key[-1].isalnum():
        return "Ends with a letter or a digit"
    if len(key) > _META_NAME_MAX:
        return f"{len(key)} characters, at most {_META_NAME_MAX}"
    return ""
