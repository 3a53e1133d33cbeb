"""The columns of `kubectl get` for roles and role bindings. Source: the printers of the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from k8s_sandbox_tui.local_cluster.api.age import age
from k8s_sandbox_tui.local_cluster.api.printers import AGE, NAME, column
from k8s_sandbox_tui.local_cluster.api.table import Cell, Printer

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.local_cluster.objects.roles import ClusterRole, ClusterRoleBinding, Role, RoleBinding

_ROLE_COLUMNS = (NAME, column("Created At", AGE.description))
_BINDING_COLUMNS = (
    NAME,
    column("Role", "RoleRef can only reference a role in the current namespace or one in the global namespace."),
    AGE,
    column("Users", "Users in the subjects of the binding.", 1),
    column("Groups", "Groups in the subjects of the binding.", 1),
    column("ServiceAccounts", "ServiceAccounts in the subjects of the binding.", 1),
)


def _role_cells(item: Role | ClusterRole, _now: datetime) -> list[Cell]:
    created = item.metadata.creation_timestamp
    return [item.metadata.name, "" if created is UNSET else created]


def _binding_cells(item: RoleBinding | ClusterRoleBinding, now: datetime) -> list[Cell]:
    def named(kind: str) -> str:
        return ", ".join(subject.name for subject in item.subjects if subject.kind == kind)

    accounts = [subject for subject in item.subjects if subject.kind == "ServiceAccount"]
    return [
        item.metadata.name,
        f"{item.role_ref.kind}/{item.role_ref.name}",
        age(item.metadata.creation_timestamp, now),
        named("User"),
        named("Group"),
        ", ".join(f"{account.namespace}/{account.name}" for account in accounts),
    ]


ROLE_PRINTER: Printer[Role] = Printer(_ROLE_COLUMNS, _role_cells)
CLUSTER_ROLE_PRINTER: Printer[ClusterRole] = Printer(_ROLE_COLUMNS, _role_cells)
BINDING_PRINTER: Printer[RoleBinding] = Printer(_BINDING_COLUMNS, _binding_cells)
CLUSTER_BINDING_PRINTER: Printer[ClusterRoleBinding] = Printer(_BINDING_COLUMNS, _binding_cells)
