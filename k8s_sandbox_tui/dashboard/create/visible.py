"""Control characters in a one-line text field: shown as the pictures that Unicode has for them.

A pasted value may hold line breaks, which a field cannot show, or escape characters, which
must never reach the terminal. `␊` stands for a line feed, `␛` for escape, and so on.
"""

from __future__ import annotations

_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_CONTROLS = {picture: code for code, picture in _PICTURES.items()}
# The second set of control characters has no pictures; terminals may obey it all the same.
_SHOWN = _PICTURES | dict.fromkeys(range(0x80, 0xA0), 0xFFFD) | dict.fromkeys((0x2028, 0x2029), 0xFFFD)


def to_visible(text: str) -> str:
    """The text with each control character shown as its picture, and those without one as U+FFFD."""
    return text.translate(_SHOWN)


def from_visible(shown: str) -> str:
    """The text that a field's content stands for."""
    return shown.translate(_CONTROLS)
