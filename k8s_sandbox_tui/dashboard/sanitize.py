"""The one seam that text from a cluster passes before it may reach a widget.

Textual hands the characters of a cell on to the user's terminal as they are, so a
Pod's name, an event or a program's output could set the clipboard, move the cursor or
turn the text direction around. `sanitize_line` is for names and sentences;
`OutputSanitizer` is for streams and keeps colours, as values.

What is invisible is Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt)
and the interlinear annotations; it goes, as terminals disagree about its width. The
grammar of the sequences is ECMA-48's, with xterm's rules for where a broken one ends.
"""

from __future__ import annotations

import codecs
import re

from k8s_sandbox_tui.dashboard.console.line import MAX_LINE, LineEditor, OutputLine, StyleRun, joined
from k8s_sandbox_tui.dashboard.console.sgr import PLAIN, apply_sgr

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SURROGATES = "\ud800-\udfff"
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MAX_MARKS = 4
_LINE_BREAKS = "\n\x0b\x0c\x85\u2028\u2029"
_STRING_BODY = "[^\x07\n\x18\x1a\x1b\x9c]*+"
_STRING_END = "[\x07\x9c]|(?=[\n\x18\x1a\x1b])"

# A control string (OSC, DCS, SOS, PM, APC) that is never closed ends with its line, so that it cannot hide the rest.
_SEQUENCE = (
    f"(?:\x1b[\\]PX^_]|[\x90\x98\x9d\x9e\x9f]){_STRING_BODY}(?P<string_end>{_STRING_END})?"
    "|(?:\x1b\\[|\x9b)[ -?]*+(?P<final>[@-~])?"
    "|\x1b[ -/]*+(?P<escape_final>[0-OQ-WYZ\\\\`-~])?"
)

_ANY_SEQUENCE = re.compile(_SEQUENCE)
_BREAK_OR_TAB = re.compile(f"\r\n|[\r\t{_LINE_BREAKS}]")
_NEVER_SHOWN = re.compile(f"[\x00-\x1f\x7f-\x9f{_INVISIBLE}]")
_SURROGATE = re.compile(f"[{_SURROGATES}]")
_MANY_MARKS = re.compile(f"([{_MARKS}]{{{_MAX_MARKS}}})[{_MARKS}]+")
_ANY_MARK = re.compile(f"[{_MARKS}]")

_PLAIN_BYTES = bytes(range(0x20, 0x7F)) + b"\n\t"
_NOT_PLAIN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_INVISIBLE}{_SURROGATES}{_MARKS}]")
_COLOURS = re.compile("\x1b\\[([0-9;:]{0,124})m")
_TOKEN = re.compile(
    f"(?P<text>[^\x00-\x1f\x7f-\x9f\u2028\u2029{_INVISIBLE}{_SURROGATES}]+)"
    f"|(?P<newline>[{_LINE_BREAKS}])|\x1b\\[(?P<sgr>[0-9;:]{{0,124}})m|(?P<cursor>[\r\b\t])"
    f"|(?P<sequence>{_SEQUENCE})|(?P<surrogate>[{_SURROGATES}])|[\x00-\U0010ffff]"
)
_PARTIAL = re.compile("(?:\x1b(?:\\[[ -?]*+|[ -/]*+)|\x9b[ -?]*+)\\Z")
_MAX_SEQUENCE = 128
_REST_OF_STRING = re.compile(f"{_STRING_BODY}(?P<end>{_STRING_END})?")
_REST_OF_CSI = re.compile("[ -?]*+(?P<end>[@-~]|(?=[^ -~]))?")
_REST_OF_ESCAPE = re.compile("[ -/]*+(?P<end>[0-~]|(?=[^ -~]))?")


def sanitize_line(text: str) -> str:
    """The text as one harmless line, for cells, labels, titles and notifications.

    Escape sequences, control characters (C0, C1, DEL), marks of text direction and
    invisible characters are gone; line breaks and tabs are one space each. Piles of
    combining marks are cut at four. A lone surrogate becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _BREAK_OR_TAB.sub(" ", _ANY_SEQUENCE.sub("", text))
    text = _SURROGATE.sub("\ufffd", _NEVER_SHOWN.sub("", text))
    return _MANY_MARKS.sub(r"\1", text)


class OutputSanitizer:
    """Turns one stream of a command's output into lines that are safe to show.

    However the stream is cut into chunks, the lines are the same. Colours and
    attributes (SGR) become `StyleRun` values. Carriage returns, backspaces, tabs, and
    the movements and erasures within a line that progress bars use, work on the line
    as they would on a terminal; every other sequence is removed.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        """An empty stream.

        Args:
            stderr: What `OutputLine.stderr` says of its lines.
        """
        self._stderr = stderr
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = LineEditor()
        self._style = PLAIN
        self._carry = ""
        self._skip: re.Pattern[str] | None = None

    def feed(self, data: bytes) -> list[OutputLine]:
        """The lines that a chunk completes. Bytes that are not UTF-8 become U+FFFD."""
        complete = not self._decoder.getstate()[0]
        text = self._decoder.decode(data)
        plain = complete and not data.translate(None, _PLAIN_BYTES)
        return self._lines(text, plain=plain)

    def feed_text(self, text: str) -> list[OutputLine]:
        """The lines that a chunk of text completes."""
        return self._lines(text, plain=False)

    def open_line(self) -> OutputLine | None:
        """The line that no newline has ended yet, as it stands; None when it is empty."""
        return self._line.line(stderr=self._stderr) if self._line.length else None

    def finish(self) -> list[OutputLine]:
        """The stream is over: what an unfinished line still holds."""
        lines = self._lines(self._decoder.decode(b"", final=True), plain=False)
        if self._line.length:
            lines.append(self._line.line(stderr=self._stderr))
        self._line.reset()
        self._carry = ""
        self._skip = None
        return lines

    def _lines(self, text: str, *, plain: bool) -> list[OutputLine]:
        if self._skip is not None:
            text = self._skipped(text, self._skip)
        if self._carry:
            text = self._carry + text
            self._carry = ""
            plain = False
        if not plain and "\r\n" in text:
            text = text.replace("\r\n", "\n")
        lines: list[OutputLine] = []
        if not plain and _NOT_PLAIN.search(text) is not None:
            whole = text.rfind("\n") + 1
            if not self._take_coloured(text[:whole], lines):
                whole = 0
            self._take_tokens(text[whole:], lines)
            return lines
        start = self._line.plain() if self._style == PLAIN else None
        if start is None:
            # Only the rest of this line needs the slow way, when the style is the default one.
            end = text.find("\n") + 1 if self._style == PLAIN else 0
            self._take_tokens(text[:end] if end else text, lines)
            if not end:
                return lines
            text = text[end:]
            start = ""
        self._take_plain(start + text, lines)
        return lines

    def _take_coloured(self, text: str, lines: list[OutputLine]) -> bool:
        """Take whole lines whose only escape sequences are colours; false, and nothing done, for all others."""
        pieces = _COLOURS.split(text)
        if len(pieces) == 1 or "\t" in text or not self._line.at_end:
            return False
        letters = self._line.left() + "".join(pieces[::2])
        if _NOT_PLAIN.search(letters) or any(len(line) > MAX_LINE for line in letters.split("\n")):
            return False
        stderr = self._stderr
        style = self._style
        parts, runs, column = self._line.take()
        for place, piece in enumerate(pieces):
            if place % 2:
                style = apply_sgr(style, piece)
                continue
            for follows, part in enumerate(piece.split("\n")):
                if follows:
                    lines.append(OutputLine("".join(parts), joined(runs), stderr))
                    parts, runs, column = [], [], 0
                if part:
                    parts.append(part)
                    end = column + len(part)
                    if style != PLAIN:
                        runs.append(StyleRun(column, end, style))
                    column = end
        self._style = style
        return True

    def _take_plain(self, text: str, lines: list[OutputLine]) -> None:
        """Take text in the default style without any control character but newline and tab."""
        if "\t" in text:
            if not text.isascii():
                self._line.reset()
                self._take_tokens(text, lines)
                return
            text = text.expandtabs()
        complete = text.split("\n")
        rest = complete.pop()
        stderr = self._stderr
        if len(text) <= MAX_LINE:
            lines.extend([OutputLine(line, (), stderr) for line in complete])
        else:
            for line in complete:
                if len(line) > MAX_LINE:
                    lines.append(OutputLine(self._broken(line, lines), (), stderr))
                else:
                    lines.append(OutputLine(line, (), stderr))
            rest = self._broken(rest, lines)
        self._line.load(rest)

    def _broken(self, line: str, lines: list[OutputLine]) -> str:
        """Add the full pieces of a long line to `lines`; the last piece is given back."""
        start = 0
        while len(line) - start > MAX_LINE:
            lines.append(OutputLine(line[start : start + MAX_LINE], (), self._stderr, continues=True))
            start += MAX_LINE
        return line[start:]

    def _take_tokens(self, text: str, lines: list[OutputLine]) -> None:
        line = self._line
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "text":
                self._put(match[0], lines)
            elif kind == "newline":
                lines.append(line.line(stderr=self._stderr))
                line.reset()
            elif kind == "sgr":
                self._style = apply_sgr(self._style, match["sgr"])
            elif kind == "cursor":
                self._move(match[0], lines)
            elif kind == "surrogate":
                self._put("\ufffd", lines)
            elif match["sequence"] is not None:
                self._take_sequence(match, at_end=match.end() == len(text))

    def _take_sequence(self, match: re.Match[str], *, at_end: bool) -> None:
        sequence = match[0]
        if match["final"] is not None:
            if len(sequence) <= _MAX_SEQUENCE:
                self._control(sequence)
        elif at_end and match["string_end"] is None and match["escape_final"] is None:
            if _PARTIAL.match(sequence) is None:
                self._skip = _REST_OF_STRING
            elif len(sequence) <= _MAX_SEQUENCE:
                self._carry = sequence
            else:
                self._skip = _REST_OF_CSI if sequence[0] == "\x9b" or sequence[1] == "[" else _REST_OF_ESCAPE

    def _skipped(self, text: str, rest: re.Pattern[str]) -> str:
        """What follows the sequence that an earlier chunk began and whose content is dropped."""
        match = rest.match(text)
        if match is None:
            return text
        if match["end"] is not None:
            self._skip = None
        return text[match.end() :]

    def _control(self, sequence: str) -> None:
        """Obey a control sequence that acts on the line or the style; ignore all others."""
        final = sequence[-1]
        parameters = sequence[1 if sequence[0] == "\x9b" else 2 : -1]
        if final == "m":
            if re.fullmatch(r"[0-9;:]*", parameters):
                self._style = apply_sgr(self._style, parameters)
            return
        if final not in "CDGK" or not (parameters == "" or (parameters.isdigit() and len(parameters) <= 5)):
            return
        line = self._line
        number = int(parameters or 0)
        if final == "C":
            line.move_to(line.column + max(1, number))
        elif final == "D":
            line.move_to(line.column - max(1, number))
        elif final == "G":
            line.move_to(max(1, number) - 1)
        elif number == 0:
            line.erase(line.column, line.length)
        elif number == 1:
            line.erase(0, line.column + 1)
        elif number == 2:
            line.erase(0, line.length)

    def _move(self, control: str, lines: list[OutputLine]) -> None:
        line = self._line
        if control == "\r":
            line.column = 0
        elif control == "\b":
            line.column = max(0, line.column - 1)
        else:
            self._put(line.tab(), lines)

    def _put(self, text: str, lines: list[OutputLine]) -> None:
        """Write at the cursor; the line is broken where it is full, marks beyond four are dropped."""
        line = self._line
        has_marks = not text.isascii() and _ANY_MARK.search(text) is not None
        start = 0
        while start < len(text):
            if line.column >= MAX_LINE:
                lines.append(line.line(stderr=self._stderr, continues=True))
                line.reset()
            piece = text[start : start + MAX_LINE - line.column]
            start += len(piece)
            if has_marks:
                before = line.left(_MAX_MARKS)
                piece = _MANY_MARKS.sub(r"\1", before + piece)[len(before) :]
            if piece:
                line.put(piece, self._style)
