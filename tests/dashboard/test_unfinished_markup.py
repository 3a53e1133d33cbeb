"""Names, reasons and messages that look like markup, finished or not: shown as they are, wherever they are shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.command import CommandInput
from textual.content import Content
from textual.widgets import Input

from k8s_sandbox_tui.dashboard.everywhere.ask_screen import EverywhereScreen
from k8s_sandbox_tui.dashboard.everywhere.outcome_screen import OutcomeScreen
from k8s_sandbox_tui.dashboard.literal import escaped, literal
from k8s_sandbox_tui.dashboard.places.context_screen import ContextScreen
from k8s_sandbox_tui.dashboard.places.leave_screen import LeaveScreen
from k8s_sandbox_tui.provider.connection.contexts import ContextInfo
from k8s_sandbox_tui.provider.errors import SandboxError, TransportError
from k8s_sandbox_tui.provider.looking import SandboxEvent
from k8s_sandbox_tui.provider.models import ClusterInfo, SandboxStatus
from tests.dashboard.commanded import Commanded
from tests.dashboard.scripted import Dashboard, ScriptedCluster, Update, dashboard, sandbox_info
from tests.dashboard.scripted_jobs import ScriptedJob

HOSTILE = "[b]y[/x][foo"
"""A tag that would be taken away, one that closes what was never opened, one without an end."""

OPENING = {
    "i": "default/n{}",
    "v": "e{}",
    "u": "default/n{}",
    "f": "Forward a port of n{}",
    "b": "Jobs of n{}",
    "p": "Copy files: n{}",
    "f8": "default/n{}",
    "o": "meta.k{}",
    "n": "ns{}",
    "exclamation_mark": "default/n{}",
}
"""What opens a screen, and what stands in that alone."""


async def left(shown: Dashboard) -> None:
    """Close whatever is open."""
    for _ in range(3):
        if len(shown.app.screen_stack) > 1:
            await shown.press("escape")
    assert len(shown.app.screen_stack) == 1, shown.text


@pytest.mark.parametrize("text", ["[foo", "[/", "[bold", "[/red]", "[b]x[/b]", "\\\\[b]"])
def test_what_goes_where_markup_is_read(text: str) -> None:
    assert literal(text).plain == Content.from_markup(escaped(text)).plain == text


async def test_in_every_screen_and_every_notification() -> None:
    hostile = HOSTILE
    cluster = ScriptedCluster(
        cluster=ClusterInfo(
            context=f"c{hostile}", server=f"https://{hostile}", namespace="default", user="a", source="x"
        )
    )
    contexts = [
        ContextInfo(name=f"c{hostile}", cluster=hostile, server="https://x", user=hostile, namespace="", current=True),
        ContextInfo(
            name=f"other{hostile}", cluster=f"of{hostile}", server="https://x", user="u", namespace="", current=False
        ),
    ]
    rows = [
        sandbox_info(1, name=f"n{hostile}", image=f"i{hostile}", metadata={f"k{hostile}": f"v{hostile}"}),
        sandbox_info(2, name=f"m{hostile}", status=SandboxStatus.FAILED, reason=f"r{hostile}"),
        replace(sandbox_info(3), message=f"said {hostile}", node=f"node{hostile}", labels={hostile: hostile}),
    ]
    for row in rows:
        sandbox = Commanded(row.id, row.uid, info=row, pod={"metadata": {"name": row.name, "x": hostile}})
        sandbox.events = [SandboxEvent(type="Warning", reason=f"e{hostile}", message=hostile)]
        sandbox.log = hostile.encode()
        sandbox.jobs.jobs.append(ScriptedJob(1, f"job {hostile}"))
        cluster.compute.sandbox.known[row.id] = sandbox
    cluster.compute.listable = ("default", f"ns{hostile}")
    cluster.compute.sandbox.answers[rows[0].id] = TransportError(f"no answer {hostile}", sent=True)
    async with dashboard(rows, cluster=cluster, size=(120, 40), contexts=contexts) as shown:
        assert f"n{hostile}" in shown.cursor
        assert f"Failed r{hostile}" in shown.text
        assert f"c{hostile}" in shown.lines[0]
        for key, words in OPENING.items():
            await shown.press(key)
            await shown.until(lambda: len(shown.app.screen_stack) > 1)
            expected = words.format(hostile)
            await shown.until(lambda expected=expected: expected in shown.text)
            await left(shown)
        await outcomes(shown, hostile)
        await destroyed(shown, hostile)
        await elsewhere(shown, hostile)


async def outcomes(shown: Dashboard, hostile: str) -> None:
    """A command that has it, in many sandboxes, and in the console; a failure of the watch."""
    await shown.press("exclamation_mark")
    await shown.until(lambda: isinstance(shown.app.screen, EverywhereScreen))
    shown.app.screen.query_one(Input).value = f"test {hostile}"
    await shown.press("enter")
    await shown.until(lambda: isinstance(shown.app.screen, OutcomeScreen))
    assert any(f"$ test {hostile}" in line and "╭" in line for line in shown.lines), shown.text
    sandbox = shown.cluster.compute.sandbox.known[f"default/n{hostile}"]
    assert isinstance(sandbox, Commanded)
    command = await sandbox.shell.command(0)
    command.out(f"out {hostile}\n".encode())
    await shown.until(lambda: f"out {hostile}" in shown.text)
    await left(shown)
    command.exit(1)
    await shown.until(lambda: f"test {hostile}: 1 of 1 ended, 0 with exit 0, 1 otherwise." in shown.said)
    await shown.put(Update(freshness="stale", error=SandboxError(f"why {hostile}", hint=f"do {hostile}")))
    assert f"why {hostile}" in shown.text


async def destroyed(shown: Dashboard, hostile: str) -> None:
    """One that is not destroyed, one that goes by itself, one that is like no other."""
    await shown.press("f8", "y")
    await shown.until(lambda: any(f"no answer {hostile}" in said for said in shown.said))
    await shown.pilot.pause()
    await left(shown)
    known = shown.cluster.compute.sandbox.known
    del known[f"default/n{hostile}"]
    await shown.press("C")
    await shown.until(lambda: f"n{hostile} does not exist any more." in shown.said)
    await shown.put(Update([], [sandbox_info(1).uid]))
    assert f"n{hostile} is gone. The cursor is on m{hostile} now." in shown.said
    assert f"n{hostile} is gone." in shown.text


async def elsewhere(shown: Dashboard, hostile: str) -> None:
    """The contexts in their list, in the palette, and in the question before one is left; a forward in its list."""
    await shown.press("ctrl+p")
    await shown.until(lambda: "Console" in shown.text)
    shown.app.screen.query_one(CommandInput).value = f"cluster other{hostile}"
    await shown.until(lambda: f"Cluster other{hostile}" in "\n".join(shown.lines[6:]))
    assert f"of{hostile}  u  x" in shown.text
    await left(shown)
    await shown.press("f", "8", "enter")
    await shown.until(lambda: f"-> 8  default/m{hostile}" in shown.text)
    await left(shown)
    await shown.press("x")
    await shown.until(lambda: isinstance(shown.app.screen, ContextScreen) and f"c{hostile} (current)" in shown.text)
    await shown.press("down", "enter")
    await shown.until(lambda: isinstance(shown.app.screen, LeaveScreen))
    await shown.until(lambda: f"Leave c{hostile}?" in shown.text)
    await shown.press("enter")
