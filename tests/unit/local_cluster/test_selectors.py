from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError
from k8s_sandbox_tui.local_cluster.store.selectors import FieldTerm, field_selector, label_selector

_LABELS = {"app": "web", "tier": "front", "example.com/size": "3", "empty": ""}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        (" app = web ", True),
        ("app=other", False),
        ("app!=other", True),
        ("app!=web", False),
        ("absent!=web", True),
        ("app", True),
        ("absent", False),
        ("!absent", True),
        ("! app", False),
        ("app in (web, db)", True),
        ("app in (db)", False),
        ("app notin (db)", True),
        ("absent notin (db)", True),
        ("app notin (web)", False),
        ("empty=", True),
        ("empty in ()", True),
        ("empty in (x,)", True),
        ("app=web,tier=front", True),
        ("app=web,tier=back", False),
        ("app,!absent,tier in (front)", True),
        ("example.com/size>2", True),
        ("example.com/size<2", False),
        ("app>2", False),
    ],
)
def test_label_selector(selector: str, matches: bool) -> None:
    test = label_selector(selector)
    assert (test is None or test(_LABELS)) is matches


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("a===b", "unable to parse requirement: found '=', expected: identifier"),
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("=a", "unable to parse requirement: found '=', expected: identifier"),
        ("a=b,", "unable to parse requirement: found '', expected: identifier after ','"),
        ("a>x", "values[0][a]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"),
        ("a=b!", "unable to parse requirement: found '!', expected: ',' or 'end of string'"),
        ("-a=b", 'Invalid value: "-a": name part must consist of'),
        ("a=-b", 'values[0][a]: Invalid value: "-b": a valid label must be'),
    ],
)
def test_malformed_label_selectors_are_refused_with_their_cause(selector: str, message: str) -> None:
    with pytest.raises(StatusError) as refused:
        label_selector(selector)
    assert message in refused.value.message
    assert refused.value.code == 400


@given(st.text(alphabet="ab=!(),<> in./-", max_size=30))
def test_any_text_is_a_selector_or_a_400(text: str) -> None:
    codes: list[int] = []
    try:
        test = label_selector(text)
        codes.append(200 if test is None or test(_LABELS) in {True, False} else 500)
    except StatusError as refused:
        codes.append(refused.code)
    assert codes[0] in {200, 400}


@pytest.mark.parametrize(
    ("selector", "terms"),
    [
        ("", []),
        ("metadata.name=a", [FieldTerm("metadata.name", "a", equal=True)]),
        ("status.phase!=Running", [FieldTerm("status.phase", "Running", equal=False)]),
        ("a==b,c=d", [FieldTerm("a", "b", equal=True), FieldTerm("c", "d", equal=True)]),
        (r"a=b\,c", [FieldTerm("a", "b,c", equal=True)]),
        ("a=", [FieldTerm("a", "", equal=True)]),
    ],
)
def test_field_selector(selector: str, terms: list[FieldTerm]) -> None:
    assert field_selector(selector) == terms


def test_a_field_selector_without_an_operator_is_refused() -> None:
    with pytest.raises(StatusError, match="can't understand 'nonsense'"):
        field_selector("nonsense")
