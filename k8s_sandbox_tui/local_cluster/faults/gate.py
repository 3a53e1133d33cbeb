"""Stands before the API while faults are switched on: takes rules, and makes requests fail as they say."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from math import ceil
from typing import TYPE_CHECKING, TypeVar

import msgspec
from aiohttp import web

from k8s_sandbox_tui.local_cluster.api.media import JSON
from k8s_sandbox_tui.local_cluster.api.request_info import request_info
from k8s_sandbox_tui.local_cluster.api.respond import json_response
from k8s_sandbox_tui.local_cluster.faults.request_keys import ANNOTATIONS, EXEC_FAULT
from k8s_sandbox_tui.local_cluster.faults.rules import Fault, FaultBook, Rule
from k8s_sandbox_tui.local_cluster.objects.meta import SERVER_TIME, now
from k8s_sandbox_tui.local_cluster.objects.status_error import (
    StatusDetails,
    StatusError,
    bad_request,
    expired,
    method_not_allowed,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from k8s_sandbox_tui.local_cluster.api.rbac import User
    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo

    Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
    Identify = Callable[[str | None], User]

M = TypeVar("M")

RULES = "/local/faults"
"""GET: the rules that are left. POST: one more. DELETE: none any more."""
CLOCK = "/local/clock"
"""PUT `{"skewSeconds": 90}`: the server's clock goes so much ahead."""


class ClockSkew(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """How far the server's clock is ahead."""

    skew_seconds: float


class FaultGate:
    """Decides for each request whether it is answered."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify
        self._book = FaultBook()
        # By number, as requests have no hash.
        self._watches: dict[int, tuple[web.Request, RequestInfo]] = {}

    async def answer(self, request: web.Request, serve: Serve) -> web.StreamResponse:
        """Answers with a fault, or as usual.

        Raises:
            StatusError: What a rule has asked for, or a rule that is none.
        """
        if request.path in {RULES, CLOCK}:
            return await self._administer(request)
        info = request_info(request.method, request.path, request.query)
        rule = self._book.take(info, request.query)
        if info.verb != "watch":
            return await serve(request) if rule is None else await self._fail(request, rule, serve)
        self._watches[id(request)] = request, info
        try:
            return await serve(request) if rule is None else await self._fail(request, rule, serve)
        finally:
            del self._watches[id(request)]

    async def skew_date(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Makes the header `Date` tell the server's own time."""
        response.headers["Date"] = format_datetime(now(), usegmt=True)

    async def _fail(self, request: web.Request, rule: Rule, serve: Serve) -> web.StreamResponse:
        refusal = _refusal(rule)
        if refusal is not None:
            raise refusal
        match rule.fault:
            case Fault.EXPIRED:
                return _expired(request)
            case Fault.EXEC:
                request[EXEC_FAULT] = rule.exec
            case Fault.ANNOTATE:
                request[ANNOTATIONS] = rule.annotations
            case Fault.DELAY:
                await asyncio.sleep(rule.seconds)
            case Fault.WATCH_CUT:
                asyncio.get_running_loop().call_later(rule.seconds, _reset, request)
            case Fault.RESET:
                _reset(request)
                return web.Response(status=500)
            case Fault.LOST_ANSWER:
                await serve(request)
                _reset(request)
                return web.Response(status=500)
            case _:
                pass
        return await serve(request)

    async def _administer(self, request: web.Request) -> web.Response:
        user = self._identify(request.headers.get("Authorization"))
        if not user.is_master:
            message = f'forbidden: User "{user.name}" cannot {request.method.lower()} path "{request.path}"'
            raise StatusError(403, "Forbidden", message, details=StatusDetails())
        if request.path == CLOCK and request.method == "PUT":
            skew = _decoded(await request.read(), ClockSkew)
            SERVER_TIME.skew = timedelta(seconds=skew.skew_seconds)
            return json_response(msgspec.json.encode(skew))
        if request.path == RULES and request.method == "POST":
            return self._add(_decoded(await request.read(), Rule))
        if request.path == RULES and request.method == "DELETE":
            self._book.clear()
            return json_response(b"[]")
        if request.path == RULES and request.method == "GET":
            return json_response(msgspec.json.encode(self._book.rules))
        raise method_not_allowed()

    def _add(self, rule: Rule) -> web.Response:
        for fault, name, given in ((Fault.EXEC, "exec", rule.exec), (Fault.ANNOTATE, "annotations", rule.annotations)):
            if (rule.fault is fault) is (given is None):
                raise bad_request(f"the fault {fault} needs the field {name}, and no other fault has it")
        self._book.add(rule)
        if rule.fault is Fault.WATCH_CUT:
            for request, info in list(self._watches.values()):
                if self._book.take_one(rule, info):
                    _reset(request)
        return json_response(msgspec.json.encode(rule), status=201)


def _decoded(body: bytes, model: type[M]) -> M:
    try:
        return msgspec.json.decode(body, type=model)
    except msgspec.DecodeError as error:
        raise bad_request(f"not a {model.__name__}: {error}") from error


def _refusal(rule: Rule) -> StatusError | None:
    match rule.fault:
        case Fault.TOO_MANY_REQUESTS:
            return _too_many_requests(ceil(rule.seconds))
        case Fault.INTERNAL_ERROR:
            return StatusError(500, "InternalError", "Internal error occurred: a fault was asked for")
        case Fault.UNAUTHORIZED:
            return StatusError(401, "Unauthorized", "Unauthorized")
        case _:
            return None


def _too_many_requests(seconds: int) -> StatusError:
    return StatusError(
        429,
        "TooManyRequests",
        "Too many requests, please try again later.",
        details=StatusDetails(retry_after_seconds=seconds),
        headers={"Retry-After": str(seconds)},
    )


def _expired(request: web.Request) -> web.Response:
    if request.query.get("continue"):
        raise expired("The provided continue parameter is too old to display a consistent list result.")
    version = request.query.get("resourceVersion", "")
    error = expired(f"too old resource version: {version} (a fault was asked for)")
    return web.Response(
        body=b'{"type":"ERROR","object":' + error.status().encode() + b"}\n", headers={"Content-Type": JSON}
    )


def _reset(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
