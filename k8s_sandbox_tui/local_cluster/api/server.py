"""The web application: host check, who is it, may they, and then the handler."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from aiohttp import web

from k8s_sandbox_tui.local_cluster.api.body import MAX_BODY
from k8s_sandbox_tui.local_cluster.api.discovery import discover, group_version, version
from k8s_sandbox_tui.local_cluster.api.media import takes_gzip, wants_yaml
from k8s_sandbox_tui.local_cluster.api.rbac import User, authorize
from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo, request_info
from k8s_sandbox_tui.local_cluster.api.respond import compressed, error_response, in_yaml, json_response, text_response
from k8s_sandbox_tui.local_cluster.api.routes import REVIEWS
from k8s_sandbox_tui.local_cluster.objects.status_error import (
    PlainError,
    StatusError,
    method_not_allowed,
    page_not_found,
)
from k8s_sandbox_tui.local_cluster.store.role_resources import STORED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.local_cluster.api.authentication import Authenticator
    from k8s_sandbox_tui.local_cluster.api.route_table import Handler, Route
    from k8s_sandbox_tui.local_cluster.faults.gate import FaultGate

_HOSTS = ("127.0.0.1", "localhost")
_ON_COLLECTIONS = {"list", "watch", "create", "deletecollection"}
_IN_NAMESPACES = {"create", "deletecollection", "get", "update", "patch", "delete"}
_CLUSTER_SCOPED = {resource.plural for group in STORED.values() for resource in group if not resource.namespaced}
_API = ("/api", "/apis")
_HEALTH = {"/healthz", "/livez", "/readyz"}


class ApiServer:
    """Answers requests to one cluster."""

    def __init__(
        self, table: Mapping[Route, Handler], authenticator: Authenticator, port: int, gate: FaultGate | None = None
    ) -> None:
        self._authenticator = authenticator
        self._gate = gate
        self._address = f"127.0.0.1:{port}"
        # A page that a browser was lured to by another name must not reach this server.
        self._hosts = {f"{host}:{port}" for host in _HOSTS} | set(_HOSTS)
        self._routes = table
        self._served = {route[:3] for route in self._routes}
        self._version = version(f"{platform.system().lower()}/{_architecture()}")

    def application(self) -> web.Application:
        """The application, to be run by aiohttp."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self._answer)
        if self._gate is not None:
            app.on_response_prepare.append(self._gate.skew_date)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        response = await self._answer_in_json(request)
        if response.prepared or not request.path.startswith(_API):
            return response
        if wants_yaml(request.headers.get("Accept")):
            response = await in_yaml(response)
        return await compressed(response) if takes_gzip(request.headers.get("Accept-Encoding")) else response

    async def _answer_in_json(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_host(request)
            if self._gate is not None:
                return await self._gate.answer(request, self._serve)
            return await self._serve(request)
        except (StatusError, PlainError) as error:
            return error_response(error)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        user = self._authenticator.sender(request)
        info = request_info(request.method, request.path, request.query)
        authorize(user, info)
        if info.is_resource:
            return await self._resource(request, info, user)
        return self._other(request, info)

    def _check_host(self, request: web.Request) -> None:
        if request.host not in self._hosts:
            raise PlainError(421, f"this server answers to {self._address} alone\n")

    async def _resource(self, request: web.Request, info: RequestInfo, user: User) -> web.StreamResponse:
        review = REVIEWS.get((info.group, info.resource))
        if review is not None and info.version == group_version(info.group):
            if info.verb != "create":
                raise method_not_allowed()
            return await review(request, user)
        served = (info.group, info.resource, info.subresource)
        if info.version != group_version(info.group) or served not in self._served or _lacks_namespace(info):
            raise page_not_found()
        handler = self._routes.get((*served, info.verb))
        if handler is None or not _well_formed(info):
            raise method_not_allowed()
        return await handler(request, info)

    def _other(self, request: web.Request, info: RequestInfo) -> web.Response:
        if info.path in {"/version", "/version/"}:
            return json_response(self._version)
        if info.path in _HEALTH:
            return text_response("ok")
        if info.path.startswith("/openapi/"):
            from k8s_sandbox_tui.local_cluster.api.openapi import openapi  # few ask, and it takes time to import

            return openapi(info.path, request.headers.get("Accept"))
        return discover(request, info.path, self._address)


def _lacks_namespace(info: RequestInfo) -> bool:
    """Whether the path names an object that is in a namespace, but not which."""
    return bool(info.name) and not info.namespace and info.resource not in _CLUSTER_SCOPED


def _well_formed(info: RequestInfo) -> bool:
    """Whether the path names what the verb needs: a collection, an object, a namespace to create it in."""
    if info.subresource:
        return True
    if bool(info.name) is (info.verb in _ON_COLLECTIONS):
        return False
    return info.verb not in _IN_NAMESPACES or bool(info.namespace) or info.resource in _CLUSTER_SCOPED


def _architecture() -> str:
    machine = platform.machine()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
