from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.objects.patch import json_patch, merge_patch, strategic_merge
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonValue


# The examples of RFC 7386, appendix A.
@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"a": "b"}, ["c"], ["c"]),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch(target: JsonValue, patch: JsonValue, result: JsonValue) -> None:
    assert merge_patch(target, patch) == result


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        (
            {"containers": [{"name": "a", "image": "1"}, {"name": "b"}]},
            {"containers": [{"name": "a", "image": "2"}]},
            {"containers": [{"name": "a", "image": "2"}, {"name": "b"}]},
        ),
        (
            {"containers": [{"name": "a"}, {"name": "b"}]},
            {"containers": [{"name": "a", "$patch": "delete"}, {"name": "c"}]},
            {"containers": [{"name": "b"}, {"name": "c"}]},
        ),
        (
            {"ports": [{"containerPort": 1}]},
            {"ports": [{"containerPort": 2}]},
            {"ports": [{"containerPort": 1}, {"containerPort": 2}]},
        ),
        ({"finalizers": ["a"]}, {"finalizers": ["b", "a"]}, {"finalizers": ["a", "b"]}),
        ({"finalizers": ["a", "b"]}, {"$deleteFromPrimitiveList/finalizers": ["a"]}, {"finalizers": ["b"]}),
        ({"tolerations": [1]}, {"tolerations": [2]}, {"tolerations": [2]}),
        ({"labels": {"a": "b"}}, {"labels": {"a": None, "c": "d"}}, {"labels": {"c": "d"}}),
        ({"labels": {"a": "b"}}, {"labels": {"$patch": "replace", "c": "d"}}, {"labels": {"c": "d"}}),
        ({"a": 1}, {"$setElementOrder/containers": [{"name": "a"}], "a": 2}, {"a": 2}),
    ],
)
def test_strategic_merge(target: JsonValue, patch: JsonValue, result: JsonValue) -> None:
    assert strategic_merge(target, patch) == result


@pytest.mark.parametrize(
    ("target", "operations", "result"),
    [
        ({"a": 1}, [{"op": "add", "path": "/b", "value": 2}], {"a": 1, "b": 2}),
        ({"a": 1}, [{"op": "replace", "path": "/a", "value": 2}], {"a": 2}),
        ({"a": 1}, [{"op": "remove", "path": "/a"}], {}),
        ({"a": [1, 3]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2, 3]}),
        ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}], {"a": [1, 2]}),
        ({"a": [1, 2]}, [{"op": "remove", "path": "/a/0"}], {"a": [2]}),
        ({"a": {"b": 1}}, [{"op": "copy", "from": "/a/b", "path": "/c"}], {"a": {"b": 1}, "c": 1}),
        ({"a": {"b": 1}}, [{"op": "move", "from": "/a/b", "path": "/c"}], {"a": {}, "c": 1}),
        (
            {"a/b": 1, "m~n": 2},
            [{"op": "test", "path": "/a~1b", "value": 1}, {"op": "remove", "path": "/m~0n"}],
            {"a/b": 1},
        ),
    ],
)
def test_json_patch(target: JsonValue, operations: JsonValue, result: JsonValue) -> None:
    assert json_patch(target, operations) == result


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ({"op": "add"}, 400),
        (["add"], 400),
        ([{"op": "add", "path": "a"}], 400),
        ([{"op": "jump", "path": "/a"}], 400),
        ([{"op": "remove", "path": "/none"}], 422),
        ([{"op": "replace", "path": "/none", "value": 1}], 422),
        ([{"op": "test", "path": "/a", "value": 2}], 422),
        ([{"op": "add", "path": "/l/9", "value": 1}], 422),
        ([{"op": "add", "path": "/x/y", "value": 1}], 422),
    ],
)
def test_a_patch_that_does_not_fit_is_refused(operations: JsonValue, code: int) -> None:
    with pytest.raises(StatusError) as refused:
        json_patch({"a": 1, "l": []}, operations)
    assert refused.value.code == code


def test_an_unknown_directive_is_refused() -> None:
    with pytest.raises(StatusError, match="Unknown patch type: jump"):
        strategic_merge({}, {"$patch": "jump"})
