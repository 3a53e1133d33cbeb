"""Which objects a list or watch is about: namespace, label selector, field selector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request
from k8s_sandbox_tui.local_cluster.store.entry import Entry
from k8s_sandbox_tui.local_cluster.store.resources import Resource, T
from k8s_sandbox_tui.local_cluster.store.selectors import FieldTerm, field_selector, label_selector

if TYPE_CHECKING:
    from collections.abc import Mapping

EntryTest = Callable[[Entry[T]], bool]


def entry_test(resource: Resource[T], namespace: str, query: Mapping[str, str]) -> EntryTest[T] | None:
    """The test that a request's namespace and selectors stand for; None: everything matches.

    Raises:
        StatusError: 400, a selector is malformed or asks for a field that cannot be selected by.
    """
    labels_match = label_selector(query.get("labelSelector", ""))
    terms = field_selector(query.get("fieldSelector", ""))
    for term in terms:
        _check_field(resource, term)
    if not terms and labels_match is None and not namespace:
        return None

    def test(entry: Entry[T]) -> bool:
        if namespace and entry.key[0] != namespace:
            return False
        if labels_match is not None and not labels_match(entry.labels):
            return False
        return all((resource.field_value(entry.object, term.field) == term.value) is term.equal for term in terms)

    return test


def _check_field(resource: Resource[T], term: FieldTerm) -> None:
    known = {"metadata.name", "metadata.namespace"} if resource.namespaced else {"metadata.name"}
    if term.field not in known and term.field not in resource.fields:
        raise bad_request(f"field label not supported: {term.field}")
