"""`meta.k8s.io/v1` Tables: what `kubectl get` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from msgspec import Raw, json

from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct, now
from k8s_sandbox_tui.local_cluster.objects.status_error import bad_request
from k8s_sandbox_tui.local_cluster.store.resources import T

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from k8s_sandbox_tui.local_cluster.store.entry import Entry

Cell = str | int

_META = b'"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1"'


class Column(KubeStruct, frozen=True, kw_only=True, omit_defaults=False):
    """A column; those with priority 1 are for `-o wide`."""

    name: str
    type: str = "string"
    format: str = ""
    description: str = ""
    priority: int = 0


class Row(KubeStruct, frozen=True, kw_only=True):
    """A row and the object behind it."""

    cells: Sequence[Cell]
    object: Raw | None = None


@dataclass(frozen=True, slots=True)
class Printer(Generic[T]):
    """How one kind is shown."""

    columns: Sequence[Column]
    cells: Callable[[T, datetime], Sequence[Cell]]


def included(query: Mapping[str, str]) -> str:
    """What a client wants to have of the object behind each row: `includeObject` of `TableOptions`.

    Raises:
        StatusError: 400, it is none of the choices.
    """
    wanted = query.get("includeObject", "")
    if wanted not in {"", "None", "Metadata", "Object"}:
        shown = json.encode(wanted).decode()
        rule = "must be 'Metadata', 'Object', 'None', or empty"
        raise bad_request(f"Unable to convert to Table as requested: includeObject: Invalid value: {shown}: {rule}")
    return wanted


def partial_metadata(entry: Entry[T]) -> bytes:
    """The object's metadata alone, as `PartialObjectMetadata`."""
    return b"{" + _META + b',"metadata":' + json.encode(entry.object.metadata) + b"}"


def table(
    printer: Printer[T],
    entries: Iterable[Entry[T]],
    list_meta: bytes,
    *,
    include: str,
    type_meta: bytes,
    columns: bool = True,
) -> bytes:
    """A Table of objects.

    Args:
        printer: How the kind is shown.
        entries: The rows.
        list_meta: The JSON of the list's metadata.
        include: What to add to each row: `None`, `Metadata` or `Object`; empty stands for `Metadata`.
        type_meta: The beginning of the JSON of one such object.
        columns: Whether to define the columns; a watch does so in its first event alone.
    """
    moment = now()
    rows: list[Row] = []
    for entry in entries:
        if include == "Object":
            shown = Raw(entry.typed_body(type_meta))
        else:
            shown = None if include == "None" else Raw(partial_metadata(entry))
        rows.append(Row(cells=printer.cells(entry.object, moment), object=shown))
    definitions = json.encode(printer.columns) if columns else b"null"
    return b"".join(
        (
            b'{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":',
            list_meta,
            b',"columnDefinitions":',
            definitions,
            b',"rows":',
            json.encode(rows),
            b"}",
        )
    )
