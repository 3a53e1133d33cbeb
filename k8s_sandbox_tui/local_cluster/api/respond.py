"""Answers as bytes with the right headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from k8s_sandbox_tui.local_cluster.objects.status_error import PlainError, StatusError

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.store.entry import Entry
    from k8s_sandbox_tui.local_cluster.store.resources import Resource, T

JSON = "application/json"
NO_CACHE = "no-cache, private"


def json_response(body: bytes, *, status: int = 200, content_type: str = JSON) -> web.Response:
    """JSON that is ready."""
    headers = {"Content-Type": content_type, "Cache-Control": NO_CACHE}
    return web.Response(body=body + b"\n", status=status, headers=headers)


def text_response(text: str, *, status: int = 200) -> web.Response:
    """Plain text."""
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": NO_CACHE}
    return web.Response(body=text.encode(), status=status, headers=headers)


def object_response(resource: Resource[T], entry: Entry[T], *, status: int = 200) -> web.Response:
    """One object."""
    return json_response(entry.typed_body(resource.type_meta), status=status)


def error_response(error: StatusError | PlainError) -> web.Response:
    """A failure."""
    if isinstance(error, PlainError):
        return text_response(error.text, status=error.code)
    response = json_response(error.status().encode(), status=error.code)
    response.headers.update(error.headers)
    return response
