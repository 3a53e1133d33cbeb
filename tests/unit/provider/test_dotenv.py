"""What `.env` text becomes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.dotenv import Row, looks_like_dotenv, parse_dotenv


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("A=1", [("A", "1")]),
        ("A=1\nB=2\n", [("A", "1"), ("B", "2")]),
        ("A=1\r\nB=2\r\n", [("A", "1"), ("B", "2")]),
        ("\ufeffA=1", [("A", "1")]),
        ("# comment\n\n  # another\nA=1", [("A", "1")]),
        ("export A=1", [("A", "1")]),
        ("  A = 1  ", [("A", "1")]),
        ("A=", [("A", "")]),
        ("A=\nB=2", [("A", ""), ("B", "2")]),
        ("A=a b # comment", [("A", "a b")]),
        ("A=a#b", [("A", "a#b")]),
        ("A= # comment", [("A", "")]),
        ("URL=postgres://u:p@h/d?x=1", [("URL", "postgres://u:p@h/d?x=1")]),
        ("A='a # \"b\" \\n'", [("A", 'a # "b" \\n')]),
        ('A="a # b" # comment', [("A", "a # b")]),
        (r'A="one\ntwo\t\"q\" \\ \$HOME \x"', [("A", 'one\ntwo\t"q" \\ $HOME \\x')]),
        ('A="$HOME"', [("A", "$HOME")]),
        (
            'KEY="-----BEGIN-----\nabc\n-----END-----"\nB=2',
            [("KEY", "-----BEGIN-----\nabc\n-----END-----"), ("B", "2")],
        ),
        ("KEY='one\ntwo'\nB=2", [("KEY", "one\ntwo"), ("B", "2")]),
        ('A="unended\nB=2', [("A", '"unended'), ("B", "2")]),
        ("A='a' b", [("A", "'a' b")]),
        ("=value", [("", "value")]),
        ("no assignment\nA=1", [("no assignment", ""), ("A", "1")]),
        ("export A", [("A", "")]),
        ("A=1\nA=2", [("A", "1"), ("A", "2")]),
        ("a b=1", [("a b", "1")]),
    ],
)
def test_rows_of(text: str, rows: list[tuple[str, str]]) -> None:
    assert parse_dotenv(text) == tuple(Row(*row) for row in rows)


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True).filter(lambda name: name != "export")


@given(st.text())
@example("export")
@example('A="\\')
@example("\x0b=\x0c")
def test_any_text_is_taken(text: str) -> None:
    rows = parse_dotenv(text)
    assert len(rows) <= text.count("\n") + text.count("\r") + 1
    assert not looks_like_dotenv(text) or rows


@given(st.lists(st.tuples(names, st.text().map(lambda text: text.replace("\r", "")))))
def test_quoted_values_come_back_as_they_were(pairs: list[tuple[str, str]]) -> None:
    quoted = [(name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in pairs]
    text = "".join(f'export {name}="{value}"\n' for name, value in quoted)
    assert parse_dotenv(text) == tuple(Row(*pair) for pair in pairs)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("A=1", True),
        ("# x\nexport A=1\nB=2", True),
        ("A", False),
        ("one\ntwo", False),
        ("-----BEGIN KEY-----\nabc=\n-----END KEY-----", False),
        ("", False),
        ('{"a": "b=c"}', False),
    ],
)
def test_assignments_are_told_from_one_long_value(text: str, meant: bool) -> None:
    assert looks_like_dotenv(text) is meant
