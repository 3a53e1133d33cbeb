"""The routes that all kinds of objects have in common: reading them, and writing those that are only stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from k8s_sandbox_tui.local_cluster.api import writing
from k8s_sandbox_tui.local_cluster.api.applying import patch_object
from k8s_sandbox_tui.local_cluster.api.listing import get_object, list_objects
from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
from k8s_sandbox_tui.local_cluster.api.watching import watch_objects

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.api.served import Served
    from k8s_sandbox_tui.local_cluster.api.writing import Written
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster
    from k8s_sandbox_tui.local_cluster.store.resources import T

Route = tuple[str, str, str, str]
"""Group, resource, subresource, verb."""
Write = Callable[[web.Request, RequestInfo], Awaitable[web.Response]]
Handler = Callable[[web.Request, RequestInfo], Awaitable[web.StreamResponse]]


def readable(table: dict[Route, Handler], served: Served[T]) -> None:
    """Adds get, list and watch."""
    group, plural = served.resource.group, served.resource.plural
    table[group, plural, "", "get"] = partial(get_object, served=served)
    table[group, plural, "", "list"] = partial(list_objects, served=served)
    table[group, plural, "", "watch"] = partial(watch_objects, served=served)


def writable(table: dict[Route, Handler], cluster: Cluster, served: Served[T], create: Write, change: Write) -> None:
    """Adds create, update and patch."""
    group, plural = served.resource.group, served.resource.plural
    table[group, plural, "", "create"] = create
    table[group, plural, "", "update"] = change
    table[group, plural, "", "patch"] = partial(
        patch_object, cluster=cluster, served=served, create=create, change=change
    )


def stored(table: dict[Route, Handler], cluster: Cluster, written: Written[T]) -> None:
    """Adds all that changes objects which are nothing but what is stored of them."""
    create = partial(writing.create_object, cluster=cluster, written=written)
    writable(table, cluster, written.served, create, partial(writing.change_object, cluster=cluster, written=written))
    group, plural = written.served.resource.group, written.served.resource.plural
    table[group, plural, "", "delete"] = partial(writing.delete_object, written=written)
    table[group, plural, "", "deletecollection"] = partial(writing.delete_objects, cluster=cluster, written=written)
