"""Draws frames and bars in ASCII, for terminals that have no other characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.color import Color

# Box drawing (U+2500 to U+257F) and block elements (U+2580 to U+259F) of the Unicode standard.
_LEVEL, _UPRIGHT = "─━┄┅┈┉╌╍═╴╶╸╺╼╾▔▁", "│┃┆┇┊┋╎╏║╵╷╹╻╽╿▌▐▎▏▕▊▍▋▉"
_BLOCKS = "▂▃▄▅▆▇▀▖▗▘▙▚▛▜▝▞▟░▒▓"


def _drawn(pairs: Iterable[tuple[str, str]]) -> Mapping[int, str]:
    return str.maketrans({character: ascii_one for characters, ascii_one in pairs for character in characters})


DRAWN: Mapping[int, str] = {
    **dict.fromkeys(range(0x2500, 0x2580), "+"),
    **_drawn(
        [
            (_LEVEL, "-"),
            (_UPRIGHT, "|"),
            (_BLOCKS, " "),
            ("█", "#"),
            ("…", "~"),
            ("•·●", "*"),
            ("○", "o"),
            ("■", "#"),
            ("\u00d7", "x"),
            ("▶►▸", ">"),
            ("◀◄", "<"),
            ("▲△", "^"),
            ("▼▽", "v"),
            ("✓✔√", "+"),
            ("↵", ";"),
            ("⇥", ">"),
            ("“”", '"'),
        ]
    ),
}
"""What takes the place of what is drawn; letters of other scripts are left alone, they are somebody's names."""


class AsciiFilter(LineFilter):
    """Puts ASCII in the place of drawn characters, each as wide as before."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's signature
        """The same line in ASCII."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(DRAWN), segment.style, segment.control)
            for segment in segments
        ]
