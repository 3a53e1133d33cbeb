"""What completing a path comes to: something to fill in, names to choose from, or a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.dashboard.completion.words import PathWord, Syntax
    from k8s_sandbox_tui.provider.files.name_list import NameList

MOST_SHOWN = 200
"""Names that are shown to be chosen from."""


class Candidates(NamedTuple):
    """The names that fit a word."""

    word: PathWord
    names: tuple[str, ...] = ()
    """Directories end with a slash."""
    more: bool = False
    """There are others, which were not listed."""
    untypable: int = 0
    """How many fit, but have characters that cannot be typed."""

    @property
    def common(self) -> str:
        """What all names go on with; nothing where not all are known."""
        return "" if self.more else _common(self.names)[len(self.word.begin) :]

    @property
    def note(self) -> str:
        """How many there are, in words; why there are none."""
        others = ""
        if self.untypable:
            others = f"{self.untypable} that cannot be typed"
        if not self.names:
            where = harmless(f"{self.word.folder}{self.word.begin}").replace("\n", " ")
            nothing = f"nothing begins with {where}" if where else "nothing is there"
            return f"{nothing}; {others}" if others else nothing
        count = f"more than {len(self.names):,}" if self.more else f"{len(self.names):,}"
        shown = f", the first {MOST_SHOWN} are shown" if len(self.names) > MOST_SHOWN else ""
        count += " name" if count == "1" else " names"
        return f"{count}{shown}; {others}" if others else f"{count}{shown}"


def candidates(word: PathWord, listed: NameList, syntax: Syntax) -> Candidates:
    """The names of a list that fit a word, and can be typed."""
    fitting = [name for name in listed.names if name.startswith(word.begin)]
    typable = tuple([name for name in fitting if syntax.can_hold(name)])
    return Candidates(word, typable, listed.more, len(fitting) - len(typable))


def _common(names: Sequence[str]) -> str:
    """What all names begin with."""
    first, last = min(names, default=""), max(names, default="")
    differing = (place for place, character in enumerate(first) if last[place : place + 1] != character)
    return first[: next(differing, len(first))]


def rest_of(word: PathWord, name: str, syntax: Syntax) -> str:
    """What is typed behind the cursor to make a word this name, or the beginning of one."""
    rest = name[len(word.begin) :]
    if syntax.closes and name.startswith("-") and not (word.folder or word.begin):
        # A file that is called like an option must not become one.
        rest = f"./{rest}"
    return syntax.write(rest, word.quote)


def end_of(word: PathWord, name: str, syntax: Syntax) -> str:
    """What is typed behind a whole name: nothing behind a directory, which one goes on into."""
    return "" if name.endswith("/") or not syntax.closes else f"{word.quote} "
