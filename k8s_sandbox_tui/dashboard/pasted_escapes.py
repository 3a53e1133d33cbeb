"""Takes the escape characters out of what is pasted.

Terminals put marks around a pasted text (xterm's "bracketed paste"); not all of them take escape characters out of it,
tmux for one. Textual's parser then ends the paste there, and what follows would act as keys.
"""

from __future__ import annotations

BEGINS, ENDS = "\x1b[200~", "\x1b[201~"


class PastedEscapes:
    """Passes on what is typed, piece by piece, however it is cut."""

    def __init__(self) -> None:
        self._pasting = False
        self._before: str = ""
        """The last characters that were passed on, which may be the first ones of a mark."""
        self._held: str = ""
        """The first characters of what may become the mark at the end."""

    def feed(self, text: str) -> str:
        """What is to be taken for typed or pasted."""
        passed: list[str] = []
        while text:
            text = self._pasted(text, passed) if self._pasting else self._typed(text, passed)
        return "".join(passed)

    def _typed(self, text: str, passed: list[str]) -> str:
        """Pass on up to a beginning, at once: a lone escape is a key; what is left."""
        seen = self._before + text
        at = seen.find(BEGINS)
        if at < 0:
            passed.append(text)
            self._before = seen[1 - len(BEGINS) :]
            return ""
        end = at + len(BEGINS) - len(self._before)
        passed.append(text[:end])
        self._before = ""
        self._pasting = True
        return text[end:]

    def _pasted(self, text: str, passed: list[str]) -> str:
        """Pass on up to the end, without escapes; what is left."""
        text = self._held + text
        content, mark, rest = text.partition(ENDS)
        if mark:
            self._held = ""
            self._pasting = False
            passed.append(_harmless(content) + mark)
            return rest
        length = next((size for size in range(len(ENDS) - 1, 0, -1) if content.endswith(ENDS[:size])), 0)
        self._held = content[len(content) - length :]
        passed.append(_harmless(content[: len(content) - length]))
        return ""


def _harmless(pasted: str) -> str:
    return pasted.replace("\x1b", "")
