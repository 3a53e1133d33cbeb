"""Which handler answers which verb on which resource."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from k8s_sandbox_tui.local_cluster.api import metrics, namespaces, pods, reviews
from k8s_sandbox_tui.local_cluster.api.events import delete_event, delete_events
from k8s_sandbox_tui.local_cluster.api.eviction import evict_pod
from k8s_sandbox_tui.local_cluster.api.listing import get_object
from k8s_sandbox_tui.local_cluster.api.logs import pod_log
from k8s_sandbox_tui.local_cluster.api.pod_container import attach_to_pod, exec_in_pod, forward_ports
from k8s_sandbox_tui.local_cluster.api.printers import (
    EVENT_PRINTER,
    NAMESPACE_PRINTER,
    NODE_PRINTER,
    POD_PRINTER,
    SERVICE_ACCOUNT_PRINTER,
    SERVICE_PRINTER,
)
from k8s_sandbox_tui.local_cluster.api.rbac import User
from k8s_sandbox_tui.local_cluster.api.role_routes import role_routes
from k8s_sandbox_tui.local_cluster.api.route_table import readable, stored, writable
from k8s_sandbox_tui.local_cluster.api.served import Served
from k8s_sandbox_tui.local_cluster.api.service_accounts import written_service_accounts
from k8s_sandbox_tui.local_cluster.api.services import written_services
from k8s_sandbox_tui.local_cluster.api.token_request import create_token
from k8s_sandbox_tui.local_cluster.kubelet.usage_sampler import UsageSampler
from k8s_sandbox_tui.local_cluster.store.resources import EVENTS, NAMESPACES, NODES, PODS, SERVICE_ACCOUNTS, SERVICES

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.api.account_tokens import AccountTokens
    from k8s_sandbox_tui.local_cluster.api.roles import UserOf
    from k8s_sandbox_tui.local_cluster.api.route_table import Handler, Route
    from k8s_sandbox_tui.local_cluster.kubelet.kubelet import Kubelet
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

ReviewHandler = Callable[[web.Request, User], Awaitable[web.StreamResponse]]

REVIEWS: dict[tuple[str, str], ReviewHandler] = {
    ("authorization.k8s.io", "selfsubjectaccessreviews"): reviews.review_access,
    ("authorization.k8s.io", "selfsubjectrulesreviews"): reviews.review_rules,
    ("authentication.k8s.io", "selfsubjectreviews"): reviews.review_self,
}


def routes(cluster: Cluster, kubelet: Kubelet, tokens: AccountTokens, user_of: UserOf) -> dict[Route, Handler]:
    """The whole table; `user_of` tells who sends a request."""
    table: dict[Route, Handler] = {}

    pod_objects = Served(PODS, cluster.pods, POD_PRINTER)
    readable(table, pod_objects)
    namespace_objects = Served(NAMESPACES, cluster.namespaces, NAMESPACE_PRINTER)
    readable(table, namespace_objects)
    readable(table, Served(NODES, cluster.nodes, NODE_PRINTER))
    service_objects = Served(SERVICES, cluster.services, SERVICE_PRINTER)
    readable(table, service_objects)
    account_objects = Served(SERVICE_ACCOUNTS, cluster.service_accounts, SERVICE_ACCOUNT_PRINTER)
    readable(table, account_objects)
    readable(table, Served(EVENTS, cluster.events, EVENT_PRINTER))

    table["", "pods", "", "delete"] = partial(pods.delete_pod, cluster=cluster, kubelet=kubelet)
    table["", "pods", "", "deletecollection"] = partial(pods.delete_pods, cluster=cluster, kubelet=kubelet)
    create_pod = partial(pods.create_pod, cluster=cluster, kubelet=kubelet)
    writable(table, cluster, pod_objects, create_pod, partial(pods.change_pod, cluster=cluster))
    table["", "pods", "status", "get"] = partial(get_object, served=pod_objects)
    table["", "pods", "eviction", "create"] = partial(evict_pod, cluster=cluster, kubelet=kubelet)
    table["", "pods", "log", "get"] = partial(pod_log, cluster=cluster, kubelet=kubelet)
    for verb in ("get", "create"):
        table["", "pods", "exec", verb] = partial(exec_in_pod, cluster=cluster, kubelet=kubelet)
        table["", "pods", "attach", verb] = partial(attach_to_pod, cluster=cluster, kubelet=kubelet)
        table["", "pods", "portforward", verb] = partial(forward_ports, cluster=cluster, kubelet=kubelet)

    for subresource in ("ephemeralcontainers", "resize"):
        for verb in ("get", "update", "patch"):
            table["", "pods", subresource, verb] = partial(pods.no_subresource, cluster=cluster)

    stored(table, cluster, written_services(service_objects, cluster))
    stored(table, cluster, namespaces.written_namespaces(namespace_objects, cluster))
    stored(table, cluster, written_service_accounts(account_objects))
    table["", "serviceaccounts", "token", "create"] = partial(create_token, cluster=cluster, tokens=tokens)
    table["", "namespaces", "", "delete"] = partial(namespaces.delete_namespace, cluster=cluster, kubelet=kubelet)
    del table["", "namespaces", "", "deletecollection"]
    table["", "events", "", "delete"] = partial(delete_event, cluster=cluster)
    table["", "events", "", "deletecollection"] = partial(delete_events, cluster=cluster)
    return table | _measured(cluster, kubelet) | role_routes(cluster, user_of)


def _measured(cluster: Cluster, kubelet: Kubelet) -> dict[Route, Handler]:
    table: dict[Route, Handler] = {}
    sampler = UsageSampler()
    pods_used = partial(metrics.list_pod_metrics, cluster=cluster, kubelet=kubelet, sampler=sampler)
    table[metrics.GROUP, "pods", "", "list"] = pods_used
    table[metrics.GROUP, "pods", "", "get"] = partial(
        metrics.get_pod_metrics, cluster=cluster, kubelet=kubelet, sampler=sampler
    )
    table[metrics.GROUP, "nodes", "", "list"] = partial(metrics.list_node_metrics, cluster=cluster, sampler=sampler)
    table[metrics.GROUP, "nodes", "", "get"] = partial(metrics.get_node_metrics, cluster=cluster, sampler=sampler)
    return table
