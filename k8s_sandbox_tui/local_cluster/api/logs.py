"""GET of pods/log: what the main process wrote, from the files that the runtime keeps in the CRI's format."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import ClientConnectionResetError, web
from msgspec import UNSET

from k8s_sandbox_tui.local_cluster.api.delete_options import is_true
from k8s_sandbox_tui.local_cluster.api.listing import positive_int
from k8s_sandbox_tui.local_cluster.api.pod_container import container_name
from k8s_sandbox_tui.local_cluster.api.respond import NO_CACHE
from k8s_sandbox_tui.local_cluster.objects.meta import now, parse_timestamp
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType, bad_request, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo
    from k8s_sandbox_tui.local_cluster.kubelet.container import ContainerRun
    from k8s_sandbox_tui.local_cluster.kubelet.kubelet import Kubelet
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.objects.pod_status import ContainerState
    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcess
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

_CHUNK = 64 * 1024
_LIVENESS_INTERVAL = 15.0


class _Filter:
    """Which lines to send and how: timestamps or not, from when on, at most how many bytes."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.timestamps = is_true(query, "timestamps")
        self._since = _since(query)
        self._left = positive_int(query, "limitBytes") if "limitBytes" in query else None

    @property
    def exhausted(self) -> bool:
        """Whether the limit of bytes is reached."""
        return self._left is not None and self._left <= 0

    def text(self, lines: Iterable[bytes]) -> bytes:
        """The text of CRI lines, `<time> <stream> <F|P> <text>`."""
        parts: list[bytes] = []
        for line in lines:
            stamp, _, rest = line.partition(b" ")
            _stream, _, rest = rest.partition(b" ")
            tag, _, text = rest.partition(b" ")
            if not tag or (self._since is not None and _moment(stamp) < self._since):
                continue
            if self.timestamps:
                parts.append(stamp + b" ")
            parts.append(text if tag == b"F" else text.removesuffix(b"\n"))
        joined = b"".join(parts)
        if self._left is not None:
            joined = joined[: self._left]
            self._left -= len(joined)
        return joined


async def pod_log(request: web.Request, info: RequestInfo, cluster: Cluster, kubelet: Kubelet) -> web.StreamResponse:
    """GET of pods/log."""
    query = request.query
    pod = cluster.pods.get(info.namespace, info.name).object
    name = container_name(pod, query.get("container", ""))
    chosen = _Filter(query)
    tail = positive_int(query, "tailLines") if "tailLines" in query else None
    if not pod.spec.node_name:
        # Nothing was ever started, so there is nothing to read.
        return web.Response(status=204, headers={"Cache-Control": NO_CACHE})
    run = kubelet.container(pod, name)
    previous = is_true(query, "previous")
    process = None if run is None else run.logged(previous=previous)
    if process is None and previous:
        raise bad_request(f'previous terminated container "{name}" in pod "{info.name}" not found')
    if process is None:
        raise bad_request(f'container "{name}" in pod "{info.name}" is waiting to start: {_why_waiting(pod, run)}')
    response = web.StreamResponse(headers={"Content-Type": "text/plain", "Cache-Control": NO_CACHE})
    if is_true(query, "follow"):
        response.enable_chunked_encoding()
    reader = _LogReader(process.log_path)
    text = chosen.text(_last(reader.lines(), tail))
    if not is_true(query, "follow"):
        return web.Response(body=text, headers={"Content-Type": "text/plain", "Cache-Control": NO_CACHE})
    await response.prepare(request)
    try:
        await response.write(text) if text else None
        await _follow(request, response, process, reader, chosen)
        await response.write_eof()
    except ClientConnectionResetError:
        return response
    return response


async def _follow(
    request: web.Request, response: web.StreamResponse, process: PodProcess, reader: _LogReader, chosen: _Filter
) -> None:
    ended = asyncio.ensure_future(process.wait())
    try:
        while not chosen.exhausted and request.transport is not None:
            done = ended.done()
            text = chosen.text(reader.lines())
            if text:
                await response.write(text)
            elif done:
                return
            else:
                # Not so long that a client that left goes unnoticed.
                grown = asyncio.ensure_future(process.log_grown())
                await asyncio.wait({grown, ended}, timeout=_LIVENESS_INTERVAL, return_when=asyncio.FIRST_COMPLETED)
                grown.cancel()
    finally:
        ended.cancel()


class _LogReader:
    """Reads a log from its beginning, then what is added to it, over a rotation."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = 0
        self._position = 0
        self._rest = b""

    def lines(self) -> Iterator[bytes]:
        """All whole lines since the last call."""
        older = self._path.with_name(f"{self._path.name}.1")
        if self._inode:
            current = _inode(self._path)
            if current != self._inode:
                # What was written between the last read and the rotation is in the older file now.
                yield from self._read(older, self._position)
                self._position = 0
        else:
            yield from self._read(older, 0)
            self._position = 0
        yield from self._read(self._path, self._position)

    def _read(self, path: Path, position: int) -> Iterator[bytes]:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        with file:
            if path == self._path:
                self._inode = _inode(path)
            file.seek(position)
            while chunk := file.read(_CHUNK):
                position += len(chunk)
                lines = (self._rest + chunk).split(b"\n")
                self._rest = lines.pop()
                for line in lines:
                    yield line + b"\n"
        self._position = position


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _last(lines: Iterable[bytes], count: int | None) -> Iterable[bytes]:
    return lines if count is None else deque(lines, maxlen=count)


def _moment(stamp: bytes) -> datetime:
    """The time of a line; CRI stamps have nanoseconds, Python has microseconds."""
    text = stamp.decode(errors="replace")
    head, dot, fraction = text.partition(".")
    return parse_timestamp(f"{head}{dot}{fraction[:6]}Z" if dot else text)


def _since(query: Mapping[str, str]) -> datetime | None:
    if query.get("sinceTime"):
        try:
            return parse_timestamp(query["sinceTime"])
        except ValueError:
            raise bad_request(f"unable to decode sinceTime {query['sinceTime']}: it is not RFC 3339") from None
    seconds = query.get("sinceSeconds")
    if seconds is None:
        return None
    if positive_int(query, "sinceSeconds") < 1:
        error = FieldError(type=FieldErrorType.INVALID, path="sinceSeconds", value=0, detail="must be greater than 0")
        raise invalid("PodLogOptions", "", [error])
    return now() - timedelta(seconds=int(seconds))


def _why_waiting(pod: Pod, run: ContainerRun | None) -> str:
    state: ContainerState | None = None if run is None else run.facts.state
    if state is not None and state.waiting is not UNSET:
        # As in the kubelet's `validateContainerLogStatus`.
        pulling = {"ErrImagePull": "image can't be pulled", "ImagePullBackOff": "trying and failing to pull image"}
        return pulling.get(state.waiting.reason, state.waiting.reason)
    return "PodInitializing" if pod.spec.init_containers else "ContainerCreating"
