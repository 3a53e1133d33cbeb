"""The filter's grammar: what each term finds, what is said of a wrong one, and what Tab offers."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from k8s_sandbox_tui.dashboard.filter.complete import completions
from k8s_sandbox_tui.dashboard.filter.parse import parse_filter
from k8s_sandbox_tui.dashboard.row import Row
from k8s_sandbox_tui.dashboard.store import SandboxStore
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.scripted import NOW, sandbox_info

HOUR = 3600

INFOS = (
    sandbox_info(1, name="a", status=SandboxStatus.RUNNING, age=3 * HOUR, image="node:20", metadata={"owner": "ann"}),
    replace(
        sandbox_info(2, name="b", status=SandboxStatus.FAILED, age=60, image="python:3", exit_code=137), node="gpu-1"
    ),
    sandbox_info(3, name="c", status=SandboxStatus.STOPPED, age=HOUR, exit_code=0, metadata={"owner": "Ann Lee"}),
    replace(sandbox_info(4, name="d", status=SandboxStatus.PENDING, age=5), labels={"team/name": "x1"}, restarts=3),
)


def found(text: str) -> str:
    store = SandboxStore(NOW.timestamp)
    store.apply(INFOS, ())
    store.arrange()
    assert store.filter_by(parse_filter(text)) == ""
    store.arrange()
    return "".join(sorted([row.info.name for row in store.rows]))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name:a", "a"),
        ("name=A", "a"),
        ("name!=a", "bcd"),
        ("!name:a", "bcd"),
        ("!name!=a", "a"),
        ("NAME:", "abcd"),
        ("node:gpu", "b"),
        ("node:20", "a"),
        ("image:node", "a"),
        ("meta.owner:ann", "ac"),
        ("meta.owner=ann", "a"),
        ('meta.owner="ann lee"', "c"),
        ('"owner=ann lee"', "c"),
        ("meta.owner=", "bd"),
        ("label.team/name:x", "d"),
        ("age>2h", "a"),
        ("age>=60m", "ac"),
        ("age<10m", "bd"),
        ("!age<10m", "ac"),
        ('age>"1h 30m"', "a"),
        ("age>", "abcd"),
        ("exit:137", "b"),
        ("exit>0", "b"),
        ("exit!=0", "abd"),
        ("exit<=0", "c"),
        ("restarts>2", "d"),
        ("is:failed", "b"),
        ("is:fini", "bc"),
        ("is:FINISHED", "bc"),
        ("!is:finished", "ad"),
        ("is:alive", "ad"),
        ("status:oomk", ""),
        ("/ann$/", "a"),
        ("/^(a|b)$/", "ab"),
        ("!/^(a|b)$/", "cd"),
        ("/ANN lee/", "c"),
        ("name:/[bc]/", "bc"),
        ("/unfinished", ""),
        (r"/gpu-\d/ is:failed", "b"),
        ("age>2m !is:running", "c"),
        ('"', "abcd"),
        ("! !", "abcd"),
    ],
)
def test_what_is_found(text: str, names: str) -> None:
    assert found(text) == names


def test_what_is_held_up_is_found_among_what_starts_and_alone() -> None:
    starts = [sandbox_info(number, status=SandboxStatus.STARTING, reason="ErrImagePull" * number) for number in (0, 1)]
    rows = [Row(info) for info in (*starts, *INFOS)]
    assert len(parse_filter("is:starting").select(rows, 0)) == 3
    assert [row.info.reason for row in parse_filter("is:held").select(rows, 0)] == ["ErrImagePull"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age>2", "age>2 makes no sense; write it like age>2h."),
        ("age:2h", "Age is compared: age>2h, age<10m."),
        ("exit:oom", "exit:oom makes no sense; write it like exit:137."),
        ("is:gone", "is:gone is not one of failed running finished "),
        ("name>a", "name is not a number: name:value finds what contains it."),
        ("/(/", "/(/ is not a regular expression: "),
        ("name:/[/", "/[/ is not a regular expression: "),
        (r"/(a)\1/", "A pattern may not refer back to a group."),
        ("/(?=a)/", "A pattern may group with ( ) and (?: ) only."),
        ("/(a+)+$/", "The pattern could take too long"),
        ("/(a|a)*$/", "The pattern could take too long"),
        ("/.*.*.*x/", "The pattern could take too long"),
        ("/a{1,999999}/", "The pattern could take too long"),
    ],
)
def test_a_wrong_term_is_told_with_what_is_right_and_the_filter_before_holds(text: str, said: str) -> None:
    store = SandboxStore(NOW.timestamp)
    store.apply(INFOS, ())
    store.filter_by(parse_filter("is:failed"))
    store.arrange()
    assert store.filter_by(parse_filter(text)).startswith(said)
    store.arrange()
    assert [row.info.name for row in store.rows] == ["b"]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("nmae:web", "nmae: begins no column. name: perhaps?"),
        ("!stats=x", "stats= begins no column. status= perhaps?"),
        ("zzzz:x", "zzzz: begins no column; there are name, namespace, "),
        ("owner=ann", "owner= begins no column"),
        ("name:web", ""),
        ("web", ""),
    ],
)
def test_a_slip_in_a_column_is_noticed(text: str, doubt: str) -> None:
    said = parse_filter(text).doubt
    assert said.startswith(doubt)
    assert bool(said) is bool(doubt)


TERMS = st.lists(st.sampled_from(["!", "/", '"', "a", " ", "age", ">", "2h", "is:", "failed", "name:", "(", "*", "\\"]))


@given(st.one_of(st.text(max_size=40), TERMS.map("".join)))
@example("age>9999999999999999999999y")
@example("exit:²")
@example("/" + "(" * 600)
def test_nothing_that_can_be_typed_fails_or_takes_long(text: str) -> None:
    store = SandboxStore(NOW.timestamp)
    store.apply(INFOS, ())
    store.arrange()
    problem = store.filter_by(parse_filter(text))
    store.arrange()
    assert problem or len(store.rows) <= len(INFOS)
    completions(text, store.every)


@pytest.mark.parametrize("pattern", ["a*a*$", "a+a+b", "(a{1,9}){1,4}$", "(?:xa|a)b*", "a?a?a?a?a?a?$"])
def test_patterns_that_are_let_through_end_soon_on_the_worst_text(pattern: str) -> None:
    wanted = parse_filter(f"/{pattern}/")
    assert not wanted.problem
    row = Row(sandbox_info(1, metadata={"k": "a" * 100_000}))
    began = time.process_time()
    wanted.matches(row, 0)
    assert time.process_time() - began < 5


def test_a_pattern_is_tried_once_for_all_that_is_there_and_holds_for_what_comes() -> None:
    store = SandboxStore(NOW.timestamp)
    store.apply(INFOS[:2], ())
    assert store.filter_by(parse_filter("name:/[bc]/")) == ""
    store.apply(INFOS[2:], ())
    store.arrange()
    assert sorted([row.info.name for row in store.rows]) == ["b", "c"]
    store.apply((), [INFOS[1].uid])
    store.arrange()
    assert [row.info.name for row in store.rows] == ["c"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("label.team=search", ["team=search"]),
        ("label.team!=Search web", ["team!=Search"]),
        ("!label.team=a !label.b!=c", ["team!=a", "b=c"]),
        ("label.app.io/name=x label.app.io/name=x", ["app.io/name=x"]),
        ('label.a="b"', ["a=b"]),
        ("runtime=Python", ["computesdk.io/runtime=python"]),
        ("label.team:search label.team=/x/ label.team= label.a=b*c label.-a=b", []),
        ("meta.team=a node=b name=c namespace=d is:running age>2h word /re/ runtime:python", []),
        ("label.team=a age:1", []),
    ],
)
def test_what_an_api_server_can_be_asked_for(text: str, asked: list[str]) -> None:
    assert [str(term) for term in parse_filter(text).asks] == asked


_LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from(["x", "y"]))


@given(_LABELS, st.sampled_from("ab"), st.sampled_from(["=", "!="]), st.sampled_from("xy"), st.booleans())
def test_what_is_asked_for_is_what_the_filter_finds(
    labels: dict[str, str], key: str, sign: str, value: str, turned: bool
) -> None:
    wanted = parse_filter(f"{'!' if turned else ''}label.{key}{sign}{value}")
    (term,) = wanted.asks
    row = Row(sandbox_info(1, labels=labels))
    by_server = labels.get(term.key) == term.value if term.equal else labels.get(term.key) != term.value
    assert wanted.matches(row, 0) is by_server


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("na", ["name:", "namespace:"]),
        ("x !na", ["x !name:", "x !namespace:"]),
        ("is:f", ["is:failed", "is:finished"]),
        ("meta.", ["meta.owner:"]),
        ("meta.owner=", ["meta.owner=ann"]),
        ("label.t", ["label.team/name:"]),
        ("image:p", ["image:python:3", "image:python:3.11-slim"]),
        ("ag", ["age>", "age<"]),
        ("", []),
        ("x ", []),
    ],
)
def test_what_tab_offers(text: str, offers: list[str]) -> None:
    rows = [Row(info) for info in INFOS]
    assert completions(text, rows) == offers
