"""The routes of roles and role bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.api.role_printers import (
    BINDING_PRINTER,
    CLUSTER_BINDING_PRINTER,
    CLUSTER_ROLE_PRINTER,
    ROLE_PRINTER,
)
from k8s_sandbox_tui.local_cluster.api.roles import UserOf, written_bindings, written_roles
from k8s_sandbox_tui.local_cluster.api.route_table import Handler, Route, readable, stored
from k8s_sandbox_tui.local_cluster.api.served import Served
from k8s_sandbox_tui.local_cluster.store.role_resources import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    ROLE_BINDINGS,
    ROLES,
)

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster


def role_routes(cluster: Cluster, user_of: UserOf) -> dict[Route, Handler]:
    """The table of them; `user_of` tells who sends a request."""
    table: dict[Route, Handler] = {}
    roles = Served(ROLES, cluster.roles, ROLE_PRINTER)
    readable(table, roles)
    stored(table, cluster, written_roles(roles, user_of))
    everywhere = Served(CLUSTER_ROLES, cluster.cluster_roles, CLUSTER_ROLE_PRINTER)
    readable(table, everywhere)
    stored(table, cluster, written_roles(everywhere, user_of))
    bindings = Served(ROLE_BINDINGS, cluster.role_bindings, BINDING_PRINTER)
    readable(table, bindings)
    stored(table, cluster, written_bindings(bindings, cluster, user_of))
    bound_everywhere = Served(CLUSTER_ROLE_BINDINGS, cluster.cluster_role_bindings, CLUSTER_BINDING_PRINTER)
    readable(table, bound_everywhere)
    stored(table, cluster, written_bindings(bound_everywhere, cluster, user_of))
    return table
