"""The columns of the table: what each shows of a sandbox, how wide, and how it sorts."""

from __future__ import annotations

from enum import Enum
from socket import AF_INET, AF_INET6, inet_pton
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.age import age
from k8s_sandbox_tui.dashboard.looks import LOOKS, status_text, tone_of
from k8s_sandbox_tui.dashboard.record import Record
from k8s_sandbox_tui.dashboard.table import usage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from _typeshed import SupportsRichComparison

    from k8s_sandbox_tui.dashboard.row import Row


class Cut(Enum):
    """Where a text that is too long for its cell loses characters."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


class Column(Record, frozen=True, kw_only=True, eq=False):
    """One column. Widths are in terminal cells, without the gap between columns."""

    id: str
    title: str
    about: str
    """What it tells, for whoever chooses columns."""
    text: Callable[[Row], str] | None
    """What it shows; None for the age, which depends on the time too."""
    key: Callable[[Row], SupportsRichComparison]
    minimum: int
    maximum: int
    cut: Cut = Cut.END
    right: bool = False
    """Aligned to the right."""
    descending_first: bool = False
    """Sorted from the largest down when it is chosen."""
    inverted: bool = False
    """Its text grows as its key falls: the age, against the time of creation."""
    sign: int = 0
    """Cells of the sign that stands before the text, and of the space behind it."""
    measured: bool = True
    """As wide as its longest text, within the bounds; else its maximum is tried."""
    share: Callable[[Row], float | None] | None = None
    """Shown as a bar before the text; None: no bar."""


def cell_text(column: Column, row: Row, now: datetime) -> str:
    """What a column shows of a sandbox at a time; not sanitised."""
    return age(row.info.created_at, now) if column.text is None else column.text(row)


def _exit_text(row: Row) -> str:
    info = row.info
    code = "" if info.exit_code is None else str(info.exit_code)
    return f"{code} ({info.restarts}x)".lstrip() if info.restarts else code


def metadata_text(row: Row) -> str:
    """The metadata as `key=value` words."""
    return " ".join(map("=".join, row.info.metadata.items()))


def _exit_key(row: Row) -> tuple[int, int]:
    info = row.info
    return (-1 if info.exit_code is None else info.exit_code, info.restarts)


def _status_key(row: Row) -> str:
    return f"{LOOKS[tone_of(row.info)].rank}{LOOKS[row.info.status].rank}{row.info.reason}"


def _ip_key(row: Row) -> tuple[int, bytes]:
    """The family, then the bytes of the address: 10.0.0.9 comes before 10.0.0.10."""
    address = row.info.pod_ip
    for family in (AF_INET, AF_INET6) if address else ():
        try:
            return (family, inet_pton(family, address))
        except OSError:
            continue
    return (-1, address.encode())


NAME = Column(
    id="name", title="NAME", about="the Pod's name",
    text=lambda row: row.info.name, key=lambda row: row.info.name,
    minimum=14, maximum=63, cut=Cut.MIDDLE,
)  # fmt: skip
NAMESPACE = Column(
    id="namespace", title="NAMESPACE", about="comes by itself with several",
    text=lambda row: row.info.namespace, key=lambda row: row.info.namespace,
    minimum=11, maximum=30, cut=Cut.MIDDLE,
)  # fmt: skip
STATUS = Column(
    id="status", title="STATUS", about="the status, and why",
    text=lambda row: status_text(row.info), key=_status_key,
    minimum=12, maximum=34, sign=2,
)  # fmt: skip
RUNTIME = Column(
    id="runtime", title="RUNTIME", about="node or python",
    text=lambda row: row.info.runtime, key=lambda row: row.info.runtime,
    minimum=9, maximum=9, measured=False,
)  # fmt: skip
AGE = Column(
    id="age", title="AGE", about="since it was created",
    text=None, key=lambda row: row.info.created_at.timestamp(),
    minimum=6, maximum=6, right=True, inverted=True, measured=False,
)  # fmt: skip
EXIT = Column(
    id="exit", title="EXIT", about="exit code, and restarts",
    text=_exit_text, key=_exit_key,
    minimum=6, maximum=8, right=True, descending_first=True,
)  # fmt: skip
IMAGE = Column(
    id="image", title="IMAGE", about="the container's image",
    text=lambda row: row.info.image, key=lambda row: row.info.image,
    minimum=16, maximum=48, cut=Cut.START,
)  # fmt: skip
NODE = Column(
    id="node", title="NODE", about="where it runs",
    text=lambda row: row.info.node, key=lambda row: row.info.node,
    minimum=10, maximum=40, cut=Cut.MIDDLE,
)  # fmt: skip
IP = Column(
    id="ip", title="IP", about="the Pod's address",
    text=lambda row: row.info.pod_ip, key=_ip_key,
    minimum=10, maximum=39,
)  # fmt: skip
CPU = Column(
    id="cpu", title="CPU", about="used, of its limit",
    text=usage.cpu_text, key=usage.cpu_key, share=usage.cpu_share,
    minimum=12, maximum=12, right=True, descending_first=True, measured=False,
)  # fmt: skip
MEMORY = Column(
    id="memory", title="MEMORY", about="used, of its limit",
    text=usage.memory_text, key=usage.memory_key, share=usage.memory_share,
    minimum=12, maximum=12, right=True, descending_first=True, measured=False,
)  # fmt: skip
METADATA = Column(
    id="metadata", title="METADATA", about="all metadata",
    text=metadata_text, key=metadata_text,
    minimum=16, maximum=400, measured=False,
)  # fmt: skip

COLUMNS: tuple[Column, ...] = (NAME, NAMESPACE, STATUS, RUNTIME, AGE, EXIT, CPU, MEMORY, IMAGE, NODE, IP, METADATA)
"""In the order in which they stand on the screen."""

BY_ID = {column.id: column for column in COLUMNS}
