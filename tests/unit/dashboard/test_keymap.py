"""The user's own keys: how they may be written, and what is refused with which reason."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding
from textual.dom import DOMNode
from textual.widgets import Input

from k8s_sandbox_tui import dashboard
from k8s_sandbox_tui.dashboard.dialogue_keys import dialogue_keys
from k8s_sandbox_tui.dashboard.key_names import FUNCTION_KEYS, UNBOUND, key_name, read_key
from k8s_sandbox_tui.dashboard.keymap import checked_keymap
from k8s_sandbox_tui.dashboard.main_keys import EVERYWHERE, main_keys

SECTIONS = [*main_keys(), *dialogue_keys()]
PLACES = {(entry.id, section.place) for section in SECTIONS for entry in section.entries}
SAME_TWICE = Counter((entry.id, section.place) for section in SECTIONS for entry in section.entries)
"""How many bindings one name has: what a key does may depend on how far something is."""
ENTRIES = {entry.id: entry for section in SECTIONS for entry in section.entries if entry.id}


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("r", "r"),
        ("R", "R"),
        ("shift+r", "R"),
        ("é", "é"),
        ("/", "slash"),
        ("slash", "slash"),
        ("?", "question_mark"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        ("-", "minus"),
        ("]", "right_square_bracket"),
        ("@", "at"),
        ("at", "at"),
        ("\\", "backslash"),
        ("_", "underscore"),
        ("comma", "comma"),
        ("F5", "f5"),
        ("f24", "f24"),
        ("ctrl+F5", "ctrl+f5"),
        ("^R", "ctrl+r"),
        ("^r", "ctrl+r"),
        ("Ctrl+R", "ctrl+r"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        (" Enter ", "enter"),
        ("Esc", "escape"),
        ("PgUp", "pageup"),
        ("pageup", "pageup"),
        ("Shift+Tab", "shift+tab"),
        ("^End", "ctrl+end"),
        ("shift+tab", "shift+tab"),
        ("ctrl+i", "tab"),
        ("ctrl+m", "enter"),
        ("ctrl+[", "escape"),
        ("space", "space"),
        ("alt+x", "alt+x"),
        ("", None),
        ("crtl+r", None),
        ("ctrl+ctrl+r", None),
        ("f25", None),
        ("f0", None),
        ("scroll-up", None),
        ("<any>", None),
        ("enterr", None),
        ("\x1b", None),
        ("ab", None),
    ],
)
def test_a_key_may_be_written_in_several_ways(written: str, key: str | None) -> None:
    assert read_key(written) == key


@given(st.text(max_size=12))
def test_any_text_is_a_key_or_none_and_reads_back_as_it_is_shown(text: str) -> None:
    key = read_key(text)
    if key is not None:
        assert read_key(key) == key
        assert read_key(key_name(key)) in {key, None} or key_name(key) == ","


def test_every_key_of_ours_can_be_written_as_it_is_shown() -> None:
    for entry in ENTRIES.values():
        for key in entry.keys.split(","):
            if key:
                assert read_key(key_name(key)) == key


@pytest.mark.parametrize(
    ("wanted", "keymap"),
    [
        ({}, {}),
        ({"view.refresh": "f4, F5"}, {"view.refresh": "f4,f5"}),
        ({"view.refresh": "F5,f5"}, {"view.refresh": "f5"}),
        ({"app.quit": ""}, {"app.quit": UNBOUND}),
        ({"app.quit": "", "view.reverse": ""}, {"app.quit": UNBOUND, "view.reverse": UNBOUND}),
        ({"sandbox.destroy": "shift+F9"}, {"sandbox.destroy": "shift+f9"}),
        ({"view.refresh": "s", "view.sort": "r"}, {"view.refresh": "s", "view.sort": "r"}),
        ({"view.sort": "s"}, {"view.sort": "s"}),
        ({"table.up": "up,K", "table.down": "down,J"}, {"table.up": "up,K", "table.down": "down,J"}),
        ({"filter.keep": "F3", "filter.complete": "^T"}, {"filter.keep": "f3", "filter.complete": "ctrl+t"}),
        # What another place has a key for may have it too.
        ({"destroy.cancel": "c", "help.down": "r"}, {"destroy.cancel": "c", "help.down": "r"}),
        ({"destroy.confirm": "y,F9"}, {"destroy.confirm": "y,f9"}),
        ({"destroy.confirm": ""}, {"destroy.confirm": UNBOUND}),
        ({"outcomes.stop": "x,^C", "document.up": "u"}, {"outcomes.stop": "x,ctrl+c", "document.up": "u"}),
        ({"creating.leave": "F2", "create.submit": "F2"}, {"creating.leave": "f2", "create.submit": "f2"}),
    ],
)
def test_these_can_be_used(wanted: dict[str, str], keymap: dict[str, str]) -> None:
    assert checked_keymap(wanted) == (keymap, [])


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"view.refersh": "r"}, 'keymap."view.refersh" = "r": there is no such command. Did you mean view.refresh?'),
        ({"zzz": "r"}, "there is no such command. k8s-sandbox-tui settings default lists all."),
        ({"view.refresh": "crtl+r"}, "crtl+r is not a key. Keys are written like r, R, F5, ^R, Enter or PgUp."),
        ({"view.refresh": "r,,x"}, "an empty text is not a key."),
        ({"view.refresh": "ctrl+q"}, "^Q leaves, everywhere."),
        ({"view.refresh": "^P"}, "^P opens the palette, everywhere."),
        ({"view.refresh": "s"}, 's is taken: "Sort by the next column." Give view.sort another key too.'),
        ({"view.refresh": "j"}, 'j is taken: "One down" Give table.down another key too.'),
        ({"view.refresh": "PgUp"}, "PgUp is taken: "),
        ({"view.refresh": "F5", "view.sort": "F5"}, 'F5 is taken: "Ask the cluster again, now."'),
        ({"sandbox.destroy": "d"}, "d could be sent by typing into a text field, or by fingers that are used to vim."),
        ({"sandbox.destroy": "D"}, "What destroys may be on function keys alone."),
        ({"sandbox.destroy": "ctrl+k"}, "^K could be sent"),
        ({"sandbox.destroy": "ctrl+shift+k"}, "could be sent"),
        ({"sandbox.destroy": "alt+f"}, "could be sent"),
        ({"sandbox.destroy": "F9,delete"}, "Del could be sent"),
        ({"sandbox.destroy": "backspace"}, "Bksp could be sent"),
        ({"sandbox.destroy": "enter"}, "Enter could be sent"),
        ({"filter.keep": "k"}, "k is text there. Take a key with Ctrl, a function key, or one without a character."),
        ({"filter.complete": "space"}, "Space is text there."),
        ({"console.cards": "?"}, "? is text there."),
        ({"filter.ask": "F8"}, "F8 is taken: "),
        ({"destroy.confirm": "enter"}, "Enter could be sent"),
        ({"destroy.confirm": "d"}, "What destroys may be on function keys alone."),
        ({"jobs.end": "x"}, "x could be sent"),
        ({"jobs.remove": "F8,delete"}, "Del could be sent"),
        ({"jobs.remove": "F7"}, 'F7 is taken: "End all its processes, after a question"'),
        ({"question.yes": "enter"}, "Enter could be sent"),
        ({"destroy.cancel": "y"}, 'y is taken: "Destroy"'),
        ({"create.submit": "x"}, "x is text there."),
        ({"presets.remove": "x"}, "x could be sent"),
        ({"inside.find": "u", "document.up": "u"}, "u is taken: "),
        # The document is in two dialogues.
        ({"document.up": "c"}, 'c is taken: "Copy this page as it is shown" Give inside.copy another key too.'),
        ({"document.up": "^Y"}, '^Y is taken: "Back to the form"'),
        ({"destroy.cancle": "c"}, "there is no such command. Did you mean destroy.cancel?"),
    ],
)
def test_these_are_refused_with_the_reason(wanted: dict[str, str], problem: str) -> None:
    keymap, problems = checked_keymap(wanted)
    assert len(problems) == 1
    assert problem in problems[0]
    assert len(keymap) == len(wanted) - 1


def test_a_refused_key_takes_back_what_depended_on_it() -> None:
    keymap, problems = checked_keymap({"view.sort": "r", "view.refresh": "ctrl+q"})
    assert keymap == {}
    assert "^Q leaves" in problems[0]
    assert "r is taken" in problems[1]


WRITTEN = st.sampled_from(
    [
        "r",
        "s",
        "S",
        "x",
        "d",
        "j",
        "k",
        "g",
        "f5",
        "F8",
        "f9",
        "ctrl+r",
        "^D",
        "^Q",
        "Enter",
        "PgUp",
        "/",
        "delete",
        "?",
        "",
    ]
) | st.text(max_size=3)


@given(st.dictionaries(st.sampled_from(list(ENTRIES)), st.lists(WRITTEN, max_size=3).map(",".join), max_size=6))
def test_whatever_is_wanted_no_key_does_two_things_and_nothing_is_destroyed_by_a_slip(wanted: dict[str, str]) -> None:
    keymap, problems = checked_keymap(wanted)
    assert len(keymap) + len(problems) == len(wanted)
    users = Counter(
        (section.place, key)
        for section in [*main_keys(keymap), *dialogue_keys(keymap)]
        for entry in section.entries
        for key in entry.keys.split(",")
        if key and key != UNBOUND
    )
    for name, keys in keymap.items():
        for key in keys.split(","):
            assert key not in EVERYWHERE or key in ENTRIES[name].keys.split(",")
            for place in {place for one, place in PLACES if one == name}:
                assert users[place, key] <= SAME_TWICE[name, place] or key in ENTRIES[name].keys.split(",")
            if ENTRIES[name].destructive and key not in ENTRIES[name].keys.split(","):
                assert key == UNBOUND or key.rpartition("+")[2] in FUNCTION_KEYS


def test_what_works_on_a_card_may_be_on_the_keys_of_the_table_but_not_on_those_of_another_card() -> None:
    assert checked_keymap({"card.edit": "c,u", "sandbox.create": "K"})[1] == [
        'keymap."card.edit" = "c,u": c is taken: "Copy its output." Give card.copy another key too.'
    ]
    assert checked_keymap({"card.edit": "u", "sandbox.create": "K"})[1] == []


def test_all_that_has_keys_is_in_the_help() -> None:
    told = {(entry.keys, entry.sentence) for section in SECTIONS for entry in section.entries}
    always = {entry.keys for section in SECTIONS if section.title == "Everywhere" for entry in section.entries}
    missing = [
        f"{kind.__name__}: {binding.key}"
        for kind, binding in every_binding()
        if (binding.key, binding.tooltip or binding.description) not in told
    ]
    # The first is on ^Q; those that inherit the second have their own words for it.
    assert [one for one in missing if one.partition(": ")[2] not in always] == ["AskInput: escape"]


FIXED = {"enter", "escape", "tab", "shift+tab", "up", "down", "pageup", "pagedown", "space", "ctrl+c"}
"""What is on these keys in a field depends on what the field shows; in a form they go from field to field."""
TYPED_INTO = {"CreateScreen", "RowEditor", "UrlScreen", "Console"}


def test_all_that_has_keys_can_be_given_others_except_where_one_types() -> None:
    fixed = [(kind, binding.key) for kind, binding in every_binding() if not binding.id]
    # Which way it goes is by the key itself; and two ways to step through earlier commands, as in a shell.
    assert {key for _, key in fixed if not FIXED.issuperset(key.split(","))} == {
        "left,right",
        "up,ctrl+p",
        "down,ctrl+n,ctrl+r",
    }
    assert {kind.__name__ for kind, _ in fixed if not issubclass(kind, Input)} == {*TYPED_INTO, "DocumentView"}


def every_binding() -> list[tuple[type[DOMNode], Binding]]:
    """All bindings of ours, with what has them."""
    every: list[tuple[type[DOMNode], Binding]] = []
    for module in pkgutil.walk_packages(dashboard.__path__, f"{dashboard.__name__}."):
        for kind in vars(importlib.import_module(module.name)).values():
            if not (isinstance(kind, type) and issubclass(kind, DOMNode) and kind.__module__ == module.name):
                continue
            every.extend([(kind, one) for one in vars(kind).get("BINDINGS", ()) if isinstance(one, Binding)])
    return every
