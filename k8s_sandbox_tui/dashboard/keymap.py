"""The user's own keys: checked, so that no key does two things and nothing is destroyed by a slip of the fingers."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from textual.keys import key_to_character

from k8s_sandbox_tui.dashboard.key_names import FUNCTION_KEYS, UNBOUND, key_name, read_key
from k8s_sandbox_tui.dashboard.main_keys import EVERYWHERE, main_keys, with_own

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from k8s_sandbox_tui.dashboard.main_keys import BoundKeys, KeySection


def checked_keymap(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What of a keymap can be used.

    Args:
        wanted: Keys by id, as the user wrote them: separated by commas, empty for none.

    Returns:
        Textual's names of the keys by id, and a sentence for each part that cannot be used; that keeps its usual keys.
    """
    sections = _sections(wanted)
    entries = {entry.id: entry for section in sections for entry in section.entries if entry.id}
    typed = {entry.id for section in sections if section.typed for entry in section.entries}
    usable: dict[str, str] = {}
    problems: list[str] = []
    for name, text in wanted.items():
        reason = _unknown(name, entries) or _unusable(entries[name], text, typed=name in typed)
        if reason:
            problems.append(f'keymap."{name}" = "{text}": {reason}')
        else:
            usable[name] = ",".join(map(str, _read(text))) or UNBOUND
    while clash := _clash(usable, sections):
        name, reason = clash
        del usable[name]
        problems.append(f'keymap."{name}" = "{wanted[name]}": {reason}')
    return usable, problems


def _sections(wanted: Iterable[str]) -> list[KeySection]:
    """All keys that have names; those of the dialogues only where one of them is wanted, as they load all dialogues."""
    sections = main_keys()
    known = {entry.id for section in sections for entry in section.entries}
    if known.issuperset(wanted):
        return sections
    from k8s_sandbox_tui.dashboard.dialogue_keys import dialogue_keys

    return [*sections, *dialogue_keys()]


def _read(text: str) -> list[str | None]:
    """The keys of a text; None for each that is none."""
    return list(dict.fromkeys([read_key(part) for part in text.split(",")])) if text.strip() else []


def _unknown(name: str, entries: Mapping[str, BoundKeys]) -> str:
    if name in entries:
        return ""
    near = get_close_matches(name, entries, n=1)
    known = f"Did you mean {near[0]}?" if near else "k8s-sandbox-tui settings default lists all."
    return f"there is no such command. {known}"


def _unusable(entry: BoundKeys, text: str, *, typed: bool) -> str:
    """Why the keys cannot be those of this command, whatever the others are on; empty when they can."""
    for part, key in zip(text.split(","), [read_key(part) for part in text.split(",")], strict=True):
        if not text.strip():
            continue
        if key is None:
            wrong = part.strip() or "an empty text"
            return f"{wrong} is not a key. Keys are written like r, R, F5, ^R, Enter or PgUp."
        if key in entry.keys.split(","):
            continue
        if key in EVERYWHERE:
            return f"{key_name(key)} {EVERYWHERE[key]}, everywhere."
        if typed and (len(key) == 1 or key_to_character(key)):
            return f"{key_name(key)} is text there. Take a key with Ctrl, a function key, or one without a character."
        if entry.destructive and key.rpartition("+")[2] not in FUNCTION_KEYS:
            return (
                f"{key_name(key)} could be sent by typing into a text field, or by fingers that are used to vim."
                " What destroys may be on function keys alone."
            )
    return ""


def _clash(keymap: dict[str, str], every: Iterable[KeySection]) -> tuple[str, str] | None:
    """The last of the user's own keys that does two things at one place, and why."""
    usual = {entry.id: entry.keys.split(",") for section in every for entry in section.entries}
    sections = with_own(every, keymap)
    places: dict[str, dict[str, None]] = {}
    for section in sections:
        for entry in section.entries:
            places.setdefault(entry.id, {})[section.place] = None
    users = {
        place: _users(entry for section in sections if section.place == place for entry in section.entries)
        for place in {section.place for section in sections}
    }
    for name in reversed(keymap):
        for key in keymap[name].split(","):
            others = [entry for place in places[name] for entry in users[place].get(key, ()) if entry.id != name]
            if others and key not in usual[name]:
                other = others[0]
                moved = f" Give {other.id} another key too." if other.id and other.id not in keymap else ""
                return name, f'{key_name(key)} is taken: "{other.sentence}"{moved}'
    return None


def _users(entries: Iterable[BoundKeys]) -> dict[str, list[BoundKeys]]:
    """Who is on each key."""
    users: dict[str, list[BoundKeys]] = {}
    for entry in entries:
        for key in entry.keys.split(","):
            if key and key != UNBOUND:
                users.setdefault(key, []).append(entry)
    return users
