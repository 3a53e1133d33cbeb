"""Having the cluster asked for a part of the sandboxes alone: by choice, said on the screen, undone with the filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from k8s_sandbox_tui.dashboard.console.model import CommandState, Ending
from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.console.prompt import CommandInput
from k8s_sandbox_tui.dashboard.console.run import DESTROYED
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.provider.errors import ConnectionLostError
from k8s_sandbox_tui.provider.models import SandboxStatus
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import ScriptedCluster, dashboard, sandbox_info

if TYPE_CHECKING:
    import pytest

    from k8s_sandbox_tui.provider.models import SandboxInfo

SEARCH = [sandbox_info(number, labels={"team": "search"}) for number in (1, 3)]
OTHERS = [sandbox_info(number, labels={"team": "ads"}) for number in (2, 4)]
ROWS = [SEARCH[0], OTHERS[0], SEARCH[1], OTHERS[1]]


def with_commands(*infos: SandboxInfo) -> tuple[ScriptedCluster, dict[str, Commanded]]:
    """A cluster that has these, and what runs in them."""
    cluster = ScriptedCluster()
    sandboxes = {info.id: Commanded(info.id, info.uid, info=info) for info in infos}
    cluster.compute.sandbox.known.update(sandboxes)
    return cluster, sandboxes


def started(sandbox: Commanded) -> list[str]:
    return [command.command for command in sandbox.shell.commands]


async def test_typing_a_filter_asks_for_nothing_and_ctrl_s_for_what_its_labels_find(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with dashboard(ROWS) as shown:
        selectors = shown.cluster.compute.selectors
        await shown.press("slash", *"label.team=search sbx", "enter", "down")
        assert "2 of 4" in shown.lines[1]
        assert selectors == [""]
        assert shown.cursor_uid == SEARCH[1].uid

        await shown.press("slash")
        assert "^S" not in shown.lines[2]
        monkeypatch.setattr("k8s_sandbox_tui.dashboard.filter_bar.MANY", 3)
        await shown.put_rows(SEARCH[:1])
        assert shown.lines[2].strip() == "^S: have the cluster send only team=search, not all 4"
        await shown.press("ctrl+s")
        await shown.until(lambda: selectors == ["", "team=search"])
        assert "only team=search" in shown.lines[0]
        assert "LOADING" in shown.lines[0] or "CONNECTING" in shown.lines[0]
        await shown.put_rows(SEARCH)
        assert "2 of 2 asked for" in shown.lines[1]
        assert "2 sandboxes" in shown.lines[0]
        assert shown.names == ["1", "3"]
        assert shown.cursor_uid == SEARCH[1].uid

        # Once more is nothing new; other terms are the table's alone.
        await shown.press("ctrl+s", *" name:01", "enter")
        assert shown.names == ["1"]
        assert selectors == ["", "team=search"]
        assert "not all" not in shown.text

        await shown.press("escape")
        await shown.until(lambda: selectors == ["", "team=search", ""])
        await shown.put_rows(ROWS)
        assert "only" not in shown.lines[0]
        assert shown.names == ["1", "2", "3", "4"]


async def test_what_is_taken_out_of_the_filter_is_held_back_no_more() -> None:
    settings = Settings(selector="team=search,tier!=test")
    async with dashboard(SEARCH, settings=settings) as shown:
        selectors = shown.cluster.compute.selectors
        assert selectors == ["team=search,tier!=test"]
        assert "label.team=search label.tier!=test" in shown.lines[1]
        assert "2 of 2 asked for" in shown.lines[1]
        assert "only team=search,tier!=t" in shown.lines[0]

        await shown.press("slash", *["backspace"] * len(" label.tier!=test"))
        assert len(selectors) == 1
        await shown.press("enter")
        await shown.until(lambda: selectors[1:] == ["team=search"])
        await shown.put_rows(SEARCH)
        assert "only team=search" in shown.lines[0]

        # The watch says the same of one that is gone and of one that has other labels: it is looked for.
        await shown.put_rows([], removed=[SEARCH[0].uid])
        await shown.until(
            lambda: shown.said[-1:] == [f"{SEARCH[0].name} is gone. The cursor is on {SEARCH[1].name} now."]
        )

        # It goes along to other namespaces, as the filter does.
        shown.main.show_namespaces(("agents",))
        await shown.until(lambda: selectors[2:] == ["team=search"])
        await shown.put_rows([])
        assert "No sandboxes in agents with team=search." in shown.text
        await shown.press("escape")
        await shown.until(lambda: selectors[3:] == [""])


async def test_a_filter_without_labels_cannot_be_asked_for_and_says_what_can() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("slash", *"meta.owner=ann", "ctrl+s")
        assert shown.said[-1].startswith("The cluster can be asked for label.KEY=value")
        assert shown.cluster.compute.selectors == [""]


async def test_the_key_for_it_is_in_the_key_bar_and_takes_a_click() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("slash", *"runtime=python")
        x = shown.lines[-1].index("^S Server")
        assert "Esc Clear" in shown.lines[-1]
        await shown.pilot.click(offset=(x, 23))
        await shown.until(lambda: shown.cluster.compute.selectors[1:] == ["computesdk.io/runtime=python"])


async def test_what_runs_in_a_sandbox_that_got_other_labels_goes_on_and_nothing_typed_for_it_runs_in_its_neighbour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("k8s_sandbox_tui.dashboard.console.runs.GONE_SECONDS", 0.01)
    monkeypatch.setattr("k8s_sandbox_tui.dashboard.lost_screen.LOOK_AFTER", (0.0,) * 5)
    rows = [sandbox_info(number, labels={"team": "search"}) for number in range(1, 5)]
    relabelled, gone, third, fourth = rows
    cluster, sandboxes = with_commands(*rows)
    async with dashboard(rows, cluster=cluster, settings=Settings(selector="team=search")) as shown:
        for one in (gone, relabelled):
            shown.table.select(one.uid)
            await shown.press("enter", *"build", "enter")
            await shown.press("escape")
        cards = shown.main.query_one(Console).cards
        await shown.until(lambda: len(cards) == 2 and all(card.state is CommandState.RUNNING for card in cards))
        await shown.press("enter", *"ls")

        del cluster.compute.sandbox.known[gone.id]
        await shown.put_rows([], removed=[relabelled.uid, gone.uid])
        await shown.until(lambda: cards[0].state is CommandState.GONE)
        await shown.until(lambda: bool(shown.said))
        (said,) = shown.said
        assert said == (
            f"{relabelled.name} no longer matches team=search: it has other labels."
            f" The cursor is on {third.name} now. The console stays with it until you leave it."
        )
        assert cards[1].live

        await shown.press("enter")
        await shown.until(lambda: started(sandboxes[relabelled.id]) == ["build", "ls"])
        await shown.press("escape", "enter", *"pwd", "enter")
        await shown.until(lambda: started(sandboxes[third.id]) == ["pwd"])

        # Nobody tells of its end: its commands lose it, and it is looked for until it can be told why.
        ended = structs.replace(relabelled, status=SandboxStatus.FAILED, reason="OOMKilled")
        sandboxes[relabelled.id].info = ended
        sandboxes[relabelled.id].shell.commands[0].fail(ConnectionLostError("The connection ended."))
        await shown.until(lambda: cards[1].state is CommandState.GONE)
        assert "It used more memory than its limit" in str(cards[1].ending)
        del cluster.compute.sandbox.known[relabelled.id]
        sandboxes[relabelled.id].shell.commands[1].fail(ConnectionLostError("The connection ended."))
        (listed,) = [card for card in shown.main.query_one(Console).cards if card.command == "ls"]
        await shown.until(lambda: listed.ending == Ending(CommandState.GONE, detail=DESTROYED))

        await shown.press(*"rm -r /data")
        del cluster.compute.sandbox.known[third.id]
        await shown.put_rows([], removed=[third.uid])
        assert shown.cursor_uid == fourth.uid
        line = shown.main.query_one(CommandInput)
        await shown.until(lambda: "is gone" in line.placeholder)
        await shown.press("enter")
        await shown.until(lambda: f"{third.name} is gone." in shown.text)
        # What was typed is kept, to be run elsewhere on purpose.
        assert line.command == "rm -r /data"
        assert started(sandboxes[third.id]) == ["pwd"]
        assert started(sandboxes[fourth.id]) == []
