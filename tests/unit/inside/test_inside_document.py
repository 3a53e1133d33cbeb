from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.inside.document import Document, DocumentLine, Part, yaml_depth

TEXT = """\
metadata:
  labels:
    a: '1'
    b: '2'
  name: web
spec:
  containers:
  - command:
    - /bin/sh
    - -c
    env:
    - name: A
      value: x
  restartPolicy: Never
"""


def document(text: str = TEXT) -> Document:
    return Document((DocumentLine((Part(line),), yaml_depth(line)) for line in text.splitlines()), foldable=True)


def seen(shown: Document) -> list[str]:
    return [shown.lines[number].text.strip() for number in shown.visible]


def test_a_block_folds_behind_its_head_and_comes_back() -> None:
    shown = document()
    assert shown.toggle(1) == 1
    assert seen(shown)[:3] == ["metadata:", "labels:", "name: web"]
    assert shown.is_folded(1)
    shown.toggle(1)
    assert seen(shown) == [line.strip() for line in TEXT.splitlines()]


def test_a_line_within_a_block_folds_the_block_around_it() -> None:
    shown = document()
    assert shown.toggle(3) == 1
    assert "b: '2'" not in seen(shown)


def test_the_items_of_a_list_belong_to_its_key() -> None:
    shown = document()
    shown.toggle(6)
    assert seen(shown)[-3:] == ["spec:", "containers:", "restartPolicy: Never"]


def test_all_inner_blocks_fold_at_once_and_unfold_at_once() -> None:
    shown = document()
    shown.fold_all()
    assert seen(shown) == ["metadata:", "labels:", "name: web", "spec:", "containers:", "restartPolicy: Never"]
    shown.fold_all()
    assert len(shown.visible) == len(shown.lines)


def test_what_is_found_in_a_folded_block_is_brought_back() -> None:
    shown = document()
    shown.fold_all()
    (number,) = shown.find("/bin/sh")
    place = shown.reveal(number)
    assert shown.visible[place] == number


def test_capital_letters_count_where_there_are_any() -> None:
    shown = document("Name\nname\n")
    assert shown.find("name") == [0, 1]
    assert shown.find("Name") == [0]
    assert shown.find("") == []


json_values = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=3),
    max_leaves=12,
)


@given(json_values, st.lists(st.integers(0, 40), max_size=8))
def test_folding_loses_and_doubles_nothing(value: object, toggles: list[int]) -> None:
    shown = document(yaml.safe_dump({"root": value}, sort_keys=False, width=1000))
    for number in toggles:
        shown.toggle(number % len(shown.lines))
    assert list(shown.visible) == sorted(set(shown.visible))
    assert shown.visible[0] == 0
    for number in range(len(shown.lines)):
        place = shown.reveal(number)
        assert shown.visible[place] == number
    assert len(shown.visible) == len(shown.lines) or any(map(shown.is_folded, shown.visible))
