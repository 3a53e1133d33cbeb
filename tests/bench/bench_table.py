"""The table: first paint, 50,000 rows beside Textual's `DataTable`, keys while rows change, and an idle hour's cost."""

from __future__ import annotations

import asyncio
import compileall
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App, ComposeResult
from textual.widgets import DataTable

import k8s_sandbox_tui
from k8s_sandbox_tui.dashboard.filter_bar import FilterInput
from tests.bench.measurement import Measurement
from tests.bench.pseudo_terminal import CURSOR, SIZE, Terminal, python_on_terminal
from tests.dashboard.scripted import Dashboard, dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from k8s_sandbox_tui.provider.models import SandboxInfo

ROWS = 50_000
KEYS = 120
IDLE_SECONDS = 8.0


def measure() -> list[Measurement]:
    """In the process for the work on many rows, on a terminal of 120 x 40 for what a user sees."""
    package = Path(k8s_sandbox_tui.__file__).parent
    compileall.compile_dir(package, quiet=2)
    return [*_start(), *asyncio.run(_many_rows()), *_keys(), *_idle()]


# Process start to the first paint.


def _start() -> list[Measurement]:
    """The whole product as a user starts it, before anything answers."""
    bare: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as folder:
        kubeconfig = Path(folder) / "kubeconfig"
        kubeconfig.write_text(_NOWHERE)
        environment = {"HOME": folder, "K8S_SANDBOX_TUI_STATE": folder, "KUBECONFIG": str(kubeconfig)}
        for _ in range(9):
            bare.append(_first_paint(_child("bare")))
            ours.append(_first_paint(python_on_terminal("k8s_sandbox_tui", environment=environment)))
    return [
        Measurement(
            work="dashboard: process start to first paint",
            value=statistics.median(ours),
            unit="ms",
            peer="bare app",
            peer_value=statistics.median(bare),
            most=1.15,
        )
    ]


_NOWHERE = """{"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c"}}],
"clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}]}"""


def _first_paint(child: AbstractContextManager[Terminal]) -> float:
    began = time.perf_counter()
    with child as terminal:
        terminal.read_until(b"CONNECTING")
        return (time.perf_counter() - began) * 1000


# Work on many rows.


class Painted:
    """Tells when an app has written to the screen."""

    def __init__(self, app: App[Any]) -> None:
        self._event = asyncio.Event()
        display: Callable[..., None] = vars(App)["_display"]

        def counted(*arguments: object) -> None:
            display(app, *arguments)
            self._event.set()

        vars(app)["_display"] = counted

    async def milliseconds(self, work: Callable[[], object], shows: Callable[[], bool] = lambda: True) -> float:
        """From the work's begin to the first write after which `shows` is true."""
        await asyncio.sleep(0.3)
        self._event.clear()
        began = time.perf_counter()
        work()
        await self._event.wait()
        while not shows():
            self._event.clear()
            await self._event.wait()
        return (time.perf_counter() - began) * 1000


class Peer(App[None]):
    """Textual's own table, with fixed widths."""

    def compose(self) -> ComposeResult:
        yield DataTable[str](cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable[str])
        for title in ("NAME", "STATUS", "RUNTIME", "AGE", "EXIT", "IMAGE", "NODE", "IP", "METADATA"):
            table.add_column(title, width=14)


async def _many_rows() -> list[Measurement]:
    ages = random.Random(7)
    infos = [
        sandbox_info(number, age=ages.uniform(0, 1e6), metadata={"owner": "ann", "n": str(number)})
        for number in range(ROWS)
    ]
    # A first paint is the only one of its app.
    firsts: list[float] = []
    for _ in range(2):
        async with dashboard([], size=SIZE) as shown:
            firsts.append(await _first_full_paint(shown, Painted(shown.app), infos))
    async with dashboard([], size=SIZE) as shown:
        painted = Painted(shown.app)
        store = shown.main.store
        firsts.append(await _first_full_paint(shown, painted, infos))
        sort = await painted.milliseconds(lambda: shown.table.sort_by("name"))
        by_age = await painted.milliseconds(lambda: shown.table.sort_by("age"))
        await shown.press("slash")
        bar = shown.main.query_one(FilterInput)
        filtered = await painted.milliseconds(lambda: bar.insert("7", 0), lambda: len(store.rows) < ROWS)
        fewer = len(store.rows)
        again = await painted.milliseconds(lambda: bar.insert("7", 1), lambda: len(store.rows) < fewer)
        await painted.milliseconds(bar.clear, lambda: len(store.rows) == ROWS)
        await shown.press("escape")
        pages_down = [await painted.milliseconds(lambda: shown.table.action_page(1)) for _ in range(9)]
    first = statistics.median(firsts)
    peer_first = await _peer_first_paint(infos)
    work = f"table of {ROWS:,}: "
    return [
        Measurement(work=work + "first full paint", value=first, unit="ms", most=50),
        Measurement(
            work=work + "the same", value=first, unit="ms", peer="DataTable", peer_value=peer_first, most=1 / 80
        ),
        Measurement(work=work + "sort by name", value=sort, unit="ms", most=70),
        Measurement(work=work + "sort by age", value=by_age, unit="ms", most=70),
        Measurement(work=work + "filter, first letter", value=filtered, unit="ms", most=70),
        Measurement(work=work + "filter, later letters", value=again, unit="ms", most=70),
        Measurement(work=work + "page down", value=statistics.median(pages_down), unit="ms", most=16.7),
    ]


async def _first_full_paint(shown: Dashboard, painted: Painted, infos: list[SandboxInfo]) -> float:
    for first_row in range(0, ROWS, 500):
        shown.main.store.apply(infos[first_row : first_row + 500], ())
    return await painted.milliseconds(lambda: shown.main.store_changed(()))


async def _peer_first_paint(infos: list[SandboxInfo]) -> float:
    peer = Peer()
    async with peer.run_test(size=SIZE):
        painted = Painted(peer)
        table = peer.query_one(DataTable[str])

        def fill() -> None:
            for info in infos:
                table.add_row(
                    info.name, info.status, info.runtime, "1m", "", info.image, info.node, info.pod_ip, "owner=ann"
                )

        return await painted.milliseconds(fill)


# What a user feels.


def _keys() -> list[Measurement]:
    measurements: list[Measurement] = []
    for rows, changes, coming, p95, p99 in (
        (10_000, 1_000, 0, 12, 30),
        (10_000, 0, 500, 12, 30),
        (50_000, 50_000, 0, 15, 50),
    ):
        idle = _latencies(rows, 0, 0)
        busy = _latencies(rows, changes, coming)
        what = f"{changes:,} changes/s" if changes else f"{coming:,} come and go a second"
        work = f"keys, {rows:,} rows, {what}: "
        floor = 4 * _percentile(idle, 99)
        for percent, goal in ((50, None), (95, max(p95, floor)), (99, max(p99, floor))):
            value = _percentile(busy, percent)
            measurements.append(Measurement(work=f"{work}p{percent}", value=value, unit="ms", most=goal))
    return measurements


def _latencies(rows: int, changes: int, coming: int) -> list[float]:
    with _child("rows", str(rows), str(changes), str(coming)) as terminal:
        terminal.read_until(CURSOR, 60)
        terminal.drain(2.0 + rows / 20_000)
        return [terminal.key(b"\x1b[B" if count % 40 < 20 else b"\x1b[A") for count in range(KEYS)]


def _idle() -> list[Measurement]:
    measurements: list[Measurement] = []
    for rows, megabytes in ((5_000, 110), (50_000, 220)):
        with _child("rows", str(rows), "0") as terminal:
            terminal.read_until(f"{rows} sandboxes".encode(), 60)
            terminal.drain(3.0)
            before = terminal.cpu_seconds()
            terminal.drain(IDLE_SECONDS)
            share = 100 * (terminal.cpu_seconds() - before) / IDLE_SECONDS
            resident = terminal.resident_megabytes()
            began = time.perf_counter()
            os.write(terminal.descriptor, b"q")
            terminal.read_to_end()
            quit_after = (time.perf_counter() - began) * 1000
        work = f"idle, {rows:,} rows, ages ticking: "
        if rows == 5_000:
            measurements.append(Measurement(work=work + "share of a core", value=share, unit="%", most=3))
            measurements.append(Measurement(work="quit, to the process's end", value=quit_after, unit="ms", most=300))
        measurements.append(Measurement(work=work + "memory", value=resident, unit="MB", most=megabytes))
    return measurements


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[(len(values) - 1) * percent // 100]


def _child(*arguments: str) -> AbstractContextManager[Terminal]:
    return python_on_terminal("tests.bench.table_child", *arguments)
