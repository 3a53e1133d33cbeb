"""Lists that are joined member by member, and the fields by which their members are told apart.

Source: `listMapKey` and `patchMergeKey` of `k8s.io/api/core/v1`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonValue

SETS = frozenset({"finalizers"})
"""Lists of plain values, each of which stands there once."""

ATOMIC = frozenset(
    {"configMapKeyRef", "fieldRef", "labelSelector", "nodeSelector", "resourceFieldRef", "secretKeyRef", "selector"}
)
"""Objects that are applied as a whole: `structType=atomic` and `mapType=atomic`."""

_KEYS: Mapping[str, tuple[str, ...]] = {
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "hostIPs": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "podIPs": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
# Ports have other keys in a container than in a Service.
_PORTS = ("containerPort", "protocol"), ("port", "protocol")
KEY_DEFAULTS: Mapping[str, JsonValue] = {"protocol": "TCP"}
"""What a key is where a member does not have it."""


def keys_of(field: str, names: Container[str]) -> tuple[str, ...]:
    """The keys of the list in `field`, whose members have these fields; none where it is replaced as a whole.

    A strategic merge goes by the first of them alone.
    """
    if field == "ports":
        return next((keys for keys in _PORTS if keys[0] in names), ())
    return _KEYS.get(field, ())


def names_in(items: Sequence[JsonValue]) -> set[str]:
    """The fields of a list's members."""
    return {name for item in items if isinstance(item, dict) for name in item}
