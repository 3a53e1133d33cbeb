"""What is pasted has no escapes in it, however it comes; what is typed is passed on as it is, and at once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.pasted_escapes import BEGINS, ENDS, PastedEscapes

TYPED = st.text(st.sampled_from("a\x1b[O20~P"), max_size=12).filter(lambda text: BEGINS not in text)
PASTED = st.text(st.sampled_from("a\x1b[201~\n"), max_size=20).filter(lambda text: ENDS not in text)


def fed(text: str, cuts: list[int]) -> str:
    escapes = PastedEscapes()
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    return "".join([escapes.feed(piece) for piece in pieces])


@given(st.lists(st.tuples(TYPED, PASTED), max_size=4), st.lists(st.integers(0, 200), max_size=12))
def test_only_what_is_pasted_loses_its_escapes(parts: list[tuple[str, str]], cuts: list[int]) -> None:
    # A letter between: neither side is to make up a mark together with one.
    text = "".join(f"{typed}x{BEGINS}{pasted}x{ENDS}" for typed, pasted in parts)
    expected = "".join(f"{typed}x{BEGINS}{pasted.replace(chr(27), '')}x{ENDS}" for typed, pasted in parts)
    assert fed(text, cuts) == expected


@given(TYPED)
def test_a_key_is_passed_on_at_once(keys: str) -> None:
    escapes = PastedEscapes()
    for key in keys:
        assert escapes.feed(key) == key


@pytest.mark.parametrize("hostile", ["\x1b[19~y", "\x1bOPq", "\x1b", "\x1b[20", "\x1b[201", "\x1b[2\x1b[20"])
def test_no_key_is_left_in_it(hostile: str) -> None:
    assert "\x1b" not in fed(f"{BEGINS}a{hostile}b{ENDS}", []).removeprefix(BEGINS).removesuffix(ENDS)
