"""A Role as YAML text, to be handed to whoever may grant it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROLE_NAME = "k8s-sandbox-tui"


def role_yaml(namespace: str, rights: Sequence[tuple[str, str]]) -> str:
    """A Role with these rights, for `kubectl apply`; empty for none.

    It has to be bound to the identity: `kubectl create rolebinding` does that.

    Args:
        namespace: Where it grants them; a valid name.
        rights: Verbs and resources; outside the core API group with their group, `pods.metrics.k8s.io`.
    """
    verbs: dict[str, list[str]] = {}
    for verb, resource in rights:
        verbs.setdefault(resource, []).append(verb)
    if not verbs:
        return ""
    rules = "".join([_rule(resource, granted) for resource, granted in verbs.items()])
    # A namespace may be all digits, which YAML would take for a number.
    return (
        "apiVersion: rbac.authorization.k8s.io/v1\n"
        "kind: Role\n"
        "metadata:\n"
        f"  name: {ROLE_NAME}\n"
        f'  namespace: "{namespace}"\n'
        "rules:\n" + rules
    )


def _rule(resource: str, verbs: Sequence[str]) -> str:
    name, _, group = resource.partition(".")
    return f'  - apiGroups: ["{group}"]\n    resources: [{name}]\n    verbs: [{", ".join(verbs)}]\n'
