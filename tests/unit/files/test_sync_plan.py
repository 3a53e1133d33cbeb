"""What a sync has to do: pure, from what there is on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.files.excludes import excluded_by
from k8s_sandbox_tui.provider.files.sync_plan import SyncPlan, TreeEntry, plan_sync, to_compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.provider.files.sync_plan import Tree

FILE, OTHER_FILE, PROGRAM = TreeEntry("file", 3), TreeEntry("file", 4), TreeEntry("file", 3, 0o755)
FOLDER, LINK, DEVICE = TreeEntry("directory", 0), TreeEntry("symlink", 2), TreeEntry("other", 0)


def plan(source: Tree, target: Tree, same: Sequence[str] = (), kept: Sequence[str] = ()) -> SyncPlan:
    return plan_sync(
        source,
        target,
        source_digests=dict.fromkeys(to_compare(source, target), "a"),
        target_digests=dict.fromkeys(same, "a"),
        kept=kept,
    )


@pytest.mark.parametrize(
    ("source", "target", "same", "expected"),
    [
        ({}, {}, (), SyncPlan((), (), (), 0)),
        ({"a": FILE}, {}, (), SyncPlan(("a",), (), (), 0)),
        ({"a": FILE}, {"a": FILE}, ("a",), SyncPlan((), (), (), 1)),
        ({"a": FILE}, {"a": FILE}, (), SyncPlan(("a",), (), (), 0)),
        ({"a": FILE}, {"a": OTHER_FILE}, ("a",), SyncPlan(("a",), (), (), 0)),
        ({"a": PROGRAM}, {"a": FILE}, ("a",), SyncPlan(("a",), (), (), 0)),
        ({"a": LINK}, {"a": LINK}, ("a",), SyncPlan((), (), (), 1)),
        ({"a": LINK}, {"a": FILE}, (), SyncPlan(("a",), (), (), 0)),
        ({}, {"a": FILE}, (), SyncPlan((), ("a",), (), 0)),
        ({}, {"d": FOLDER, "d/a": FILE, "d/e": FOLDER}, (), SyncPlan((), ("d",), (), 0)),
        ({"d": FOLDER}, {}, (), SyncPlan(("d",), (), (), 0)),
        ({"d": FOLDER, "d/a": FILE}, {}, (), SyncPlan(("d/a",), (), (), 0)),
        ({"d": FOLDER}, {"d": FOLDER, "d/a": FILE}, (), SyncPlan((), ("d/a",), (), 0)),
        ({"a": FILE}, {"a": FOLDER, "a/b": FILE}, (), SyncPlan(("a",), ("a",), ("a",), 0)),
        ({"a": FOLDER, "a/b": FILE}, {"a": FILE}, (), SyncPlan(("a/b",), ("a",), ("a",), 0)),
        ({"a": DEVICE}, {"a": FILE}, (), SyncPlan((), (), (), 0)),
    ],
)
def test_what_is_sent_and_deleted(source: Tree, target: Tree, same: Sequence[str], expected: SyncPlan) -> None:
    assert plan(source, target, same) == expected


def test_what_is_kept_keeps_its_directories() -> None:
    target = {"d": FOLDER, "d/e": FOLDER, "d/e/f": FILE}
    assert plan({}, target, kept=["d/node_modules"]).delete == ("d/e",)
    assert plan({}, target, kept=["other"]).delete == ("d",)


names = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    tree: Tree = {}
    for path in sorted(draw(st.sets(names, max_size=8))):
        parts = path.split("/")
        above = ["/".join(parts[:end]) for end in range(1, len(parts))]
        if all(tree.get(up, FOLDER) == FOLDER for up in above):
            tree.update(dict.fromkeys(above, FOLDER))
            tree[path] = draw(st.sampled_from([FILE, OTHER_FILE, FOLDER, LINK]))
    return tree


@given(trees(), trees())
def test_afterwards_both_sides_are_the_same(source: Tree, target: Tree) -> None:
    """Whatever there was: with what is deleted gone and what is sent there, with the directories it is in."""
    found = plan(source, target, to_compare(source, target))
    after = {
        path: entry
        for path, entry in target.items()
        if not any(path == gone or path.startswith(f"{gone}/") for gone in found.delete)
    }
    for path in found.send:
        parts = path.split("/")
        after.update({"/".join(parts[:end]): FOLDER for end in range(1, len(parts))})
        after[path] = source[path]
    assert after == source
    assert set(found.in_the_way) <= set(found.delete)


@pytest.mark.parametrize(
    ("patterns", "path", "directory", "excluded"),
    [
        (["node_modules/"], "a/node_modules", True, True),
        (["node_modules/"], "a/node_modules/b/c.js", False, True),
        (["node_modules/"], "node_modules", False, False),
        (["*.log"], "a/b.log", False, True),
        (["/build"], "a/build", True, False),
        (["/build"], "build", True, True),
        (["*.log", "!keep.log"], "keep.log", False, False),
        (["# comment"], "# comment", False, False),
        (["a/**/z"], "a/b/c/z", False, True),
    ],
)
def test_patterns_are_those_of_gitignore(patterns: list[str], path: str, directory: bool, excluded: bool) -> None:
    found = excluded_by(patterns)
    assert found is not None
    assert found(path, directory) is excluded


def test_wrong_patterns_are_refused() -> None:
    assert excluded_by([]) is None
    with pytest.raises(InvalidArgumentError, match="one text"):
        excluded_by("*.log")
    with pytest.raises(InvalidArgumentError, match="cannot be read"):
        excluded_by(["!"])
