"""Going to other namespaces and clusters: without a restart, and nothing of the old place shows up in the new one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.command import CommandInput, CommandPalette

from k8s_sandbox_tui.dashboard.looks import UNICODE
from k8s_sandbox_tui.dashboard.places.context_screen import ContextScreen
from k8s_sandbox_tui.dashboard.places.leave_screen import LeaveScreen
from k8s_sandbox_tui.dashboard.places.namespace_screen import NamespaceScreen
from k8s_sandbox_tui.dashboard.places.place import PLACE
from k8s_sandbox_tui.dashboard.remembered import Remembered
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.provider.config import K8sConfig
from k8s_sandbox_tui.provider.connection.contexts import ContextInfo
from k8s_sandbox_tui.provider.errors import ConfigError, ForbiddenError, InvalidKubeconfigError
from k8s_sandbox_tui.provider.models import ClusterInfo
from k8s_sandbox_tui.provider.opened import ClusterWish
from tests.dashboard.scripted import Dashboard, ScriptedCluster, Update, dashboard, sandbox_info

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.dom import DOMNode

ROWS = [sandbox_info(number) for number in range(1, 6)]
OTHERS = [sandbox_info(number, namespace="agents") for number in range(11, 14)]

CONTEXTS = [
    ContextInfo(name=name, cluster=f"{name}-cluster", server="https://x", user="ann", namespace="", current=now)
    for name, now in (("kind-test", True), ("prod", False))
]


def other(context: str, *, local: bool = False) -> ScriptedCluster:
    info = ClusterInfo(context=context, server="https://10.9.9.9", namespace="default", user="ann", source="x")
    return ScriptedCluster(cluster=info, local=local, isolation="process" if local else "")


def two_clusters() -> tuple[ScriptedCluster, ScriptedCluster]:
    first, second = ScriptedCluster(), other("prod")
    first.others = {
        ClusterWish(context="prod"): second,
        ClusterWish(local=True): other("local", local=True),
    }
    return first, second


async def opens(shown: Dashboard, key: str, screen: type[DOMNode]) -> None:
    await shown.press(key)
    await shown.until(lambda: isinstance(shown.app.screen, screen))
    await shown.pilot.pause()


# Namespaces.


async def test_n_lists_the_namespaces_enter_shows_one_and_new_sandboxes_go_there() -> None:
    async with dashboard(ROWS) as shown:
        compute = shown.cluster.compute
        assert compute.shown == [("default",)]
        await opens(shown, "n", NamespaceScreen)
        await shown.until(lambda: "kube-system" in shown.text)
        await shown.press(*"kube", "down", "enter")
        await shown.until(lambda: len(compute.inventories) == 2)
        assert compute.shown[-1] == ("kube-system",)
        assert compute.inventories[0].closed
        assert not compute.closed
        assert "kube-system" in shown.lines[0]
        assert "00000001" not in shown.text
        await shown.put_rows(OTHERS)
        assert shown.names == ["11", "12", "13"]
        await shown.press("c")
        await shown.until(lambda: "kube-system/computesdk-sbx" in shown.text)


async def test_several_are_marked_with_space_or_the_mouse_or_all_are_taken() -> None:
    async with dashboard(ROWS) as shown:
        shown.cluster.compute.listable = ("agents", "default", "zoo")
        await opens(shown, "n", NamespaceScreen)
        await shown.until(lambda: "zoo" in shown.text)
        await shown.press("down", "space")
        assert "Enter shows agents, default." in shown.text
        await shown.press("enter")
        await shown.until(lambda: shown.cluster.compute.shown[-1] == ("agents", "default"))
        assert "agents, default" in shown.lines[0]

        async def click(name: str, offset: int) -> None:
            y = next(y for y, line in enumerate(shown.lines) if "│" in line and f" {name} " in line)
            await shown.pilot.click(offset=(shown.lines[y].index(name) + offset, y))
            await shown.pilot.pause()

        await opens(shown, "n", NamespaceScreen)
        await shown.until(lambda: "zoo" in shown.text)
        await click("zoo", -3)
        assert "Enter shows agents, default, zoo." in shown.text
        await click("zoo", -3)
        await click("default", -3)
        await click("agents", -3)
        await click("zoo", 1)
        await shown.until(lambda: shown.cluster.compute.shown[-1] == ("zoo",))
        await opens(shown, "n", NamespaceScreen)
        await shown.press("asterisk", "enter")
        await shown.until(lambda: shown.cluster.compute.shown[-1] == ())
        await shown.put_rows([*ROWS, *OTHERS])
        assert "all namespaces" in shown.lines[0]
        assert "NAMESPACE" in shown.text


async def test_a_name_is_typed_where_the_list_hangs_or_is_forbidden_and_one_that_is_none_says_why() -> None:
    async with dashboard(ROWS) as shown:
        compute = shown.cluster.compute
        await opens(shown, "n", NamespaceScreen)
        await shown.press(*"No_Name")
        assert "is not a namespace name" in shown.text
        await shown.press("enter")
        assert isinstance(shown.app.screen, NamespaceScreen)
        await shown.press("escape")
        assert compute.shown == [("default",)]
        compute.listing = asyncio.Event()
        await opens(shown, "n", NamespaceScreen)
        assert "Reading the namespaces" in shown.text
        await shown.press(*"agents", "enter")
        await shown.until(lambda: compute.shown[-1] == ("agents",))
        compute.listing = None
        compute.listable = ForbiddenError("no", status=403, reason="Forbidden")
        await opens(shown, "n", NamespaceScreen)
        await shown.until(lambda: "may not be listed here: type a name" in shown.text)
        await shown.press(*"team-x")
        assert "Show team-x" in shown.text
        await shown.press("enter")
        await shown.until(lambda: compute.shown[-1] == ("team-x",))


async def test_cursor_scroll_order_and_filter_are_as_they_were_left() -> None:
    many = [sandbox_info(number) for number in range(1, 41)]
    async with dashboard(many) as shown:
        await shown.press("slash", *"sbx", "enter", "S", "pagedown", "pagedown", "up", "up")
        cursor, line, names = shown.cursor_uid, shown.lines.index(shown.cursor), shown.names
        assert names[0] != "40"
        assert line < shown.table.region.bottom - 1
        assert "AGE ▼" in shown.lines[2]
        await opens(shown, "n", NamespaceScreen)
        await shown.press(*"agents", "enter")
        await shown.until(lambda: len(shown.cluster.compute.inventories) == 2)
        await shown.put_rows(OTHERS)
        assert shown.cursor_uid == OTHERS[-1].uid
        assert shown.main.store.filter.text == "sbx"
        await shown.press("escape")
        await opens(shown, "n", NamespaceScreen)
        await shown.press(*"default", "enter")
        await shown.until(lambda: len(shown.cluster.compute.inventories) == 3)
        await shown.put_rows(many)
        assert (shown.cursor_uid, shown.lines.index(shown.cursor), shown.names) == (cursor, line, names)
        assert shown.main.store.filter.text == "sbx"
        assert "sbx" in shown.lines[1]
        assert "AGE ▼" in shown.lines[2]
        assert shown.said == []


async def test_namespaces_are_remembered_of_their_context() -> None:
    memory = Remembered()
    async with dashboard(ROWS, remembered=memory) as shown:
        await opens(shown, "n", NamespaceScreen)
        await shown.press(*"agents", "enter")
        await shown.until(lambda: shown.cluster.compute.shown[-1] == ("agents",))
    assert memory.get(PLACE, "kind-test").chosen == ["agents"]
    async with dashboard(ROWS, remembered=memory) as shown:
        assert shown.cluster.compute.shown == [("agents",)]
        await opens(shown, "n", NamespaceScreen)
        assert "default" in shown.text


async def test_the_settings_and_the_command_line_go_before_what_is_remembered() -> None:
    memory = Remembered()
    memory.change(PLACE, lambda place: place.after("default", ("agents",)), "kind-test")
    async with dashboard(ROWS, remembered=memory, settings=Settings(namespaces=("b", "a"))) as shown:
        assert shown.cluster.compute.shown == [("a", "b")]
    cluster = ScriptedCluster()
    cluster.compute.config = K8sConfig(namespace="from-option")
    async with dashboard(ROWS, cluster=cluster, remembered=memory) as shown:
        assert shown.cluster.compute.shown == [("from-option",)]


# Clusters.


async def test_x_goes_to_another_context() -> None:
    first, second = two_clusters()
    async with dashboard(ROWS, cluster=first, contexts=CONTEXTS) as shown:
        await opens(shown, "x", ContextScreen)
        await shown.until(lambda: "prod-cluster" in shown.text)
        assert "kind-test (current)" in shown.text
        assert "LOCAL" in shown.text
        await shown.click("prod-cluster")
        await shown.until(lambda: bool(second.compute.inventories))
        assert shown.lines[0].startswith(" prod ")
        assert "00000001" not in shown.text
        await shown.until(lambda: first.compute.closed)
        assert first.inventory.closed
        shown.cluster = second
        await shown.put_rows(OTHERS)
        assert shown.names == ["11", "12", "13"]
        assert shown.said == []


async def test_what_is_typed_takes_the_first_that_fits_and_nothing_before_the_kubeconfig_is_read() -> None:
    first, second = two_clusters()
    read = asyncio.Event()

    async def slowly() -> Sequence[ContextInfo]:
        await read.wait()
        return CONTEXTS

    async with dashboard(ROWS, cluster=first) as shown:
        shown.app.push_screen(screen := ContextScreen(slowly, ClusterWish(context="kind-test"), glyphs=UNICODE))
        await shown.until(lambda: "Reading the kubeconfig" in shown.text)
        await shown.press("enter")
        assert shown.app.screen is screen
        read.set()
        await shown.until(lambda: "prod-cluster" in shown.text)
        assert screen.highlighted is not None
        assert screen.highlighted.id == "kind-test"
        # Both have it in what is said of them.
        await shown.press(*"cluster")
        await shown.press("down")
        await shown.until(lambda: screen.highlighted is not None and screen.highlighted.id == "prod")
        await shown.press("backspace")
        await shown.until(lambda: screen.highlighted is not None and screen.highlighted.id == "kind-test")
    assert not second.compute.inventories


async def test_the_one_where_one_is_stays_open_and_local_is_never_taken_by_itself() -> None:
    first, _ = two_clusters()
    async with dashboard(ROWS, cluster=first, contexts=CONTEXTS) as shown:
        await opens(shown, "x", ContextScreen)
        await shown.press("enter")
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        assert first.wishes == [None]
        assert shown.names == ["1", "2", "3", "4", "5"]
        await opens(shown, "x", ContextScreen)
        await shown.press(*"local", "enter")
        await shown.until(lambda: shown.lines[0].startswith(" LOCAL  process"))
        assert first.wishes == [None, ClusterWish(local=True)]


@pytest.mark.parametrize("freshness", ["stale", "denied"])
async def test_the_one_where_one_is_is_opened_anew_where_it_cannot_be_seen(freshness: str) -> None:
    first, _ = two_clusters()
    async with dashboard(ROWS, cluster=first, contexts=CONTEXTS) as shown:
        await shown.put(Update(freshness=freshness, error=ForbiddenError("no", hint="ask")))
        await opens(shown, "x", ContextScreen)
        await shown.press("enter")
        await shown.until(lambda: first.wishes == [None, ClusterWish(context="kind-test")])


async def test_a_context_that_cannot_be_opened_says_so_and_another_one_can_be_chosen() -> None:
    first, second = two_clusters()
    second.failures = [ConfigError("The plugin failed.", hint="Log in.")]
    async with dashboard(ROWS, cluster=first, contexts=CONTEXTS) as shown:
        await opens(shown, "x", ContextScreen)
        await shown.press(*"prod", "enter")
        await shown.until(lambda: "The plugin failed." in shown.text)
        assert shown.lines[0].startswith(" prod ")
        assert "NOT CONNECTED" in shown.lines[0]
        await shown.press("c", "n")
        assert len(shown.app.screen_stack) == 1
        await opens(shown, "x", ContextScreen)
        await shown.press(*"kind", "enter")
        await shown.until(lambda: len(first.compute.inventories) == 2)
        assert shown.lines[0].startswith(" kind-test ")
        assert first.wishes == [None, ClusterWish(context="prod"), ClusterWish(context="kind-test")]


async def test_a_cluster_that_is_still_being_opened_can_be_left() -> None:
    first, second = two_clusters()
    first.opening = asyncio.Event()
    async with dashboard(cluster=first, contexts=CONTEXTS) as shown:
        await shown.until(lambda: first.attempts == 1)
        await opens(shown, "x", ContextScreen)
        await shown.press(*"prod", "enter")
        await shown.until(lambda: bool(second.compute.inventories))
        first.opening.set()
        second.inventory.put(Update(OTHERS))
        await shown.until(lambda: "00000011" in shown.text)
        assert first.compute.inventories == []
        assert shown.lines[0].startswith(" prod ")


async def test_what_the_old_cluster_says_late_is_not_shown_and_that_it_does_not_close_holds_nothing_up() -> None:
    first, second = two_clusters()
    first.compute.hang_on_close = True
    async with dashboard(ROWS, cluster=first, contexts=CONTEXTS) as shown:
        await opens(shown, "x", ContextScreen)
        await shown.press(*"prod")
        first.inventory.put(Update([sandbox_info(99, age=0)]))
        await shown.press("enter")
        first.inventory.put(Update([sandbox_info(98, age=0)]))
        await shown.until(lambda: bool(second.compute.inventories))
        shown.cluster = second
        await shown.put_rows(OTHERS)
        assert shown.names == ["11", "12", "13"]
        assert shown.main.store.total == 3
        assert not first.compute.closed


async def test_a_kubeconfig_that_cannot_be_read_is_said_and_local_is_there() -> None:
    first, _ = two_clusters()
    async with dashboard(
        ROWS, cluster=first, contexts=InvalidKubeconfigError("It is broken.", hint="Mend it.")
    ) as shown:
        await opens(shown, "x", ContextScreen)
        await shown.until(lambda: "It is broken. Mend it." in shown.text)
        assert "LOCAL" in shown.text


async def test_leaving_asks_first_while_a_create_is_under_way() -> None:
    first, second = two_clusters()
    async with dashboard(ROWS, cluster=first, contexts=CONTEXTS) as shown:
        first.compute.sandbox.creating = asyncio.Event()
        await shown.press("c", "ctrl+s", "b")
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        await opens(shown, "x", ContextScreen)
        await shown.press(*"prod", "enter")
        await shown.until(lambda: isinstance(shown.app.screen, LeaveScreen))
        await shown.until(lambda: "The create that is under way ends when" in shown.text)
        await shown.press("enter")
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        assert second.compute.inventories == []
        await opens(shown, "x", ContextScreen)
        await shown.press(*"prod", "enter")
        await shown.until(lambda: isinstance(shown.app.screen, LeaveScreen))
        await shown.pilot.click("#yes")
        await shown.until(lambda: bool(second.compute.inventories))


# By typing in the palette.


async def chosen(shown: Dashboard, text: str, title: str) -> None:
    """Type into the palette and take the entry with a title."""
    await shown.press("ctrl+p")
    await shown.until(lambda: isinstance(shown.app.screen, CommandPalette))
    shown.app.screen.query_one(CommandInput).value = text
    await shown.until(lambda: title in "\n".join(shown.lines[4:]))
    await shown.press("down", "enter")
    await shown.until(lambda: len(shown.app.screen_stack) == 1)


async def test_the_palette_goes_to_a_context_and_to_namespaces_known_or_typed() -> None:
    first, second = two_clusters()
    async with dashboard(ROWS, cluster=first, contexts=CONTEXTS) as shown:
        await chosen(shown, "namespace all", "Namespace all namespaces")
        await shown.until(lambda: first.compute.shown[-1] == ())
        await chosen(shown, "namespace default", "Namespace default")
        await shown.until(lambda: first.compute.shown[-1] == ("default",))
        await chosen(shown, "ns team-x", "Show what was typed.")
        await shown.until(lambda: first.compute.shown[-1] == ("team-x",))
        await chosen(shown, "cluster prod", "Cluster prod")
        await shown.until(lambda: bool(second.compute.inventories))
