"""What is known of a sandbox, as documents: summary, YAML, events, log. Everything in them is sanitised."""

from __future__ import annotations

import re
import textwrap
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import yaml
from rich.cells import cell_len

from k8s_sandbox_tui.dashboard.age import age
from k8s_sandbox_tui.dashboard.inside.document import Document, DocumentLine, Part, yaml_depth
from k8s_sandbox_tui.dashboard.looks import UNICODE, shape_of, status_text, tone_of
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.inside.why import Explanation
    from k8s_sandbox_tui.provider.looking import SandboxEvent
    from k8s_sandbox_tui.provider.models import SandboxInfo

HIDDEN = "•••"
"""Stands for a value that may be secret."""

MUTED, TITLE, WARNING, KEY = "muted", "title", "warning", "key"
"""The looks of parts; a status has one too (`status_look`)."""

_LABEL_CELLS, _LONGEST_LABEL = 14, 40
_WHEN_CELLS = 8
_REASON_CELLS = 16
_NARROWEST = 20
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""Has the whole manifest in it, the variables too."""
_YAML_LINE = re.compile(r"(?P<key>\s*(?:- )*[^\s:'\"][^:]*:)(?P<value>(?:\s.*)?)")


def summary_page(
    info: SandboxInfo,
    pod: Mapping[str, object] | None,
    explained: Explanation | None,
    now: datetime,
    *,
    masked: bool,
    width: int = 80,
) -> Document:
    """What people look for first.

    Args:
        info: The sandbox.
        pod: Its whole Pod; None where that is not known (yet).
        explained: Why it does not run; None where it does.
        now: The time, for ages.
        masked: Whether values of variables are hidden.
        width: Cells of a line; sentences are wrapped there.
    """
    lines: list[DocumentLine] = []
    if explained is not None:
        lines += [_line(Part(line, WARNING)) for line in _wrapped(explained.why, width)]
        lines += [*(_line(Part(line)) for line in _wrapped(explained.fix, width)), _line()]
    lines += _section("Sandbox", _identity(info, now), {"Status": status_look(tone_of(info))})
    lines += _section("Resources", _resources(info))
    lines += _section("Metadata", info.metadata.items())
    lines += _section("Labels", info.labels.items())
    if pod is not None:
        lines += _section("On this machine", _held_back(pod))
        lines += _section("Environment", _environment(pod, masked=masked))
        lines += _section("Containers", _containers(pod))
    return Document(lines)


def isolation(pod: Mapping[str, object]) -> str:
    """By what the local cluster holds its processes back; empty for a Pod of another cluster."""
    return dict(_held_back(pod))["Isolation"]


def status_look(status: str) -> str:
    """The look of a status, by its value."""
    return f"status-{status}"


def yaml_page(pod: Mapping[str, object], *, masked: bool) -> Document:
    """The Pod as YAML, without what only the API server needs."""
    text = yaml.safe_dump(_readable(pod, masked=masked), sort_keys=False, allow_unicode=True, width=1000)
    return Document((_yaml_line(line) for line in text.splitlines()), foldable=True)


def events_page(events: Sequence[SandboxEvent], now: datetime, *, width: int = 80) -> Document:
    """What happened, oldest first; messages are wrapped at a width in cells."""
    if not events:
        return Document([_line(Part("Nothing is remembered: Kubernetes keeps events for an hour.", MUTED))])
    return Document(line for event in events for line in _event_lines(event, now, width))


def log_page(log: bytes, *, previous: bool) -> Document:
    """The end of a log."""
    lines = log.decode("utf-8", "replace").splitlines()
    if not lines:
        which = "The container before this one" if previous else "The main process"
        # Two lines, as log pages do not wrap: one is wider than 80 columns.
        told = (f"{which} has written nothing.", "What commands write is in the console.")
        return Document([_line(Part(text, MUTED)) for text in told])
    return Document(_line(Part(sanitize_line(line))) for line in lines)


def message_page(*sentences: str) -> Document:
    """Why there is nothing to show."""
    return Document(_line(Part(sanitize_line(sentence), MUTED)) for sentence in sentences if sentence)


def _wrapped(sentence: str, width: int) -> list[str]:
    return textwrap.wrap(sentence, max(width, _NARROWEST))


def _line(*parts: Part) -> DocumentLine:
    return DocumentLine(parts)


def _section(
    title: str, rows: Iterable[tuple[str, str]], looks: Mapping[str, str] = MappingProxyType({})
) -> list[DocumentLine]:
    """A title and its rows of keys and values; `looks` are those of values, by key."""
    shown = [(sanitize_line(key), sanitize_line(value)) for key, value in rows if value]
    # A key that is longer than most stands out by itself, and does not push all values away.
    cells = max((cell_len(key) for key, _ in shown if cell_len(key) <= _LONGEST_LABEL), default=0)
    cells = max(_LABEL_CELLS, cells)
    lines = [
        _line(Part(f"  {key}{' ' * (cells - cell_len(key))}  ", MUTED), Part(value, looks.get(key, "")))
        for key, value in shown
    ]
    return [_line(Part(title, TITLE)), *lines, _line()] if lines else []


def _identity(info: SandboxInfo, now: datetime) -> Iterator[tuple[str, str]]:
    yield "Id", info.id
    yield "Uid", info.uid
    yield "Status", f"{UNICODE.sign(shape_of(info))} {status_text(info)}"
    yield "Message", info.message
    yield "Runtime", info.runtime
    yield "Image", info.image
    yield "Node", info.node
    yield "IP", info.pod_ip
    yield "Created", f"{_moment(info.created_at)}  ({age(info.created_at, now)} ago)"
    if info.started_at is not None:
        yield "Started", f"{_moment(info.started_at)}  ({age(info.started_at, now)} ago)"
    if info.finished_at is not None:
        yield "Ended", f"{_moment(info.finished_at)}  ({age(info.finished_at, now)} ago)"
    yield "Exit code", "" if info.exit_code is None else str(info.exit_code)
    yield "Restarts", str(info.restarts or "")
    yield "Expires", "" if info.expires_at is None else _moment(info.expires_at)
    yield "Ended at", "" if info.deadline_at is None else f"{_moment(info.deadline_at)} at the latest, by Kubernetes"
    yield "Ports", " ".join(map(str, info.ports))


def _resources(info: SandboxInfo) -> Iterator[tuple[str, str]]:
    requests, limits = info.resources.requests, info.resources.limits
    for name in dict.fromkeys((*requests, *limits)):
        request = f"request {requests[name]}" if name in requests else "no request"
        yield name, f"{request}, {f'limit {limits[name]}' if name in limits else 'no limit'}"


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _environment(pod: Mapping[str, object], *, masked: bool) -> Iterator[tuple[str, str]]:
    for container in _items(_mapping(pod.get("spec")).get("containers")):
        for variable in _items(container.get("env")):
            source = variable.get("valueFrom")
            value = str(variable.get("value", ""))
            shown = f"from {_source(source)}" if source is not None else HIDDEN if masked and value else value
            yield str(variable.get("name", "")), shown or "''"


def _held_back(pod: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """How the local cluster isolates it; nothing for a Pod of another cluster."""
    annotations = _mapping(_mapping(pod.get("metadata")).get("annotations"))
    for name in ("isolation", "limits", "network"):
        yield name.capitalize(), str(annotations.get(f"local.computesdk.io/{name}", ""))


def _source(source: object) -> str:
    for kind, reference in _mapping(source).items():
        fields = _mapping(reference)
        where = fields.get("name") or fields.get("fieldPath") or fields.get("resource") or ""
        return f"{kind} {where} {fields.get('key', '')}".strip()
    return "elsewhere"


def _containers(pod: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for status in _items(_mapping(pod.get("status")).get("containerStatuses")):
        states = _mapping(status.get("state"))
        words = [f"{state} {_mapping(detail).get('reason', '')}".strip() for state, detail in states.items()]
        restarts = status.get("restartCount") or 0
        yield (
            str(status.get("name", "")),
            ", ".join([*words, *([f"started again {restarts} times"] if restarts else [])]),
        )


def _readable(pod: Mapping[str, object], *, masked: bool) -> dict[str, object]:
    metadata = {key: value for key, value in _mapping(pod.get("metadata")).items() if key != "managedFields"}
    annotations = dict(_mapping(metadata.get("annotations")))
    if masked and _LAST_APPLIED in annotations:
        annotations[_LAST_APPLIED] = HIDDEN
        metadata["annotations"] = annotations
    readable: dict[str, object] = {**pod, "metadata": metadata}
    if masked:
        spec = dict(_mapping(pod.get("spec")))
        for kind in ("containers", "initContainers", "ephemeralContainers"):
            if kind in spec:
                spec[kind] = [_without_values(container) for container in _items(spec[kind])]
        readable["spec"] = spec
    return readable


def _without_values(container: Mapping[str, object]) -> dict[str, object]:
    if "env" not in container:
        return dict(container)
    env = [{**one, "value": HIDDEN} if one.get("value") else dict(one) for one in _items(container["env"])]
    return {**container, "env": env}


def _yaml_line(line: str) -> DocumentLine:
    shown = sanitize_line(line)
    match = _YAML_LINE.fullmatch(shown)
    parts = (Part(match["key"], KEY), Part(match["value"])) if match is not None else (Part(shown),)
    return DocumentLine(parts, yaml_depth(line))


def _event_lines(event: SandboxEvent, now: datetime, width: int) -> Iterator[DocumentLine]:
    moment = event.last_at or event.first_at
    when = "" if moment is None else age(moment, now)
    times = f" ({event.count} times)" if event.count > 1 else ""
    look = WARNING if event.type == "Warning" else ""
    reason = f"{sanitize_line(event.reason):<{_REASON_CELLS}}  "
    first, *more = _wrapped(sanitize_line(event.message) + times, width - _WHEN_CELLS - len(reason)) or [""]
    yield _line(Part(f"{when:>{_WHEN_CELLS - 2}}  ", MUTED), Part(reason, look), Part(first, look))
    for line in more:
        yield _line(Part(" " * (_WHEN_CELLS + len(reason))), Part(line, look))


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _items(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list):
        return []
    return [cast("Mapping[str, object]", item) for item in cast("list[object]", value) if isinstance(item, dict)]
