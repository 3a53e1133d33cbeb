"""The grammar of what the sanitiser takes out of text, as compiled patterns.

What is invisible is Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt)
and the interlinear annotations; it goes, as terminals disagree about its width. The
grammar of the sequences is ECMA-48's, with xterm's rules for where a broken one ends.
"""

from __future__ import annotations

import re
from functools import lru_cache

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SURROGATES = "\ud800-\udfff"
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
MAX_MARKS = 4
LINE_BREAKS = "\n\x0b\x0c\x85\u2028\u2029"
_STRING_BODY = "[^\x07\n\x18\x1a\x1b\x9c]*+"
_STRING_END = "[\x07\x9c]|(?=[\n\x18\x1a\x1b])"

# A control string (OSC, DCS, SOS, PM, APC) that is never closed ends with its line, so that it cannot hide the rest.
_SEQUENCE = (
    f"(?:\x1b[\\]PX^_]|[\x90\x98\x9d\x9e\x9f]){_STRING_BODY}(?P<string_end>{_STRING_END})?"
    "|(?:\x1b\\[|\x9b)[ -?]*+(?P<final>[@-~])?"
    "|\x1b[ -/]*+(?P<escape_final>[0-OQ-WYZ\\\\`-~])?"
)

ANY_SEQUENCE = re.compile(_SEQUENCE)
BREAK_OR_TAB = re.compile(f"\r\n|[\r\t{LINE_BREAKS}]")
NEVER_SHOWN = re.compile(f"[\x00-\x1f\x7f-\x9f{_INVISIBLE}]")
SURROGATE = re.compile(f"[{_SURROGATES}]")
MANY_MARKS = re.compile(f"([{_MARKS}]{{{MAX_MARKS}}})[{_MARKS}]+")
ANY_MARK = re.compile(f"[{_MARKS}]")
PILED_MARKS = re.compile(f"[{_MARKS}](?:(?<=\\A[{_MARKS}])|[{_MARKS}]{{{MAX_MARKS}}})")
"""Marks that may be too many: more than four, or at the start, where what stands before counts."""

NOT_PLAIN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_INVISIBLE}{_SURROGATES}{_MARKS}]")
COLOURS = re.compile("\x1b\\[([0-9;:]{0,124})m")
TOKEN = re.compile(
    f"(?P<text>[^\x00-\x1f\x7f-\x9f\u2028\u2029{_INVISIBLE}{_SURROGATES}]+)"
    f"|(?P<newline>[{LINE_BREAKS}])|\x1b\\[(?P<sgr>[0-9;:]{{0,124}})m|(?P<cursor>[\r\b\t])"
    f"|(?P<sequence>{_SEQUENCE})|(?P<surrogate>[{_SURROGATES}])|[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]+|[\x00-\U0010ffff]"
)
PARTIAL = re.compile("(?:\x1b(?:\\[[ -?]*+|[ -/]*+)|\x9b[ -?]*+)\\Z")
REST_OF_STRING = re.compile(f"{_STRING_BODY}(?P<end>{_STRING_END})?")
REST_OF_CSI = re.compile("[ -?]*+(?P<end>[@-~]|(?=[^ -~]))?")
REST_OF_ESCAPE = re.compile("[ -/]*+(?P<end>[0-~]|(?=[^ -~]))?")

# For text that no sequence goes on behind. Each begins with one set of characters, which is what `re` looks for fast.
_C1_STRING = "[\x90\x98\x9d\x9e\x9f]"
_ACTS = "[CDGKm]"
INTRODUCER = re.compile("[\x1b\x90\x98\x9b\x9d\x9e\x9f]")
INERT_SEQUENCE = re.compile(
    f"{INTRODUCER.pattern}(?:(?:(?<=\x1b)[\\]PX^_]|(?<={_C1_STRING})){_STRING_BODY}(?:{_STRING_END})?"
    f"|(?:(?<=\x1b)\\[|(?<=\x9b))[ -?]*+(?!{_ACTS})[@-~]?"
    "|(?<=\x1b)(?![\\[\\]PX^_])[ -/]*+[0-OQ-WYZ\\\\`-~]?)"
)
"""All sequences but those that act on the line or the style."""
WITHOUT_EFFECT = re.compile(f"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9a\x9c-\x9f{_INVISIBLE}]+")
EFFECT = re.compile(f"([\b\t\r{LINE_BREAKS}\x1b\x9b](?:(?:(?<=\x1b)\\[|(?<=\x9b))[ -?]*+{_ACTS})?)")
"""All that is left then and is not simply shown."""


@lru_cache(maxsize=4096)
def read_control(sequence: str) -> tuple[str, str, int]:
    """The final byte of a control sequence, its parameters and their number; no byte when it acts on nothing here."""
    final = sequence[-1]
    parameters = sequence[1 if sequence[0] == "\x9b" else 2 : -1]
    if final == "m":
        return (final, parameters, 0) if re.fullmatch(r"[0-9;:]*", parameters) else ("", "", 0)
    if final in "CDGK" and (parameters == "" or (parameters.isdigit() and len(parameters) <= 5)):
        return final, "", int(parameters or 0)
    return "", "", 0
