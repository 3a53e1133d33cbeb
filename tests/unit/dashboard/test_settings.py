"""The settings file: what it may say, what becomes of what it may not say, and its explained default."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.protection import is_protected
from k8s_sandbox_tui.dashboard.settings.document import default_document, field_docstrings
from k8s_sandbox_tui.dashboard.settings.model import ConsoleSettings, Settings
from k8s_sandbox_tui.dashboard.settings.read import ENVIRONMENT, Loaded, load_settings, parse_settings, settings_path
from k8s_sandbox_tui.dashboard.settings.resolve import resolved
from k8s_sandbox_tui.dashboard.settings.words import toml_value

FILE = Path("/home/ann/settings.toml")


def parsed(text: str) -> Loaded:
    return parse_settings(text.encode(), FILE)


def test_every_key_can_be_set() -> None:
    loaded = parsed("""
        refresh = 5
        namespaces = ["a", "b"]
        selector = "team=a"
        read_only = "locked"
        protected_contexts = ["prod-*"]
        theme = "nord"
        ascii = true
        mouse = false
        columns = ["name"]
        clipboard = "osc52"
        [console]
        scrollback_lines = 100
        scrollback_megabytes = 1
        [keymap]
        "view.refresh" = "f5"
    """)
    assert loaded.problems == ()
    assert loaded.settings == Settings(
        refresh=5.0,
        namespaces=("a", "b"),
        selector="team=a",
        read_only="locked",
        protected_contexts=("prod-*",),
        theme="nord",
        ascii=True,
        mouse=False,
        columns=("name",),
        clipboard="osc52",
        console=ConsoleSettings(scrollback_lines=100, scrollback_megabytes=1),
        keymap={"view.refresh": "f5"},
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("refresh = 0", "refresh = 0 cannot be used: it has to be a number from 0.5 to 3600."),
        ("refresh = nan", "refresh = nan cannot be used: it has to be a number from 0.5 to 3600."),
        ('refresh = "2s"', 'refresh = "2s" cannot be used: it has to be a number from 0.5 to 3600.'),
        ("refresh = true", "refresh = true cannot be used: it has to be a number from 0.5 to 3600."),
        ("refresh = 2026-01-05", "refresh = 2026-01-05 cannot be used: it has to be a number from 0.5 to 3600."),
        ('clipboard = "mac"', 'clipboard = "mac" cannot be used: it has to be one of "auto", "native", "osc52".'),
        ('namespaces = "a"', 'namespaces = "a" cannot be used: it has to be a list of texts.'),
        ("namespaces = [1]", "namespaces = [1] cannot be used: it has to be a list of texts."),
        ('mouse = "yes"', 'mouse = "yes" cannot be used: it has to be true or false.'),
        ("theme = {a = 1}", "theme = a table cannot be used: it has to be a text."),
        (f'ascii = "{"x" * 90}"', f'ascii = "{"x" * 36}... cannot be used: it has to be true or false.'),
        ("console = 3", "console = 3 cannot be used: it has to be a table."),
        (
            "console.scrollback_lines = 1",
            "console.scrollback_lines = 1 cannot be used: it has to be a whole number from 100 to 1000000.",
        ),
        ("refrehs = 2", "refrehs is not a setting; did you mean refresh?"),
        ("console.scrollback = 2", "console.scrollback is not a setting; did you mean console.scrollback_lines?"),
        ('keymap."view.refresh" = 5', "keymap = a table cannot be used: it has to be a table of texts."),
    ],
)
def test_what_cannot_be_used_is_named_and_costs_that_key_alone(line: str, problem: str) -> None:
    loaded = parsed(f"{line}\n[keymap]\na = 'b'" if "keymap" not in line else line)
    assert loaded.problems == (problem,)
    assert loaded.settings == Settings(keymap={"a": "b"} if "keymap" not in line else {})


def test_an_unknown_key_that_is_like_none_gets_the_list() -> None:
    (problem,) = parsed("zzz = 1").problems
    assert problem.startswith("zzz is not a setting; there are refresh, namespaces, selector, read_only")


@pytest.mark.parametrize("data", [b"refresh = ", b"\xff", b"a = 1\na = 2", b"x = " + b"[" * 100_000, b"#" * 2_000_000])
def test_a_file_that_is_no_toml_protects_as_well_as_it_can(data: bytes) -> None:
    loaded = parse_settings(data, FILE)
    (problem,) = loaded.problems
    assert "starts read-only" in problem
    assert loaded.settings == Settings(read_only=True, protected_contexts=("*",))


@pytest.mark.parametrize(
    ("line", "settings"),
    [
        ('read_only = "yes"', Settings(read_only=True)),
        ('protected_contexts = "prod"', Settings(protected_contexts=("*",))),
    ],
)
def test_a_key_that_protects_is_taken_at_its_safest_where_it_is_not_understood(line: str, settings: Settings) -> None:
    loaded = parsed(line)
    assert len(loaded.problems) == 1
    assert loaded.settings == settings


def test_windows_editors_may_put_a_mark_before_it() -> None:
    assert parse_settings(b"\xef\xbb\xbfmouse = false", FILE).settings == Settings(mouse=False)


TOML = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
fields = {field.name: field for field in msgspec.structs.fields(Settings)}
KEYS = st.sampled_from(list(fields)) | st.from_regex("[a-z]{1,9}", fullmatch=True)


@given(st.dictionaries(KEYS, TOML, max_size=5))
def test_no_file_is_more_than_a_list_of_problems(values: dict[str, object]) -> None:
    text = "\n".join(f"{key} = {toml_value(value)}" for key, value in values.items())
    assert tomllib.loads(text) == values
    loaded = parsed(text)
    wrong = {problem.split()[0] for problem in loaded.problems}
    assert wrong <= set(values)
    for key in set(values) - wrong:
        assert toml_value(getattr(loaded.settings, key)) == toml_value(msgspec.convert(values[key], fields[key].type))


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    parse_settings(data, FILE)


def test_the_environment_names_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "mine.toml"))
    assert settings_path() == tmp_path / "mine.toml"
    assert load_settings().problems == ("There is no such file.",)
    (tmp_path / "mine.toml").write_text("mouse = false")
    assert load_settings() == Loaded(Settings(mouse=False), tmp_path / "mine.toml")


def test_without_a_file_the_defaults_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    loaded = load_settings()
    assert loaded == Loaded(Settings(), loaded.path)
    assert loaded.path.is_relative_to(tmp_path)
    assert loaded.path.name == "settings.toml"


def test_a_file_that_cannot_be_read_protects(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path)
    assert loaded.problems[0].startswith("It cannot be read: Is a directory.")
    assert loaded.settings.read_only


def test_options_go_before_the_file() -> None:
    loaded = parsed("refresh = 9\nnamespaces = ['a', 'b']")
    assert loaded.with_options(refresh=1.0, namespace="c").settings == Settings(refresh=1.0, namespaces=("c",))
    assert loaded.with_options() == loaded
    assert parsed("read_only = false").with_options(read_only=True).settings.read_only == "locked"


def test_a_selector_has_to_be_one() -> None:
    settings, problems = resolved(parsed('selector = "team in (a)"'))
    assert settings.selector == ""
    assert problems[0].startswith("/home/ann/settings.toml: selector: 'team in (a)' is not part of a selector.")
    assert resolved(parsed("refresh = 1").with_options(selector="a=b,c!=d"))[0].selector == "a=b,c!=d"


def test_a_theme_has_to_be_there() -> None:
    settings, problems = resolved(parsed('theme = "sandbox-lihgt"'))
    assert settings.theme == ""
    assert problems == ('/home/ann/settings.toml: theme = "sandbox-lihgt" is not known; did you mean sandbox-light?',)
    assert "did you mean sandbox-light?" in resolved(parsed('theme = "light"'))[1][0]
    assert resolved(parsed('theme = "textual-light"'))[0].theme == "textual-light"
    assert "there are sandbox-dark, sandbox-light" in resolved(parsed('theme = "???"'))[1][0]


def test_the_default_file_sets_nothing_and_explains_every_key() -> None:
    text = default_document()
    assert parsed(text) == Loaded(Settings(), FILE)
    for kind in (Settings, ConsoleSettings):
        meanings = field_docstrings(kind)
        for field in msgspec.structs.fields(kind):
            assert len(meanings[field.name]) > 20
            assert f"# {field.name} = " in text or f"[{field.name}]" in text
    assert max(map(len, text.splitlines())) <= 140


def test_every_line_of_the_default_file_may_be_used() -> None:
    lines = [line[2:] if line.startswith("# ") and " = " in line else line for line in default_document().splitlines()]
    loaded = parsed("\n".join(lines))
    assert loaded.problems == ()
    assert loaded.settings.keymap
    assert loaded.settings.refresh == 2.0


@pytest.mark.parametrize(
    ("pattern", "protected"),
    [("kind-*", True), ("k?nd-test", True), ("kind-test", True), ("prod-*", False), ("kind", False), ("", False)],
)
def test_which_contexts_a_pattern_protects(pattern: str, *, protected: bool) -> None:
    assert is_protected("kind-test", ("other", pattern)) is protected
