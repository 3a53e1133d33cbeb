"""The fields of objects as paths, and who owns them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.objects.apply_patch import joined
from k8s_sandbox_tui.local_cluster.objects.field_sets import fields_of, path_text, without
from k8s_sandbox_tui.local_cluster.store.owners import MOST_OBJECTS, FieldOwners

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue


def _paths(value: JsonObject) -> list[str]:
    return [path_text(path) for path in fields_of(value)]


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p", "uid": "u"}, "status": {"phase": "x"}}, []),
        ({"metadata": {"labels": {"a/b": "c"}}}, [".metadata.labels.a/b"]),
        ({"metadata": {"finalizers": ["x"]}}, ['.metadata.finalizers[="x"]']),
        (
            {"spec": {"containers": [{"name": "c", "image": "i", "args": ["1"]}]}},
            [
                '.spec.containers[name="c"]',
                '.spec.containers[name="c"].name',
                '.spec.containers[name="c"].image',
                '.spec.containers[name="c"].args',
            ],
        ),
        (
            {"spec": {"ports": [{"port": 80}]}},
            ['.spec.ports[port=80,protocol="TCP"]', '.spec.ports[port=80,protocol="TCP"].port'],
        ),
        # As a whole, whatever is in it.
        ({"spec": {"selector": {"a": "b"}, "nodeSelector": {}}}, [".spec.selector", ".spec.nodeSelector"]),
    ],
)
def test_paths(value: JsonObject, paths: list[str]) -> None:
    assert _paths(value) == paths


_TEXT = st.sampled_from(["a", "b", ""])
_CONTAINERS = st.dictionaries(st.sampled_from("mn"), st.dictionaries(st.sampled_from(["image", "tty"]), _TEXT))


@st.composite
def _objects(draw: st.DrawFn) -> JsonObject:
    """What may be applied: all kinds of fields, each of them there or not."""
    containers: list[JsonValue] = [{"name": name, **more} for name, more in draw(_CONTAINERS).items()]
    parts: dict[str, JsonValue] = {
        "labels": {**draw(st.dictionaries(st.sampled_from("xy"), _TEXT))},
        "finalizers": [*draw(st.lists(st.sampled_from(["f/a", "f/b"]), unique=True))],
        "containers": containers,
        "selector": {**draw(st.dictionaries(st.sampled_from("xy"), _TEXT))},
        "args": [*draw(st.lists(_TEXT))],
    }
    chosen = draw(st.sets(st.sampled_from(sorted(parts))))
    return {"spec": {name: parts[name] for name in chosen}}


@given(_objects(), _objects())
def test_what_is_applied_is_there_and_goes_again(live: JsonObject, wanted: JsonObject) -> None:
    before, asked = fields_of(live), fields_of(wanted)
    there = joined(live, wanted)
    # An empty list or map asks for nothing.
    assert {path: value for path, value in asked.items() if value not in {b"{}", b"[]"}}.items() <= fields_of(
        there
    ).items()
    left = fields_of(without(there, set(asked)))
    assert not left.keys() & asked.keys()
    assert left.keys() <= before.keys()


def _labels(**labels: str) -> JsonObject:
    return {"metadata": {"labels": dict(labels)}}


class _Live:
    """An object, and all that happens to it."""

    def __init__(self, **labels: str) -> None:
        self.owners = FieldOwners()
        self.object = _labels(**labels)

    def apply(self, manager: str, *, force: bool = False, **labels: str) -> list[str]:
        """Who is in the way; nobody where it was applied."""
        wanted = _labels(**labels)
        new = self.owners.over(self.object, "u", manager, wanted)
        found = [] if force else self.owners.conflicts("u", manager, self.object, new)
        if not found:
            self.owners.applied("u", manager, wanted, self.object, new)
            self.object = new
        return [f"{owner.name}{path_text(path)}" for owner, path in found]

    def update(self, manager: str, **labels: str) -> None:
        new = _labels(**labels)
        self.owners.updated("u", manager, self.object, new)
        self.object = new

    @property
    def labels(self) -> JsonValue:
        meta = self.object.get("metadata", {})
        return meta.get("labels") if isinstance(meta, dict) else None


def test_two_that_apply() -> None:
    live = _Live()
    assert live.apply("one", a="1", b="1") == []
    assert live.apply("two", a="1", c="1") == []
    # Both own it: neither can change it alone, and it stays until both have left it out.
    assert live.apply("two", a="2", c="1") == ["one.metadata.labels.a"]
    assert live.apply("one", b="1") == []
    assert live.labels == {"a": "1", "b": "1", "c": "1"}
    assert live.apply("two", c="1") == []
    assert live.labels == {"b": "1", "c": "1"}


def test_what_is_forced_is_taken_away() -> None:
    live = _Live()
    live.apply("one", a="1", b="1")
    assert live.apply("two", force=True, a="2") == []
    assert live.apply("one", a="1", b="2") == ["two.metadata.labels.a"]
    # It is not the first one's any more, and so it stays when that one leaves it out.
    assert live.apply("one", b="2") == []
    assert live.labels == {"a": "2", "b": "2"}


def test_other_writes_own_what_they_change() -> None:
    live = _Live()
    live.apply("one", a="1", b="1")
    live.update("editor", a="2", b="1", c="1")
    assert live.apply("one", a="1", b="1") == ["editor.metadata.labels.a"]
    assert live.apply("one", b="1") == []
    assert live.labels == {"a": "2", "b": "1", "c": "1"}
    live.update("editor", b="1")
    assert live.apply("one", a="1", b="1", c="2") == []


def test_the_creator_owns_what_nobody_else_has_set() -> None:
    live = _Live(a="1", b="1")
    live.owners.created("u", "maker")
    assert live.apply("one", a="1", d="1") == []
    assert live.apply("two", a="2", d="2") == [
        "maker.metadata.labels.a",
        "one.metadata.labels.a",
        "one.metadata.labels.d",
    ]
    live.update("editor", a="1", b="2", d="1")
    assert live.apply("two", b="3") == ["editor.metadata.labels.b"]
    assert live.apply("one", d="1") == []
    assert live.labels == {"a": "1", "b": "2", "d": "1"}


def test_kubectl_takes_over_what_it_applied_itself_before() -> None:
    live = _Live(a="1", b="1")
    live.owners.created("u", "kubectl-client-side-apply")
    meta = live.object["metadata"]
    assert isinstance(meta, dict)
    noted = '{"metadata":{"labels":{"a":"1","b":"2"}}}'
    meta["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": noted}
    # One of them was changed since: that one is not kubectl's.
    assert live.apply("kubectl", a="2", b="3") == ["kubectl-client-side-apply.metadata.labels.b"]
    assert live.apply("other", a="2") == ["kubectl-client-side-apply.metadata.labels.a"]
    assert live.apply("kubectl", a="2") == []


def test_only_so_many_objects_are_remembered() -> None:
    owners = FieldOwners()
    for number in range(MOST_OBJECTS + 1):
        owners.created(str(number), "maker")
    old, new = _labels(a="1"), _labels(a="2")
    assert owners.conflicts("0", "one", old, new) == []
    assert len(owners.conflicts("1", "one", old, new)) == 1
