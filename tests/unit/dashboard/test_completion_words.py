"""The word that is completed, and how a name is written into a command line: as the shells themselves read it."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.completion.words import PLAIN, SHELL, PathWord, shell_text, shell_word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", PathWord()),
        ("ls ", PathWord()),
        ("ls sr", PathWord("", "sr")),
        ("ls src/ma", PathWord("src/", "ma")),
        ("cat</etc/pa", PathWord("/etc/", "pa")),
        ("a&&b;c|(d", PathWord("", "d")),
        ("cat a\\ b/c", PathWord("a b/", "c")),
        ("cat 'a b/c", PathWord("a b/", "c", "'")),
        ("cat 'a b'/c", PathWord("a b/", "c")),
        ("cat 'it'\\''s/a", PathWord("it's/", "a", "'")),
        ('cat "a \\" b\\x/c', PathWord('a " b\\x/', "c", '"')),
        ("cat ''", PathWord()),
        ("cat ~/a", PathWord("~/", "a")),
        ("cat ~/a/b", PathWord("~/a/", "b")),
        ("cat '~'/a", PathWord("./~/", "a")),
        ("cat \\~/a", PathWord("./~/", "a")),
        ("cat ''~/a", PathWord("./~/", "a")),
        ("cat ~root/a", None),
        ("cat ~", None),
        ("dd of=/dev/ze", PathWord("/dev/", "ze")),
        ("A=~/a", PathWord("~/", "a")),
        ("x --file=~/a", PathWord("./~/", "a")),
        ("cat $HOME/a", None),
        ("cat `pwd`/a", None),
        ('cat "$HOME/a', None),
        ("cat '$HOME/a", PathWord("$HOME/", "a", "'")),
        ('cat "\\$x/a', PathWord("$x/", "a", '"')),
        ("cat *.p", None),
        ("cat '*'/p", PathWord("*/", "p")),
        ("echo $HOME; cat a", PathWord("", "a")),
        ("cat a\\", None),
        ('cat "a\\', None),
        ("first\nsecond/x", PathWord("second/", "x")),
        ("cat 'new\nline/x", PathWord("new\nline/", "x", "'")),
    ],
)
def test_the_word_before_the_cursor(text: str, expected: PathWord | None) -> None:
    assert shell_word(text) == expected


NAMES = st.text(st.characters(exclude_characters="\0/", codec="utf-8"), min_size=1, max_size=12)


@given(NAMES, NAMES, st.sampled_from(["", "'", '"']))
def test_what_was_written_is_read_again(first: str, rest: str, quote: str) -> None:
    line = f"cat {quote}{shell_text(f'./{first}/', quote)}{shell_text(rest, quote)}"
    word = shell_word(line)
    assert word is not None
    assert (word.folder, word.begin, word.quote) == (f"./{first}/", rest, quote)


SHELLS = [[path] for path in (shutil.which("dash"),) if path] + [
    [path, "sh"] for path in (shutil.which("busybox"),) if path
]


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0].rpartition("/")[2])
@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), min_size=20, max_size=40))
def test_shells_take_every_character_for_itself(shell: list[str], texts: list[str]) -> None:
    texts += ["$(echo pwned)", "`echo pwned`", "~/a", "#x", "a;b", "A=b", "a\nb", "'\"\\", "*", "{a,b}", "!x", " a "]
    words = [f"{quote}{shell_text(text, quote)}{quote}" for text in texts for quote in ("", "'", '"')]
    script = f"printf '%s\\0' {' '.join(words)}"
    # As the line of a script: `-c` would end at the limit of one argument.
    printed = subprocess.run([*shell, "-s"], input=script.encode(), capture_output=True, check=True, timeout=60)
    assert printed.stdout.decode().split("\0")[:-1] == [text for text in texts for _ in range(3)]


def test_what_cannot_be_typed() -> None:
    for name in ("\x1b[31m", "a\rb", "\udcff", "a\u202eb", "↵"):
        assert not SHELL.can_hold(name)
        assert not PLAIN.can_hold(name)
    assert SHELL.can_hold("new\nline")
    assert not PLAIN.can_hold("new\nline")
    assert SHELL.can_hold("漢字 und Zeichen")
    assert PLAIN.read("~/a") == PathWord("./~/", "a")
    assert PLAIN.read("/a b/$c") == PathWord("/a b/", "$c")
    assert PLAIN.write("$c d", "") == "$c d"
