"""Reading `.env` text: what people paste when they have a sandbox to configure.

The grammar is the common ground of the dotenv libraries: `KEY=value` a line, an optional
`export`, `#` comments, single quotes (as is) and double quotes (backslash escapes), both of
which may run over several lines. `$NAME` is not replaced: the text is taken for what it says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Row(NamedTuple):
    """One name with its value, as a person enters it; either may be empty or wrong."""

    key: str
    value: str

    def __repr__(self) -> str:
        """Without the value, which may be secret."""
        return f"Row({self.key!r}, …)"


_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<key>[^=\n]*?)[ \t]*=[ \t]*")
_SINGLE_QUOTED = re.compile(r"'(?P<text>[^']*)'[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_DOUBLE_QUOTED = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"[ \t]*(?:#[^\n]*)?(?:\n|\Z)', re.DOTALL)
_REST_OF_LINE = re.compile(r"(?P<text>[^\n]*)(?:\n|\Z)")
_COMMENT_BEHIND = re.compile(r"(?:^|[ \t]+)#.*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$", "'": "'", "`": "`"}


def parse_dotenv(text: str) -> tuple[Row, ...]:
    """The assignments in the text, in their order.

    Nothing is dropped but comments and blank lines: a line that is no assignment becomes a
    row with the line as its key, so that the form can show what is wrong with it.
    """
    return tuple(row for row, _ in _rows(text))


def lines_without_assignment(text: str) -> int:
    """How many lines of the text are none, and no comments either."""
    return sum(1 for _, assigned in _rows(text) if not assigned)


def _rows(text: str) -> Iterator[tuple[Row, bool]]:
    """The rows, and whether each is an assignment."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    position = 0
    while position < len(text):
        line = _REST_OF_LINE.match(text, position)
        if line is None or line.end() == position:
            break
        stripped = line["text"].strip()
        assignment = _ASSIGNMENT.match(text, position, line.end())
        if not stripped or stripped.startswith("#"):
            position = line.end()
        elif assignment is None:
            yield Row(re.sub(r"^export[ \t]+", "", stripped), ""), False
            position = line.end()
        else:
            value, position = _value(text, assignment.end())
            yield Row(assignment["key"].strip(), value), True


def looks_like_dotenv(text: str) -> bool:
    """Say if pasted text is meant as assignments rather than as one value that holds line breaks."""
    rows = parse_dotenv(text)
    return bool(rows) and all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", row.key) for row in rows) and "=" in text


def _value(text: str, start: int) -> tuple[str, int]:
    """The value that starts here, and where the next line starts."""
    if quoted := _SINGLE_QUOTED.match(text, start):
        return quoted["text"], quoted.end()
    if quoted := _DOUBLE_QUOTED.match(text, start):
        return _ESCAPE.sub(_unescape, quoted["text"]), quoted.end()
    plain = _REST_OF_LINE.match(text, start)
    if plain is None:
        return "", len(text)
    return _COMMENT_BEHIND.sub("", plain["text"]).strip(), plain.end()


def _unescape(escape: re.Match[str]) -> str:
    return _ESCAPES.get(escape[1], escape[0])
