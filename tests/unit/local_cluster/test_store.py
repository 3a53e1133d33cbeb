from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.objects.cluster import Namespace
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError
from k8s_sandbox_tui.local_cluster.store import collection as collection_module
from k8s_sandbox_tui.local_cluster.store.clock import Clock
from k8s_sandbox_tui.local_cluster.store.collection import Collection

if TYPE_CHECKING:
    from pathlib import Path


def _collection(clock: Clock | None = None) -> Collection[Namespace]:
    return Collection("namespaces", clock or Clock())


def _named(name: str, **labels: str) -> Namespace:
    return Namespace(metadata=ObjectMeta(name=name, labels=labels))


def test_versions_rise_with_every_change_of_any_kind() -> None:
    clock = Clock()
    first, second = _collection(clock), _collection(clock)
    versions = [
        first.create(_named("a")).version,
        second.create(_named("a")).version,
        first.update(replace(first.get("", "a").object, metadata=ObjectMeta(name="a", labels={"x": "y"}))).version,
        first.delete("", "a").version,
    ]
    assert versions == sorted(set(versions))


def test_a_name_is_taken_once() -> None:
    items = _collection()
    items.create(_named("a"))
    with pytest.raises(StatusError, match='namespaces "a" already exists'):
        items.create(_named("a"))


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(StatusError, match='namespaces "a" not found'):
        _collection().delete("", "a")


def test_an_update_without_a_change_is_none() -> None:
    items = _collection()
    before = items.create(_named("a"))
    assert items.update(before.object) is before


def test_changes_since_a_version_come_in_order_and_the_deleted_object_has_a_version_of_its_own() -> None:
    items = _collection()
    start = items.clock.version
    created = items.create(_named("a"))
    items.update(replace(created.object, metadata=replace(created.object.metadata, labels={"x": "y"})))
    gone = items.delete("", "a")
    changes = items.changes_after(start)
    assert changes is not None
    assert [change.type for change in changes] == ["ADDED", "MODIFIED", "DELETED"]
    assert gone.object.metadata.resource_version == str(items.clock.version)
    assert items.changes_after(items.clock.version) == []


def test_history_is_bounded_and_says_when_it_is_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection_module, "_HISTORY", 3)
    items = _collection()
    start = items.clock.version
    for name in "abcde":
        items.create(_named(name))
    assert items.changes_after(start) is None
    kept = items.changes_after(items.floor)
    assert kept is not None
    assert [change.entry.key[1] for change in kept] == ["c", "d", "e"]


def test_a_kept_snapshot_does_not_change() -> None:
    items = _collection()
    items.create(_named("b"))
    items.create(_named("a"))
    version = items.keep_snapshot()
    items.delete("", "a")
    kept = items.snapshot_at(version)
    assert kept is not None
    assert [entry.key[1] for entry in kept] == ["a", "b"]
    assert [entry.key[1] for entry in items.snapshot()] == ["b"]
    assert items.snapshot_at(version - 1) is None


def test_versions_are_never_used_again_after_a_crash(tmp_path: Path) -> None:
    file = tmp_path / "version"
    first = Clock(file)
    last = [first.next() for _ in range(3)][-1]
    assert Clock(file).next() > last


def test_a_damaged_version_file_is_no_obstacle(tmp_path: Path) -> None:
    file = tmp_path / "version"
    file.write_text("nonsense")
    assert Clock(file).next() > 0


async def test_waiting_for_a_version_ends_when_it_comes_or_not() -> None:
    clock = Clock()
    items = _collection(clock)
    waiting = asyncio.create_task(clock.reach(clock.version + 1, 5))
    await asyncio.sleep(0)
    items.create(_named("a"))
    assert await waiting
    assert not await clock.reach(clock.version + 1, 0.01)
