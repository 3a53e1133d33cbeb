"""What a sync has to do, from what there is on both sides. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXECUTABLE = 0o100


class TreeEntry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a tree, on either side."""

    type: Literal["file", "directory", "symlink", "other"]
    size: int
    mode: int = 0o644
    """Permissions."""
    shut: bool = False
    """Whether what is in it may not be read."""


Tree = dict[str, TreeEntry]
"""The entries of a tree by their paths below it, with `/` between the parts."""


class SyncPlan(msgspec.Struct, frozen=True):
    """What a sync does."""

    send: tuple[str, ...]
    """What is new or another one: files, symbolic links, and directories that nothing else brings along."""
    delete: tuple[str, ...]
    """What the source does not have; of a directory that goes whole, the directory alone."""
    in_the_way: tuple[str, ...]
    """Those of them that are in the way of what is sent."""
    unchanged: int
    """Files and symbolic links that are the same on both sides."""


def to_compare(source: Tree, target: Tree) -> list[str]:
    """The paths whose digests decide: files of the same size, symbolic links of the same length, in order."""
    return sorted([path for path, entry in source.items() if _alike(entry, target.get(path))])


def plan_sync(
    source: Tree,
    target: Tree,
    *,
    source_digests: Mapping[str, str],
    target_digests: Mapping[str, str],
    kept: Iterable[str] = (),
) -> SyncPlan:
    """Compares two trees.

    Args:
        source: What there is to be.
        target: What there is.
        source_digests: SHA-256 of the paths of `to_compare`; one that is missing counts as another one.
        target_digests: The same for the target.
        kept: Paths in the target that are left alone, and with them the directories that they are in.
    """
    send: list[str] = []
    unchanged = 0
    filled = {parent for path in source for parent in parents(path)}
    for path, entry in source.items():
        there = target.get(path)
        if entry.type == "directory":
            if path not in filled and (there is None or there.type != "directory"):
                send.append(path)
        elif entry.type != "other":
            digest = source_digests.get(path)
            if _alike(entry, there) and digest is not None and digest == target_digests.get(path):
                unchanged += 1
            else:
                send.append(path)
    held = {parent for path in kept for parent in (path, *parents(path))}
    gone = {path for path, entry in target.items() if path not in held and not _same_kind(entry, source.get(path))}
    delete = sorted([path for path in gone if not any(parent in gone for parent in parents(path))])
    in_the_way = [path for path in delete if path in source or any(_is_file(source.get(up)) for up in parents(path))]
    return SyncPlan(tuple(sorted(send)), tuple(delete), tuple(in_the_way), unchanged)


def _alike(entry: TreeEntry, there: TreeEntry | None) -> bool:
    """Whether just a digest can tell them apart."""
    if there is None or entry.type != there.type or entry.size != there.size:
        return False
    if entry.type == "file":
        return entry.mode & EXECUTABLE == there.mode & EXECUTABLE
    return entry.type == "symlink"


def _same_kind(entry: TreeEntry, wanted: TreeEntry | None) -> bool:
    """Whether it may stay, to be replaced in one step or as it is."""
    if wanted is None or wanted.type == "other":
        return wanted is not None
    return (entry.type == "directory") == (wanted.type == "directory")


def _is_file(entry: TreeEntry | None) -> bool:
    return entry is not None and entry.type != "directory"


def parents(path: str) -> list[str]:
    """The directories that a path is in, below the tree, from the top."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]
