"""Answers as bytes with the right headers."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

from aiohttp import web
from msgspec import json

from k8s_sandbox_tui.local_cluster.api.media import JSON, YAML
from k8s_sandbox_tui.local_cluster.objects.status_error import PlainError, StatusError

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.store.entry import Entry
    from k8s_sandbox_tui.local_cluster.store.resources import Resource, T

_GZIP_THRESHOLD = 128 * 1024
_GZIP_LEVEL = 1
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


async def compressed(response: web.StreamResponse) -> web.StreamResponse:
    """The same answer by gzip; as it is where it is short, or no object or list. Source: `responsewriters` there."""
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return response
    if len(response.body) <= _GZIP_THRESHOLD or not response.headers.get("Content-Type", "").startswith((JSON, YAML)):
        return response
    # Beside the loop: there is no lock on the interpreter meanwhile.
    response.body = await asyncio.to_thread(gzip.compress, response.body, _GZIP_LEVEL)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


async def in_yaml(response: web.StreamResponse) -> web.StreamResponse:
    """The same answer in YAML; as it is where it is no JSON."""
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return response
    if not response.headers.get("Content-Type", "").startswith(JSON):
        return response
    # A long list takes long, and nobody else is to wait for it.
    response.body = await asyncio.to_thread(_yaml, response.body)
    response.headers["Content-Type"] = YAML
    return response


def _yaml(body: bytes) -> bytes:
    import yaml  # asked for by few clients, and slow to import

    # By the C library where PyYAML was built with it.
    dumper = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
    return str(yaml.dump(json.decode(body), Dumper=dumper, allow_unicode=True, width=1 << 30)).encode()
