"""Where things are on an API server. Names have been checked before; quoting is the second lock."""

from __future__ import annotations

from urllib.parse import quote

NAMESPACES_PATH = "/api/v1/namespaces"


def pods_path(namespace: str) -> str:
    """The Pods of a namespace; of all namespaces when it is empty."""
    if not namespace:
        return "/api/v1/pods"
    return f"/api/v1/namespaces/{quote(namespace, safe='')}/pods"


def pod_path(namespace: str, name: str) -> str:
    """One Pod."""
    return f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(name, safe='')}"


def pod_metrics_path(namespace: str) -> str:
    """What the Pods of a namespace use; of all namespaces when it is empty."""
    return f"/apis/metrics.k8s.io/v1beta1{pods_path(namespace).removeprefix('/api/v1')}"


def service_path(namespace: str, name: str) -> str:
    """One Service."""
    return f"/api/v1/namespaces/{quote(namespace, safe='')}/services/{quote(name, safe='')}"


def events_path(namespace: str) -> str:
    """The events of a namespace."""
    return f"/api/v1/namespaces/{quote(namespace, safe='')}/events"


def log_path(namespace: str, name: str) -> str:
    """The log of a Pod's container."""
    return f"{pod_path(namespace, name)}/log"
