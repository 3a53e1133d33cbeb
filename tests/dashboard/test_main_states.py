"""What the screen says of the cluster: opening, empty, fresh, stale, denied, lost; and that it never lies about it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    AuthenticationError,
    ConfigError,
    CredentialPluginError,
    ForbiddenError,
    SandboxError,
    TransportError,
)
from k8s_sandbox_tui.provider.models import ClusterInfo, SandboxStatus
from k8s_sandbox_tui.provider.opened import ClusterWish
from tests.dashboard.scripted import NOW, ScriptedCluster, Update, dashboard, sandbox_info

if TYPE_CHECKING:
    from textual.signal import Signal

    from k8s_sandbox_tui.dashboard.app import DashboardApp

ROWS = [sandbox_info(number) for number in range(1, 6)]
REFUSED = TransportError("No answer from https://10.0.0.1:6443.", sent=False, hint="Check that the cluster runs.")
UNAUTHORIZED = AuthenticationError("Unauthorized", status=401, hint="Run: oc login https://10.0.0.1:6443")
BROKEN = ApiError("etcd is away", status=500)
FORBIDDEN = ForbiddenError("pods is forbidden", status=403, hint="Ask for the verb list on pods.")


async def test_the_screen_is_painted_before_the_cluster_is_opened() -> None:
    cluster = ScriptedCluster(opening=asyncio.Event())
    async with dashboard(cluster=cluster) as shown:
        await shown.until(lambda: cluster.attempts == 1)
        assert "CONNECTING" in shown.lines[0]
        assert "Connecting ..." in shown.text
        assert not shown.app.screen.query(Console)
        assert cluster.opening is not None
        cluster.opening.set()
        await shown.until(lambda: "kind-test" in shown.lines[0])


REASONS = (
    (Update(complete=False, freshness="loading"), "LOADING", ["Reading the sandboxes in default"]),
    (
        Update(complete=False, freshness="denied", error=FORBIDDEN),
        "DENIED",
        [
            "No right to list sandboxes in default.",
            "pods is forbidden",
            "Ask for the verb list",
            "Press r",
            "n for another namespace",
        ],
    ),
    (
        Update(complete=False, freshness="stale", error=REFUSED),
        "NO ANSWER",
        [
            "No connection to https://10.0.0.1:6443.",
            "Check that the cluster runs.",
            "press r to try now, x for another cluster.",
        ],
    ),
    (
        Update(complete=False, freshness="stale", error=UNAUTHORIZED),
        "NO LOGIN",
        ["No access to https://10.0.0.1:6443.", "Run: oc login", "press r to try now, x for another cluster."],
    ),
    (
        Update(complete=False, freshness="stale", error=BROKEN),
        "NO LIST",
        [
            "No list of sandboxes from https://10.0.0.1:6443.",
            "etcd is away",
            "press r to try now, x for another cluster.",
        ],
    ),
    (Update(), "LIVE", ["No sandboxes in default.", "Press c to create one."]),
)


async def test_without_rows_the_table_says_why_and_what_to_do() -> None:
    async with dashboard(size=(100, 30)) as shown:
        await shown.until(lambda: bool(shown.cluster.compute.inventories))
        for update, badge, sentences in REASONS:
            await shown.put(update)
            assert badge in shown.lines[0]
            for sentence in sentences:
                assert sentence in shown.text
            assert "NAME" not in shown.text


@pytest.mark.parametrize(("freshness", "error"), [("stale", REFUSED), ("denied", FORBIDDEN)])
async def test_when_the_connection_goes_the_rows_stay_and_the_screen_says_since_when(
    freshness: str, error: SandboxError
) -> None:
    async with dashboard(ROWS) as shown:
        shown.clock.advance(40)
        await shown.put(Update(freshness=freshness, error=error, since=NOW + timedelta(seconds=6)))
        assert freshness.upper() in shown.lines[0]
        assert f"{error.message.rstrip('.')}. {error.hint}" in shown.lines[1]
        if freshness == "stale":
            assert "STALE 34s" in shown.lines[0]
            shown.clock.advance(5)
            await shown.until(lambda: "STALE 39s" in shown.lines[0])
        for row in ROWS:
            assert row.name in shown.text
        await shown.put(Update(freshness="live"))
        assert "LIVE" in shown.lines[0]
        assert error.message not in shown.text


async def test_of_several_namespaces_it_says_which_may_not_be_listed_and_how_fresh_the_others_are() -> None:
    some = Update(ROWS, freshness="denied", error=FORBIDDEN, denied=["dark"], granted="live")
    async with dashboard(ROWS, size=(80, 24)) as shown:
        shown.main.show_namespaces(("dark", "default"))
        await shown.until(lambda: len(shown.cluster.compute.inventories) == 2)
        await shown.put(Update(freshness="denied", error=FORBIDDEN, denied=["dark"], granted="live"))
        assert "LIVE   dark DENIED" in shown.lines[0]
        assert "No sandboxes in dark, default that may be listed." in shown.text
        await shown.put(some)
        assert "LIVE   dark DENIED" in shown.lines[0]
        said = "No right to list sandboxes in dark. A Role with the verb 'list' on 'pods' there grants it."
        assert said in " ".join(" ".join(shown.lines[1:3]).split())
        assert ROWS[0].name in shown.text
        await shown.put(
            Update(removed=[row.uid for row in ROWS], freshness="denied", error=FORBIDDEN, denied=["a", "b"])
        )
        assert "LIVE" not in shown.lines[0]
        assert "'list' on 'pods' in each of these namespaces grants it." in " ".join(shown.text.split())


async def test_polling_is_told_with_its_interval_and_r_asks_again() -> None:
    async with dashboard(refresh=5) as shown:
        await shown.until(lambda: bool(shown.cluster.compute.inventories))
        assert shown.cluster.compute.asked == [(5, False)]
        await shown.put(Update(ROWS, freshness="polling"))
        assert "POLLING 5s" in shown.lines[0]
        await shown.press("r")
        assert shown.cluster.inventory.refreshes == 1


async def test_by_default_it_watches() -> None:
    async with dashboard(ROWS) as shown:
        assert shown.cluster.compute.asked == [(2.0, True)]


async def test_a_cluster_that_cannot_be_opened_is_a_calm_panel_and_r_tries_again() -> None:
    error = ConfigError('There is no context "prod".', hint="Choose one of: dev, staging.")
    cluster = ScriptedCluster(failures=[error, error])
    async with dashboard(cluster=cluster) as shown:
        await shown.until(lambda: "The cluster cannot be opened." in shown.text)
        assert "NOT CONNECTED" in shown.lines[0]
        assert 'There is no context "prod".' in shown.text
        assert "Choose one of: dev, staging." in shown.text
        assert "Press r to try again, x for another cluster, q to quit." in shown.text
        await shown.press("c", "f8", "enter", "u")
        assert len(shown.app.screen_stack) == 1
        await shown.press("r")
        await shown.until(lambda: cluster.attempts == 2)
        await shown.press("r")
        await shown.until(lambda: "kind-test" in shown.lines[0])
        await shown.put_rows(ROWS)
        assert ROWS[0].name in shown.text


async def test_a_local_cluster_that_has_ended_is_started_again_by_the_key_that_is_named() -> None:
    wish = ClusterWish(local=True)
    again = ScriptedCluster(local=True)
    cluster = ScriptedCluster(local=True, others={wish: again})
    async with dashboard(ROWS, cluster=cluster) as shown:
        await shown.put(Update(freshness="stale", error=REFUSED))
        assert "If the local cluster has ended, r starts it again." in " ".join(shown.text.split())
        await shown.press("r")
        await shown.until(lambda: bool(again.compute.inventories))
        assert cluster.wishes == [None, wish]
        again.inventory.put(Update(ROWS[:1]))
        await shown.until(lambda: "LIVE" in shown.lines[0] and ROWS[0].name in shown.text)


async def test_a_credential_plugin_is_heard() -> None:
    said = "first\n" * 20 + "\x1b[31mToken expired\x1b[0m"
    error = CredentialPluginError("The plugin gke-auth failed.", stderr=said, hint="Run: gcloud auth login")
    async with dashboard(cluster=ScriptedCluster(failures=[error])) as shown:
        await shown.until(lambda: "The plugin gke-auth failed." in shown.text)
        assert "Token expired" in shown.text
        assert "Run: gcloud auth login" in shown.text
        assert "\x1b" not in shown.text


@pytest.mark.parametrize("said", ["Token expired", "Reading the cache.\nToken expired"])
async def test_no_line_of_a_credential_plugin_stands_there_twice(said: str) -> None:
    error = CredentialPluginError("The plugin 'aws' ended with code 1: Token expired", stderr=said, hint="Log in.")
    async with dashboard(cluster=ScriptedCluster(failures=[error])) as shown:
        await shown.until(lambda: "Log in." in shown.text)
        assert shown.text.count("Token expired") == 1
        assert "The plugin 'aws' ended with code 1:" in shown.text


async def test_an_inventory_that_gives_up_leaves_the_rows_and_r_opens_the_cluster_again() -> None:
    async with dashboard(ROWS) as shown:
        shown.cluster.inventory.put(ConfigError("The credentials are gone.", hint="Log in again."))
        await shown.until(lambda: "NOT CONNECTED" in shown.lines[0])
        assert shown.cluster.compute.closed
        await shown.until(lambda: "The credentials are gone." in shown.text)
        assert ROWS[0].name in shown.text
        await shown.press("f8")
        assert len(shown.app.screen_stack) == 1
        await shown.press("r")
        await shown.until(lambda: len(shown.cluster.compute.inventories) == 2)
        await shown.put_rows(ROWS)
        assert "LIVE" in shown.lines[0]
        assert "The credentials are gone." not in shown.text


async def test_the_local_cluster_is_named_with_its_isolation_and_its_warning_stays() -> None:
    local = ClusterInfo(context="local", server="https://127.0.0.1:1", namespace="default", user="local", source="x")
    cluster = ScriptedCluster(cluster=local, local=True, isolation="process", warning="Sandboxes can read your files.")
    async with dashboard(ROWS, cluster=cluster) as shown:
        assert shown.lines[0].startswith(" LOCAL  process")
        assert "! Sandboxes can read your files." in shown.lines[1]
        await shown.press("down", "enter", "escape", "slash", "escape")
        assert "! Sandboxes can read your files." in shown.lines[1]


async def test_where_there_is_room_the_top_line_says_all_that_holds_sandboxes_back() -> None:
    cluster = ScriptedCluster(local=True, isolation="landlock", limits="watchdog (memory, processes)", network="host")
    async with dashboard(ROWS, cluster=cluster, size=(120, 30)) as shown:
        assert shown.lines[0].startswith(" LOCAL  landlock, limits: watchdog, network: host")


async def test_the_counts_follow_the_rows() -> None:
    async with dashboard(ROWS, size=(120, 30)) as shown:
        assert "5 sandboxes  ● 5 running" in shown.lines[0]
        await shown.put_rows([sandbox_info(1, status=SandboxStatus.FAILED, version="2")], removed=[ROWS[4].uid])
        assert "4 sandboxes  ● 3 running  \u00d7 1 failed" in shown.lines[0]


async def test_two_thousand_updates_are_painted_a_few_times() -> None:
    async with dashboard(ROWS) as shown:
        paints: list[int] = []
        show_changes = shown.table.show_changes

        def counted(*, settled: bool = True) -> None:
            paints.append(1)
            show_changes(settled=settled)

        shown.table.show_changes = counted
        flood = [Update([sandbox_info(1 + number % 5, version=str(number))]) for number in range(2000)]
        final = sandbox_info(3, status=SandboxStatus.FAILED, version="last")
        await shown.put(*flood, Update([final]))
        assert "Failed" in shown.text
        assert len(paints) < 100


async def test_quitting_closes_the_connection() -> None:
    async with dashboard(ROWS) as shown:
        await shown.press("q")
    assert shown.cluster.compute.closed
    assert shown.cluster.inventory.closed
    assert shown.app.return_code == 0


async def test_rows_that_come_when_the_widgets_have_been_taken_down_are_not_shown_any_more() -> None:
    async with dashboard(ROWS) as shown:
        main = shown.main
        assert not main.is_taken_down
        await shown.press("q")
    assert main.is_taken_down
    main.paint()
    # What is under way still asks for these.
    assert main.selected is None
    main.usage.look()
    shown.app.move_toasts()


async def test_quitting_does_not_wait_for_a_network_that_hangs() -> None:
    cluster = ScriptedCluster()
    cluster.compute.hang_on_close = True
    loop = asyncio.get_running_loop()
    async with dashboard(ROWS, cluster=cluster) as shown:
        began = loop.time()
        await shown.press("ctrl+q")
    # A Pilot takes up to two seconds for a key where much is to be done.
    assert loop.time() - began < 10


async def test_what_is_opened_while_a_shell_has_the_terminal_asks_nothing_before_it_is_back() -> None:
    cluster = ScriptedCluster(opening=asyncio.Event())
    async with dashboard(None, cluster=cluster) as shown:
        app, listings = shown.app, cluster.compute.inventories
        await shown.until(lambda: cluster.attempts == 1)
        cast("Signal[DashboardApp]", app.app_suspend_signal).publish(app)
        await shown.pilot.pause()
        assert cluster.opening is not None
        cluster.opening.set()
        await shown.until(lambda: len(listings) == 1)
        assert listings[0].paused == [True]
        shown.main.show_namespaces(("agents",))
        await shown.until(lambda: len(listings) == 2)
        assert listings[1].paused == [True]
        await listings[1].waiting.wait()
        cast("Signal[DashboardApp]", app.app_resume_signal).publish(app)
        await shown.until(lambda: listings[1].paused == [True, False])
        shown.main.show_namespaces(("default",))
        await shown.until(lambda: len(listings) == 3)
        assert listings[2].paused == []


async def test_quitting_while_the_cluster_is_being_opened() -> None:
    cluster = ScriptedCluster(opening=asyncio.Event())
    async with dashboard(cluster=cluster) as shown:
        await shown.until(lambda: cluster.attempts == 1)
        await shown.press("q")
    assert shown.app.return_code == 0


async def fail_in_the_app() -> None:
    async with dashboard(ROWS) as shown:
        shown.app.call_later(lambda: 1 / 0)
        while shown.app.is_running:
            await shown.pilot.pause(0.01)


async def test_a_fault_of_its_own_ends_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail_in_the_app()
    said = capsys.readouterr()
    assert "The dashboard ended by a fault of its own (ZeroDivisionError)." in said.err
    assert "Traceback" not in said.out + said.err
