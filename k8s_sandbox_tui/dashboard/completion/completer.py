"""Completes the path before the cursor of a field: asks once, fills in what is sure, offers the rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.completion.candidates import MOST_SHOWN, candidates, end_of, rest_of
from k8s_sandbox_tui.dashboard.completion.words import with_breaks, with_signs
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.files.errors import FileMissingError, FileNotDirectoryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widgets import Input
    from textual.worker import Worker

    from k8s_sandbox_tui.dashboard.completion.candidates import Candidates
    from k8s_sandbox_tui.dashboard.completion.name_list_view import NameListView
    from k8s_sandbox_tui.dashboard.completion.names import NameCache, Whereabouts
    from k8s_sandbox_tui.dashboard.completion.words import PathWord, Syntax
    from k8s_sandbox_tui.provider.files.name_list import NameList

DEADLINE = 5.0
"""Seconds that the sandbox has to answer."""

SLOW = 0.3
"""Seconds after which it is said that it is being asked."""


class _Typed(NamedTuple):
    """What stands in the field, and where the cursor is."""

    value: str
    cursor: int


class Completer:
    """For one field and the list below it."""

    def __init__(
        self,
        field: Input,
        view: NameListView,
        *,
        syntax: Syntax,
        where: Callable[[], Whereabouts | None],
        cache: NameCache,
    ) -> None:
        """Nothing is asked yet.

        Args:
            field: Where paths are typed. Its workers do the asking, and end with it.
            view: Shows the names.
            syntax: How paths stand in the field.
            where: Where they count from; None while nothing may be asked.
            cache: What was answered a moment ago.
        """
        self._field = field
        self._view = view
        self._syntax = syntax
        self._where = where
        self._cache = cache
        self._worker: Worker[None] | None = None
        self._asked: _Typed | None = None
        self._seen: str | None = None
        """What stood here when something was asked, offered or filled in: changes to that are older, or our own."""
        self._settled: _Typed | None = None
        """What there is nothing more to be typed for: the key does then what it does elsewhere."""
        self._offered: Candidates | None = None

    @property
    def possible(self) -> bool:
        """Whether there is something to complete, and somebody to ask."""
        return bool(self._text.strip()) and self._typed != self._settled and self._where() is not None

    @property
    def choosing(self) -> bool:
        """Whether there are names to choose from."""
        return self._offered is not None and self._view.has_names

    @property
    def chosen(self) -> bool:
        """Whether one of them is chosen."""
        return self.choosing and self._view.chosen is not None

    def complete(self) -> None:
        """Complete what is before the cursor, or offer what it may be."""
        where, typed = self._where(), self._typed
        if where is None or (self._worker is not None and self._asked == typed):
            return
        self.close()
        self._seen = typed.value
        word = self._word()
        if word is None:
            self._say("only the shell knows what this word is")
        elif (known := self._cache.known(where, word.folder, word.begin)) is not None:
            self._show(word, known)
        else:
            self._asked = typed
            self._worker = self._field.run_worker(self._ask(where, word, typed), group="completion", exclusive=True)

    def choose(self, step: int) -> None:
        """Go to the next or the previous name."""
        self._view.choose(step)
        self._field.refresh_bindings()

    def take(self, name: str | None = None) -> None:
        """Type the chosen name, or this one."""
        name = self._view.chosen if name is None else name
        if self._offered is not None and name is not None:
            word = self._offered.word
            self.close()
            self._type(rest_of(word, name, self._syntax), end_of(word, name, self._syntax))

    def changed(self) -> None:
        """Something was typed: what was asked for is not wanted any more, what is offered gets less."""
        if self._field.value == self._seen:
            return
        self._seen = None
        self._stop()
        offered, where, word = self._offered, self._where(), self._word()
        if self.choosing and offered is not None and where is not None and word is not None:
            known = self._cache.known(where, word.folder, word.begin)
            same = word.folder == offered.word.folder and word.begin != offered.word.begin
            if known is not None and same and (found := candidates(word, known, self._syntax)).names:
                self._offer(found)
                return
        self.close()

    def close(self) -> None:
        """Ask nothing and offer nothing."""
        self._stop()
        if self._view.shown:
            self._view.close()
            self._field.refresh_bindings()
        self._offered = None

    @property
    def _typed(self) -> _Typed:
        return _Typed(self._field.value, self._field.cursor_position)

    @property
    def _text(self) -> str:
        """What is before the cursor."""
        text = self._field.value[: self._field.cursor_position]
        return with_breaks(text) if self._syntax.lines else text

    def _word(self) -> PathWord | None:
        return self._syntax.read(self._text)

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    async def _ask(self, where: Whereabouts, word: PathWord, typed: _Typed) -> None:
        slow = self._field.set_timer(SLOW, lambda: self._view.say("asking the sandbox"))
        listed: NameList | None = None
        said = ""
        try:
            async with asyncio.timeout(DEADLINE):
                listed = await self._cache.names(where, word.folder, word.begin)
        except TimeoutError:
            said = f"the sandbox did not answer within {DEADLINE:.0f} s"
        except (FileMissingError, FileNotDirectoryError):
            said = f"there is no directory {harmless(word.folder)}"
        except SandboxError as error:
            said = harmless(str(error))
        finally:
            slow.stop()
        self._worker = None
        if self._typed != typed:
            self.close()
        elif listed is None:
            self._say(said)
        else:
            self._show(word, listed)

    def _show(self, word: PathWord, listed: NameList) -> None:
        """Fill in what is sure, offer what is not."""
        found = candidates(word, listed, self._syntax)
        if len(found.names) == 1 and not found.more:
            self._view.close()
            (name,) = found.names
            rest, end = rest_of(word, name, self._syntax), end_of(word, name, self._syntax)
            if rest or end:
                self._type(rest, end)
            else:
                self._settled = self._typed
                self._field.refresh_bindings()
                self._field.screen.focus_next()
            return
        if common := found.common:
            begin = word.begin + common
            self._type(rest_of(word, begin, self._syntax), "")
            found = found._replace(word=self._word() or word)
        self._offer(found)

    def _say(self, text: str) -> None:
        """Say why there is nothing; the key leaves then."""
        self._view.say(text)
        self._settled = self._typed
        self._field.refresh_bindings()

    def _offer(self, found: Candidates) -> None:
        if not found.names:
            self._offered = None
            self._say(found.note)
            return
        self._offered, self._seen = found, self._field.value
        self._view.offer(found.names[:MOST_SHOWN], found.note)
        self._field.refresh_bindings()

    def _type(self, rest: str, end: str) -> None:
        """Type at the cursor, and over a slash or a blank that stands there already."""
        field, text = self._field, rest + end
        if self._syntax.lines:
            text = with_signs(text)
        start = stop = field.cursor_position
        if text and text[-1] in "/ " and field.value[start : start + 1] == text[-1]:
            stop += 1
        field.replace(text, start, stop)
        self._seen = field.value
