"""OSC 52: the escape sequence with which a program asks the terminal to fill the clipboard.

The terminal does not answer, and may ignore it; so nobody can say "copied" after it.
Inside tmux and GNU screen the sequence has to pass through the multiplexer.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TEXT_BYTES = 74_994
"""The most UTF-8 bytes that terminals take: hterm reads sequences of up to 100,000 bytes, frame and base64 included."""

_SCREEN_CHUNK = 200
"""Bytes per passed-through string in GNU screen, whose limit is 256 in old versions and 768 in newer ones."""


def fits_osc52(text: str) -> bool:
    """Say if the text is small enough for every terminal that knows OSC 52."""
    return len(text.encode("utf-8", "replace")) <= MAX_TEXT_BYTES


def in_tmux(environ: Mapping[str, str]) -> bool:
    """Say if the terminal is a tmux pane."""
    return bool(environ.get("TMUX"))


def in_screen(environ: Mapping[str, str]) -> bool:
    """Say if the terminal is a GNU screen window."""
    return bool(environ.get("STY")) and not in_tmux(environ)


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """The bytes that ask the terminal to put the text on its clipboard, through the multiplexer that `environ` shows.

    tmux takes the plain sequence where `set-clipboard` is `on`, and the wrapped one where
    `allow-passthrough` is; which of them is set cannot be seen, so it gets both.
    """
    plain = f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode('ascii')}\a"
    if in_tmux(environ):
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if in_screen(environ):
        chunks = (plain[start : start + _SCREEN_CHUNK] for start in range(0, len(plain), _SCREEN_CHUNK))
        return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    return plain
