"""The one seam that text from a cluster passes before it may reach a widget.

Textual hands the characters of a cell on to the user's terminal as they are, so a
Pod's name, an event or a program's output could set the clipboard, move the cursor or
turn the text direction around. `sanitize_line` is for names and sentences;
`OutputSanitizer` is for streams and keeps colours, as values.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console.line import MAX_LINE, LineEditor, OutputLine, StyleRun, joined
from k8s_sandbox_tui.dashboard.console.sequences import (
    ANY_MARK,
    ANY_SEQUENCE,
    BREAK_OR_TAB,
    COLOURS,
    EFFECT,
    INERT_SEQUENCE,
    INTRODUCER,
    LINE_BREAKS,
    MANY_MARKS,
    MAX_MARKS,
    NEVER_SHOWN,
    NOT_PLAIN,
    PARTIAL,
    PILED_MARKS,
    REST_OF_CSI,
    REST_OF_ESCAPE,
    REST_OF_STRING,
    SURROGATE,
    TOKEN,
    WITHOUT_EFFECT,
    read_control,
)
from k8s_sandbox_tui.dashboard.console.sgr import PLAIN, apply_sgr

if TYPE_CHECKING:
    import re

_PLAIN_BYTES = bytes(range(0x20, 0x7F)) + b"\n\t"
_MAX_SEQUENCE = 128
_BREAKS = frozenset(LINE_BREAKS)
_CURSOR = frozenset("\b\t\r")


def sanitize_line(text: str) -> str:
    """The text as one harmless line, for cells, labels, titles and notifications.

    Escape sequences, control characters (C0, C1, DEL), marks of text direction and
    invisible characters are gone; line breaks and tabs are one space each. Piles of
    combining marks are cut at four. A lone surrogate becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    text = BREAK_OR_TAB.sub(" ", ANY_SEQUENCE.sub("", text))
    text = SURROGATE.sub("\ufffd", NEVER_SHOWN.sub("", text))
    return MANY_MARKS.sub(r"\1", text)


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
        if not plain and NOT_PLAIN.search(text) is not None:
            whole = text.rfind("\n") + 1
            if not self._take_coloured(text[:whole], lines):
                # Up to here no sequence can be cut short: none goes on behind a newline.
                begun = INTRODUCER.search(text, whole)
                whole = begun.start() if begun else len(text)
                self._take_pieces(text[:whole], lines)
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
        pieces = COLOURS.split(text)
        if len(pieces) == 1 or "\t" in text or not self._line.at_end:
            return False
        letters = self._line.left() + "".join(pieces[::2])
        if NOT_PLAIN.search(letters) or any(len(line) > MAX_LINE for line in letters.split("\n")):
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
                self._take_pieces(text, lines)
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

    def _take_pieces(self, text: str, lines: list[OutputLine]) -> None:
        """Take text in which no sequence is cut short, whatever else is in it."""
        text = WITHOUT_EFFECT.sub("", INERT_SEQUENCE.sub("", text))
        if SURROGATE.search(text) is not None:
            text = SURROGATE.sub("\ufffd", text)
        line, stderr = self._line, self._stderr
        any_marks = ANY_MARK.search(text) is not None
        pieces = iter(EFFECT.split(text))
        for piece in pieces:
            effect = next(pieces, None)
            marks = any_marks and PILED_MARKS.search(piece) is not None
            if effect == "\n" and line.empty and self._style == PLAIN and not marks and len(piece) <= MAX_LINE:
                lines.append(OutputLine(piece, (), stderr))
                continue
            if piece:
                self._put(piece, lines, marks=marks)
            if effect is None:
                return
            if effect in _BREAKS:
                lines.append(line.line(stderr=stderr))
                line.reset()
            elif effect in _CURSOR:
                self._move(effect, lines)
            elif len(effect) <= _MAX_SEQUENCE:
                self._control(effect)

    def _take_tokens(self, text: str, lines: list[OutputLine]) -> None:
        line = self._line
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "text":
                self._put(match[0], lines, marks=PILED_MARKS.search(match[0]) is not None)
            elif kind == "newline":
                lines.append(line.line(stderr=self._stderr))
                line.reset()
            elif kind == "sgr":
                self._style = apply_sgr(self._style, match["sgr"])
            elif kind == "cursor":
                self._move(match[0], lines)
            elif kind == "surrogate":
                self._put("\ufffd", lines, marks=False)
            elif match["sequence"] is not None:
                self._take_sequence(match, at_end=match.end() == len(text))

    def _take_sequence(self, match: re.Match[str], *, at_end: bool) -> None:
        sequence = match[0]
        if match["final"] is not None:
            if len(sequence) <= _MAX_SEQUENCE:
                self._control(sequence)
        elif at_end and match["string_end"] is None and match["escape_final"] is None:
            if PARTIAL.match(sequence) is None:
                self._skip = REST_OF_STRING
            elif len(sequence) <= _MAX_SEQUENCE:
                self._carry = sequence
            else:
                self._skip = REST_OF_CSI if sequence[0] == "\x9b" or sequence[1] == "[" else REST_OF_ESCAPE

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
        final, parameters, number = read_control(sequence)
        if final == "m":
            self._style = apply_sgr(self._style, parameters)
        elif final:
            self._line.obey(final, number)

    def _move(self, control: str, lines: list[OutputLine]) -> None:
        line = self._line
        if control == "\r":
            line.column = 0
        elif control == "\b":
            line.column = max(0, line.column - 1)
        else:
            self._put(line.tab(), lines, marks=False)

    def _put(self, text: str, lines: list[OutputLine], *, marks: bool) -> None:
        """Write at the cursor; the line is broken where it is full, marks beyond four are dropped."""
        line = self._line
        if not marks and line.column + len(text) <= MAX_LINE:
            line.put(text, self._style)
            return
        start = 0
        while start < len(text):
            if line.column >= MAX_LINE:
                lines.append(line.line(stderr=self._stderr, continues=True))
                line.reset()
            piece = text[start : start + MAX_LINE - line.column]
            start += len(piece)
            if marks:
                before = line.left(MAX_MARKS) if ANY_MARK.match(piece) else ""
                piece = MANY_MARKS.sub(r"\1", before + piece)[len(before) :]
            if piece:
                line.put(piece, self._style)
