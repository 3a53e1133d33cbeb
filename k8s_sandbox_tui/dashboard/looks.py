"""How a status looks: a word, a sign and a colour, so that none of them is needed to tell it.

The signs come from the characters that almost every terminal font has; where the
terminal's encoding cannot write them, ASCII takes their place.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.provider.models import SandboxInfo


class Look(Record, frozen=True):
    """How one status is shown."""

    word: str
    sign: str
    ascii_sign: str
    rank: int
    """Its place when sorted by status: what needs a person comes first."""


LOOKS: Mapping[str, Look] = {
    "failed": Look("Failed", "\u00d7", "x", 0),
    "unknown": Look("Unknown", "?", "?", 1),
    "pending": Look("Pending", "○", ".", 2),
    "starting": Look("Starting", "►", ">", 3),
    "stopping": Look("Stopping", "▼", "-", 4),
    "running": Look("Running", "●", "*", 5),
    "stopped": Look("Stopped", "■", "=", 6),
}
"""By the value of `SandboxStatus`."""

HELD_UP = "held-up"
"""Stands among the statuses for what does not start, and why is known."""

HELD_UP_SIGN = "!"

SHAPES = ("failed", "unknown", HELD_UP, "pending", "starting", "stopping", "running", "stopped")
"""All that have a sign of their own; what needs a person comes first."""


class Glyphs(Record, frozen=True):
    """The characters outside ASCII that the dashboard draws, or their stand-ins."""

    ascii_only: bool = False
    cursor: str = "▌"
    mark: str = "√"
    ellipsis: str = "…"
    ascending: str = "▲"
    descending: str = "▼"
    dot: str = "·"
    line: str = "─"
    used: str = "■"
    left: str = "·"

    def sign(self, status: str) -> str:
        """The sign of a status, or of `HELD_UP`."""
        if status == HELD_UP:
            return HELD_UP_SIGN
        look = LOOKS[status]
        return look.ascii_sign if self.ascii_only else look.sign


UNICODE = Glyphs()
ASCII = Glyphs(
    ascii_only=True,
    cursor=">",
    mark="+",
    ellipsis="~",
    ascending="^",
    descending="v",
    dot="|",
    line="-",
    used="#",
    left=".",
)


def glyphs_for(encoding: str | None, term: str = "", *, ascii_only: bool | None = None) -> Glyphs:
    """The characters that a terminal of this encoding and `TERM` can show, or those that the user wants."""
    if ascii_only is not None:
        return ASCII if ascii_only else UNICODE
    try:
        utf8 = codecs.lookup(encoding or "ascii").name == "utf-8"
    except LookupError:
        utf8 = False
    return UNICODE if utf8 and term not in {"linux", "vt100", "vt220"} else ASCII


_SAY_NOTHING = frozenset({"Completed", "ContainerCreating", "PodInitializing"})
"""Reasons that only repeat the status."""


def status_text(info: SandboxInfo) -> str:
    """The status in words, with the reason Kubernetes gives where it adds something."""
    word = LOOKS[info.status].word
    if not info.reason or info.reason in _SAY_NOTHING or info.reason.lower() == info.status:
        return word
    return f"{word} {info.reason}"


def shape_word(shape: str) -> str:
    """What is said of sandboxes of this shape, in a sentence."""
    return "held up" if shape == HELD_UP else LOOKS[shape].word.lower()


def shape_of(info: SandboxInfo) -> str:
    """The status whose sign it has, and as which it is counted; `HELD_UP` where there is a reason that holds it up."""
    held_up = info.status in {"pending", "starting"} and bool(info.reason) and info.reason not in _SAY_NOTHING
    return HELD_UP if held_up else info.status


def tone_of(info: SandboxInfo) -> str:
    """The status whose colour it has: what is held up has that of a failure."""
    shape = shape_of(info)
    return "failed" if shape == HELD_UP else shape
