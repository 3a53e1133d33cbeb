"""The sanitiser for what is painted first: text that is plain already needs none of its machinery."""

from __future__ import annotations


def harmless(text: str) -> str:
    """The text as `sanitize_line` gives it."""
    if text.isascii() and text.isprintable():
        return text
    from k8s_sandbox_tui.dashboard.sanitize import sanitize_line

    return sanitize_line(text)
