"""What the program itself writes down for the next time: the order of the table, the theme, ports, namespaces.

One JSON file in the user's state folder. It holds conveniences only: without it, or where
it makes no sense, everything starts as it does the first time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from k8s_sandbox_tui.dashboard.private_file import locked, replace_file
from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

T = TypeVar("T")

MAX_BYTES = 1024 * 1024
MOST_SCOPES = 100
"""Contexts, for example, that something is remembered of; those that changed longest ago go first."""

WRITE_AFTER = 0.5
"""Seconds that changes are gathered before they are written, and until a write is tried again."""

PATIENCE = 0.1
"""Seconds that a write waits for another dashboard: the user may be waiting for the end."""

_Document = dict[str, dict[str, msgspec.Raw]]
"""Values by name and by what they are of."""

_DOCUMENT = msgspec.json.Decoder(_Document)


class Memory(Record, Generic[T], frozen=True):
    """Something that is remembered under a name."""

    name: str
    type: type[T]
    """What msgspec can write as JSON and read back."""
    default: T
    """What holds where nothing is remembered, or nothing of this type."""


class Remembered:
    """Values by name, at hand at once and written later. Several dashboards may share the file.

    A write takes what is in the file at that moment and changes only what was changed here.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Nothing is read before something is asked for.

        Args:
            path: The file, which need not exist; None to forget everything at the end.
        """
        self._path = path
        self.trouble: Callable[[str], None] | None = None
        """Told in a sentence, once, when nothing can be written."""
        self._known: _Document | None = None
        self._pending: list[Callable[[_Document], None]] = []
        self._soon: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def get(self, memory: Memory[T], of: str = "") -> T:
        """What is remembered, else the default.

        Args:
            memory: Which value.
            of: What it is of: a context, for example; empty for what there is one of.
        """
        return _value(self._document, memory, of)

    def put(self, memory: Memory[T], value: T, of: str = "") -> None:
        """Remember a value."""
        self.change(memory, lambda _: value, of)

    def change(self, memory: Memory[T], change: Callable[[T], T], of: str = "") -> None:
        """Remember what becomes of a value: a list that several dashboards add to loses nothing so.

        Args:
            memory: Which value.
            change: The new value from the old one; called again, maybe in a thread, for what is in the file.
            of: What it is of.
        """

        def apply(document: _Document) -> None:
            values = document.setdefault(memory.name, {})
            value = change(_value(document, memory, of))
            values.pop(of, None)
            values[of] = msgspec.Raw(msgspec.json.encode(value))
            while len(values) > MOST_SCOPES:
                del values[next(iter(values))]

        apply(self._document)
        if self._path is not None:
            self._pending.append(apply)
            self._write_soon()

    def write(self) -> None:
        """Write what is not written yet, at once: for the end. Blocks for a moment; failing is no error."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        pending, self._pending = self._pending, []
        if pending and self._path is not None:
            with suppress(OSError):
                _merge(self._path, pending)

    @property
    def _document(self) -> _Document:
        if self._known is None:
            self._known = {} if self._path is None else _read(self._path)
        return self._known

    def _write_soon(self) -> None:
        if self._soon is None and self._writing is None:
            with suppress(RuntimeError):  # no loop runs: it is written at the end
                self._soon = asyncio.get_running_loop().call_later(WRITE_AFTER, self._begin_to_write)

    def _begin_to_write(self) -> None:
        self._soon = None
        self._writing = asyncio.create_task(self._write_pending())

    async def _write_pending(self) -> None:
        pending, self._pending = self._pending, []
        try:
            if self._path is not None:
                await asyncio.to_thread(_merge, self._path, pending)
        except TimeoutError:
            self._pending = pending + self._pending
        except OSError as error:
            if self.trouble is not None:
                self.trouble(f"The order, the theme and the like will be forgotten: {error.strerror} ({self._path}).")
                self.trouble = None
        finally:
            self._writing = None
        if self._pending:
            self._write_soon()


def remembered_path() -> Path:
    """`remembered.json` in the user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("k8s-sandbox-tui") / "remembered.json"


def _value(document: _Document, memory: Memory[T], of: str) -> T:
    raw = document.get(memory.name, {}).get(of)
    if raw is None:
        return memory.default
    try:
        return msgspec.json.decode(raw, type=memory.type)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return memory.default


def _read(path: Path) -> _Document:
    """What is in the file; nothing where it is not there, cannot be read or makes no sense."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        return _DOCUMENT.decode(data) if len(data) <= MAX_BYTES else {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _merge(path: Path, changes: Sequence[Callable[[_Document], None]]) -> None:
    """Make the changes to what is in the file now.

    Raises:
        TimeoutError: Another dashboard writes all the time.
        OSError: It cannot be written.
    """
    with locked(path, patience=PATIENCE):
        document = _read(path)
        for change in changes:
            change(document)
        replace_file(path, msgspec.json.format(msgspec.json.encode(document), indent=1))
