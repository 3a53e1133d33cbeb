"""Nobody gives rights that they do not have. Source: `ConfirmNoEscalation` of the API server."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from msgspec import json
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.rbac import allows, allows_path
from k8s_sandbox_tui.local_cluster.objects.roles import PolicyRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from k8s_sandbox_tui.local_cluster.api.rbac import User


def escalation(user: User, namespace: str, rules: Iterable[PolicyRule]) -> str:
    """Why `user` may not give these rules in `namespace`, everywhere when it is empty; an empty text: they may."""
    missing = [part for rule in rules for part in _parts(rule) if not _holds(user, namespace, part)]
    if not missing:
        return ""
    groups = " ".join(_quoted(group) for group in user.groups)
    told = "\n".join(sorted({_told(rule) for rule in _joined(missing)}))
    return (
        f"user {_quoted(user.name)} (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:"
        f"\n{told}"
    )


def _parts(rule: PolicyRule) -> Iterator[PolicyRule]:
    """The rule as rules for one verb on one thing each."""
    for verb, path in product(rule.verbs, rule.non_resource_urls):
        yield PolicyRule(verbs=[verb], non_resource_urls=[path])
    for verb, group, resource in product(rule.verbs, rule.api_groups, rule.resources):
        whole = PolicyRule(verbs=[verb], api_groups=[group], resources=[resource])
        named = [replace(whole, resource_names=[name]) for name in rule.resource_names]
        yield from named or [whole]


def _joined(parts: Iterable[PolicyRule]) -> Iterable[PolicyRule]:
    """The same with the verbs for each thing together."""
    by_thing: dict[bytes, PolicyRule] = {}
    for part in parts:
        thing = json.encode(replace(part, verbs=part.verbs if part.non_resource_urls else []))
        known = by_thing.get(thing)
        verbs = part.verbs if known is None else list(dict.fromkeys([*known.verbs, *part.verbs]))
        by_thing[thing] = replace(part, verbs=verbs)
    return by_thing.values()


def _holds(user: User, namespace: str, part: PolicyRule) -> bool:
    verb = part.verbs[0]
    if part.non_resource_urls:
        return allows_path(user, verb, part.non_resource_urls[0])
    resource, _, subresource = part.resources[0].partition("/")
    return allows(
        user,
        verb=verb,
        group=part.api_groups[0],
        resource=resource,
        subresource=subresource,
        namespace=namespace,
        name=part.resource_names[0] if part.resource_names else "",
    )


def _told(rule: PolicyRule) -> str:
    """As Go shows it."""
    named = {
        "APIGroups": rule.api_groups,
        "Resources": rule.resources,
        "ResourceNames": rule.resource_names,
        "NonResourceURLs": rule.non_resource_urls,
        "Verbs": rule.verbs,
    }
    return "{" + ", ".join(f"{name}:{_list(texts)}" for name, texts in named.items() if texts) + "}"


def _list(texts: Sequence[str]) -> str:
    return "[" + " ".join(_quoted(text) for text in texts) + "]"


def _quoted(text: str) -> str:
    return json.encode(text).decode()
