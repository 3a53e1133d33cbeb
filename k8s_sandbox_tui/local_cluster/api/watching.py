"""Watches: the changes of a list, as they happen."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Generic

from aiohttp import ClientConnectionResetError, web
from msgspec import json

from k8s_sandbox_tui.local_cluster.api.list_options import check_watch_options
from k8s_sandbox_tui.local_cluster.api.listing import await_version, positive_int
from k8s_sandbox_tui.local_cluster.api.media import JSON, Form, answer_media
from k8s_sandbox_tui.local_cluster.api.respond import NO_CACHE
from k8s_sandbox_tui.local_cluster.api.selection import EntryTest, entry_test
from k8s_sandbox_tui.local_cluster.api.table import included, partial_metadata, table
from k8s_sandbox_tui.local_cluster.objects.meta import with_version
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError, expired
from k8s_sandbox_tui.local_cluster.store.resources import T

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.api.served import Served
    from k8s_sandbox_tui.local_cluster.store.entry import Change, ChangeType, Entry

# As in the API server: bookmarks each minute and just before the end, in seconds.
_BOOKMARK_INTERVAL = 60.0
_BOOKMARK_BEFORE_END = 2.0
_MIN_TIMEOUT = 1800.0
# An idle watch looks this often whether its client is still there.
_LIVENESS_INTERVAL = 15.0


async def watch_objects(request: web.Request, info: RequestInfo, served: Served[T]) -> web.StreamResponse:
    """GET with `watch=true`: an endless answer of one JSON event a line."""
    form = answer_media(request.headers.get("Accept"), stream=True).form
    watch = _Watch(request.query, form, info, served)
    version = await await_version(served.collection.clock, request.query.get("resourceVersion", ""))
    response = web.StreamResponse(headers={"Content-Type": JSON, "Cache-Control": NO_CACHE})
    response.enable_chunked_encoding()
    await response.prepare(request)
    try:
        await watch.run(request, response, version)
        await response.write_eof()
    except ClientConnectionResetError:
        # The client left; there is nobody to answer.
        return response
    return response


class _Watch(Generic[T]):
    """One running watch: which objects, in which form, until when."""

    def __init__(self, query: Mapping[str, str], form: Form, info: RequestInfo, served: Served[T]) -> None:
        namespace = info.namespace if served.resource.namespaced else ""
        self._served = served
        self._form = form
        self._include = included(query) if form is Form.TABLE else ""
        self._test: EntryTest[T] | None = entry_test(served.resource, namespace, query)
        self._bookmarks = _flag(query, "allowWatchBookmarks")
        self._initial_events = _flag(query, "sendInitialEvents")
        check_watch_options(query)
        seconds = positive_int(query, "timeoutSeconds")
        # Spread, so that many watches that begin together do not end together.
        self._timeout = float(seconds) if seconds else random.uniform(_MIN_TIMEOUT, 2 * _MIN_TIMEOUT)  # noqa: S311
        self._columns_told = False

    async def run(self, request: web.Request, response: web.StreamResponse, version: int) -> None:
        """Sends events until the time is up, the client leaves or the history is lost."""
        collection, clock = self._served.collection, self._served.collection.clock
        loop = asyncio.get_running_loop()
        end = loop.time() + self._timeout
        bookmark = min(loop.time() + _BOOKMARK_INTERVAL, max(end - _BOOKMARK_BEFORE_END, loop.time()))
        if version == 0 or self._initial_events:
            version = clock.version
            await self._send_all(response, collection.snapshot(), version)
        while loop.time() < end and request.transport is not None:
            changes = collection.changes_after(version)
            if changes is None:
                await response.write(_expired(version, collection.floor))
                return
            version = clock.version
            lines = b"".join([line for change in changes if (line := self._line(change))])
            if lines:
                await response.write(lines)
                continue
            if self._bookmarks and loop.time() >= bookmark:
                await response.write(self._bookmark(version))
                bookmark = loop.time() + _BOOKMARK_INTERVAL
                continue
            pause = min(end, loop.time() + _LIVENESS_INTERVAL, bookmark if self._bookmarks else end)
            await _changed_before(clock.changed(), pause)

    async def _send_all(self, response: web.StreamResponse, entries: Sequence[Entry[T]], version: int) -> None:
        lines = [self._event("ADDED", entry) for entry in entries if self._test is None or self._test(entry)]
        if self._initial_events:
            lines.append(self._bookmark(version, end_of_list=True))
        if lines:
            await response.write(b"".join(lines))

    def _line(self, change: Change[T]) -> bytes:
        """The event that a change is to this watch: an object may enter or leave its selection."""
        entry, previous = change.entry, change.previous
        test = self._test
        before = previous is not None and (test is None or test(previous))
        after = change.type != "DELETED" and (test is None or test(entry))
        if after:
            return self._event("MODIFIED" if before else "ADDED", entry)
        if not before or previous is None:
            return b""
        return self._event("DELETED", entry if change.type == "DELETED" else self._last_seen(previous, change.version))

    def _last_seen(self, previous: Entry[T], version: int) -> Entry[T]:
        item = with_version(previous.object, version)
        return replace(previous, version=version, object=item, body=json.encode(item))

    def _event(self, kind: ChangeType, entry: Entry[T]) -> bytes:
        if self._form is Form.OBJECT:
            shown = entry.typed_body(self._served.resource.type_meta)
        elif self._form is Form.METADATA:
            shown = partial_metadata(entry)
        else:
            shown = self._table(entry)
        return b'{"type":"' + kind.encode() + b'","object":' + shown + b"}\n"

    def _table(self, entry: Entry[T]) -> bytes:
        columns, self._columns_told = not self._columns_told, True
        meta = json.encode({"resourceVersion": str(entry.version)})
        type_meta = self._served.resource.type_meta
        return table(self._served.printer, [entry], meta, include=self._include, type_meta=type_meta, columns=columns)

    def _bookmark(self, version: int, *, end_of_list: bool = False) -> bytes:
        resource = self._served.resource
        note = b',"annotations":{"k8s.io/initial-events-end":"true"}' if end_of_list else b""
        meta = b',"metadata":{"resourceVersion":"%d","creationTimestamp":null%s}' % (version, note)
        return b'{"type":"BOOKMARK","object":' + resource.type_meta + meta + resource.bookmark + b"}\n"


async def _changed_before(change: Coroutine[object, object, None], moment: float) -> None:
    try:
        async with asyncio.timeout_at(moment):
            await change
    except TimeoutError:
        return


def _flag(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "").lower() in {"1", "true"}


def _expired(version: int, floor: int) -> bytes:
    error: StatusError = expired(f"too old resource version: {version} ({floor})")
    return b'{"type":"ERROR","object":' + error.status().encode() + b"}\n"
