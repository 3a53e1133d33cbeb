"""How cards of commands look on the main screen, compared to pictures that were looked at."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.console import launch
from k8s_sandbox_tui.dashboard.console.model import CommandCard
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import ScriptedCluster
from tests.dashboard.test_main_snapshots import fleet, picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.dashboard.console_host import ScriptedCommand
    from tests.dashboard.test_main_snapshots import Compare


NOON = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)


def _noon(_zone: object) -> datetime:
    return NOON


def _elapsed(card: CommandCard) -> int:
    return 42_000 if card.duration_ms is None else card.duration_ms


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The starts of commands are told in the time of whoever looks, and the time of those that run goes on."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        patch.setattr(launch, "datetime", SimpleNamespace(now=_noon))
        patch.setattr(CommandCard, "elapsed_ms", property(_elapsed))
        yield
    time.tzset()


@dataclass
class Talkative(Commanded):
    """Answers at once."""

    async def start_command(
        self,
        command: str,
        /,
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bool = False,
        tty: bool = False,
        size: tuple[int, int] | None = None,
    ) -> ScriptedCommand:
        started = await super().start_command(command, cwd=cwd, env=env)
        match command:
            case "pip list":
                started.out(b"".join(b"package-%d  1.%d\n" % (number, number) for number in range(38))).exit(0)
            case "cat report":
                started.out(b"\x1b[1;32m12 passed\x1b[0m, \x1b[33m1 skipped\x1b[0m in 3.2 s\n").exit(0)
            case "make":
                started.out(b"cc -O2 -c main.c\n").err(b"main.c:7: \x1b[1;31merror:\x1b[0m 'x' undeclared\n").exit(2)
            case _:
                started.out(b"ready on \x1b[36mhttp://localhost:3000\x1b[0m\n").err(b"warning: no cache\n")
        return started


COMMANDS = ("enter", *"pip list", "enter", *"cat report", "enter", *"make", "enter", *"npm run dev", "enter")
FOLD_THE_FIRST = ("shift+tab", "up", "up", "up", "f", "down", "down", "end")


@pytest.mark.parametrize(
    ("size", "theme"),
    [((120, 40), "sandbox-light"), ((80, 24), "sandbox-dark")],
    ids=["120x40-light", "80x24-dark"],
)
def test_cards_that_are_done_failed_running_and_folded(
    snap_compare: Compare, size: tuple[int, int], theme: str
) -> None:
    cluster = ScriptedCluster()
    info = fleet()[0]
    cluster.compute.sandbox.known[info.id] = Talkative(info.id, info.uid, info=info)
    zoom = ("f6",) if size[1] < 30 else ()
    assert picture(snap_compare, size, *COMMANDS, *zoom, *FOLD_THE_FIRST, cluster=cluster, theme=theme)
