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
        rights: Verbs and resources of the core API group.
    """
    verbs: dict[str, list[str]] = {}
    for verb, resource in rights:
        verbs.setdefault(resource, []).append(verb)
    if not verbs:
        return ""
    rules = "".join(
        f'  - apiGroups: [""]\n    resources: [{resource}]\n    verbs: [{", ".join(granted)}]\n'
        for resource, granted in verbs.items()
    )
    # A namespace may be all digits, which YAML would take for a number.
    return (
        "apiVersion: rbac.authorization.k8s.io/v1\n"
        "kind: Role\n"
        "metadata:\n"
        f"  name: {ROLE_NAME}\n"
        f'  namespace: "{namespace}"\n'
        "rules:\n" + rules
    )
