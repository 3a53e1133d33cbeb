"""Namespaces in words, what is remembered of a place, and what the two lists offer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.places.context_screen import context_entries, wish_of
from k8s_sandbox_tui.dashboard.places.namespace_screen import TYPED, Choice, typed_names
from k8s_sandbox_tui.dashboard.places.place import (
    EVERY,
    MOST_RECENT,
    LastPlace,
    ending_words,
    from_settings,
    memory_key,
    namespace_words,
)
from k8s_sandbox_tui.provider.connection.contexts import ContextInfo
from k8s_sandbox_tui.provider.opened import ClusterWish


@pytest.mark.parametrize(
    ("namespaces", "room", "words"),
    [
        ((), 20, "all namespaces"),
        (("default",), 3, "default"),
        (("a", "b"), 20, "a, b"),
        (("alpha", "beta", "gamma"), 14, "alpha, beta +1"),
        (("alpha", "beta", "gamma"), 9, "alpha +2"),
        (("alpha", "beta", "gamma"), 3, "3 namespaces"),
    ],
)
def test_namespaces_in_words(namespaces: tuple[str, ...], room: int, words: str) -> None:
    assert namespace_words(namespaces, room) == words


@pytest.mark.parametrize(
    ("names", "namespaces"), [([], None), (["b", "a", "b"], ("a", "b")), (["*"], EVERY), (["a", "*"], EVERY)]
)
def test_the_settings_name_them(names: list[str], namespaces: tuple[str, ...] | None) -> None:
    assert from_settings(names) == namespaces


def test_the_namespaces_shown_last_come_back_unless_the_context_has_changed() -> None:
    assert LastPlace().first("default") == ("default",)
    place = LastPlace().after("default", ("a", "b"))
    assert place.first("default") == ("a", "b")
    assert place.first("team-x") == ("team-x",)
    everywhere = place.after("default", EVERY)
    assert everywhere.first("default") == EVERY
    assert everywhere.recent == ["a", "b"]


def test_what_was_shown_last_comes_first_and_not_without_end() -> None:
    place = LastPlace()
    for number in range(MOST_RECENT + 5):
        place = place.after("default", (f"ns-{number}",))
    place = place.after("default", ("ns-10",))
    assert place.recent[:2] == ["ns-10", f"ns-{MOST_RECENT + 4}"]
    assert len(place.recent) == MOST_RECENT


def test_the_local_cluster_is_no_context_of_that_name() -> None:
    assert memory_key("LOCAL", local=False) != memory_key("", local=True)


@pytest.mark.parametrize(
    ("commands", "creates", "forwards", "words"),
    [
        (0, 0, 0, ""),
        (1, 0, 0, "1 command ends"),
        (2, 0, 0, "2 commands end"),
        (0, 1, 0, "The create that is under way ends"),
        (0, 0, 1, "1 port forward ends"),
        (3, 1, 0, "3 commands and the create that is under way end"),
        (3, 1, 2, "3 commands, the create that is under way and 2 port forwards end"),
    ],
)
def test_what_ends_is_said(commands: int, creates: int, forwards: int, words: str) -> None:
    assert ending_words(commands, creates, forwards) == words


# The list of namespaces.


def ids(choice: Choice, text: str = "") -> list[str]:
    return [entry.id for entry in choice.entries(text)]


def test_it_offers_what_is_shown_what_was_shown_and_what_there_is() -> None:
    choice = Choice(("default",), ["old", "default"])
    assert ids(choice) == ["*", "default", "old"]
    choice.learn(["default", "kube-system", "zoo"])
    assert ids(choice) == ["*", "default", "old", "kube-system", "zoo"]
    assert [entry.id for entry in choice.entries("") if entry.marked] == ["default"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zo", [TYPED, "zoo"]),
        ("zoo", ["zoo"]),
        ("kube", [TYPED, "kube-system"]),
        ("new", [TYPED]),
        ("new,zoo", [TYPED, "zoo"]),
        ("default zoo", [TYPED, "default", "zoo"]),
        ("al", [TYPED, "*"]),
        ("all", ["*", TYPED]),
        ("*", ["*"]),
        ("NOT_A_NAME", []),
    ],
)
def test_typing_finds_and_names(text: str, found: list[str]) -> None:
    assert ids(Choice(("default",), ["kube-system", "zoo"]), text) == found


def test_the_name_itself_comes_before_longer_ones() -> None:
    assert ids(Choice((), ["my-agents", "agents", "agents-2"]), "agents") == ["agents", "my-agents", "agents-2"]


def test_marks_add_up_and_all_excludes_single_ones() -> None:
    choice = Choice(("a",), ["b"])
    choice.mark("b")
    assert choice.namespaces == ("a", "b")
    choice.mark("*")
    assert choice.namespaces == EVERY
    choice.mark("b")
    assert choice.namespaces == ("b",)
    choice.mark("b")
    assert choice.namespaces is None


def test_a_name_that_is_none_says_why() -> None:
    assert typed_names("a, b  a") == (("a", "b"), "")
    names, problem = typed_names("a B")
    assert names == ()
    assert problem == "'B' is not a namespace name. At most 63 lower-case letters, digits and '-'."


@given(st.text())
def test_no_text_crashes_the_list(text: str) -> None:
    choice = Choice(("default",), ["a"])
    names, _ = typed_names(text)
    offered = ids(choice, text)
    assert (TYPED in offered) == (bool(names) and (len(names) > 1 or not set(names) <= {"default", "a"}))


# The list of contexts.

CONTEXTS = [
    ContextInfo(
        name="dev", cluster="kind-dev", server="https://127.0.0.1:6443", user="ann", namespace="", current=True
    ),
    ContextInfo(name="prod", cluster="eks", server="https://k8s.example.com", user="ann", namespace="x", current=False),
    ContextInfo(name="gone", cluster="lost", server="", user="", namespace="", current=False),
]


def test_contexts_show_what_tells_them_apart_and_local_comes_last() -> None:
    entries = context_entries(CONTEXTS, ClusterWish(context="prod"), "")
    assert [(entry.label, entry.note, entry.marked) for entry in entries] == [
        ("dev (current)", "kind-dev  ann  127.0.0.1", False),
        ("prod", "eks  ann  k8s.example.com", True),
        ("gone", "lost  missing", False),
        ("LOCAL", "the cluster on this machine", False),
    ]
    assert [wish_of(entry) for entry in entries] == [
        ClusterWish(context="dev"),
        ClusterWish(context="prod"),
        ClusterWish(context="gone"),
        ClusterWish(local=True),
    ]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("PRO", ["prod"]),
        ("example", ["prod"]),
        ("eks", ["prod"]),
        ("ann", ["dev (current)", "prod"]),
        ("o", ["prod", "gone", "LOCAL"]),
        ("lo", ["LOCAL", "gone"]),
        ("local", ["LOCAL"]),
        ("zzz", []),
    ],
)
def test_contexts_are_found_by_name_cluster_user_and_server(text: str, labels: list[str]) -> None:
    assert [entry.label for entry in context_entries(CONTEXTS, ClusterWish(), text)] == labels


def test_a_context_that_is_called_local_is_kept_apart() -> None:
    context = ContextInfo(name="LOCAL", cluster="c", server="https://c", user="", namespace="", current=False)
    first, last = context_entries([context], ClusterWish(local=True), "")
    assert wish_of(first) == ClusterWish(context="LOCAL")
    assert not first.marked
    assert wish_of(last) == ClusterWish(local=True)
    assert last.marked


def test_in_a_pod_there_is_one_context_without_a_name() -> None:
    context = ContextInfo(name="", cluster="in-cluster", server="", user="", namespace="", current=True)
    entry = context_entries([context], ClusterWish(), "")[0]
    assert entry.label == "in-cluster (current)"
    assert entry.marked
    assert wish_of(entry) == ClusterWish()
