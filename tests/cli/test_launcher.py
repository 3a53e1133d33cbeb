"""Which cluster a command uses, and that a cluster which cannot be used is an error and never another one."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.cli import output
from k8s_sandbox_tui.cli.choices import ClusterChoice
from k8s_sandbox_tui.dashboard import run as dashboard_run
from k8s_sandbox_tui.dashboard.console.snippets import Origin
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.launcher.clusters import contexts_of, opener
from k8s_sandbox_tui.launcher.main import launch
from k8s_sandbox_tui.local_cluster import control
from k8s_sandbox_tui.provider.errors import ContextNotFoundError
from k8s_sandbox_tui.provider.opened import ClusterWish
from tests.cli.program import PROGRAM, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.dashboard.ports import OpenClusterPort
    from k8s_sandbox_tui.dashboard.settings.read import Loaded
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus


@pytest.fixture
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder of this test's own, so that no local cluster runs; one that was started is ended."""
    state = tmp_path_factory.mktemp("s")
    monkeypatch.setenv("K8S_SANDBOX_TUI_STATE", str(state))
    yield state
    run("local", "down")


@pytest.fixture
def unreachable(tmp_path: Path) -> Path:
    """A kubeconfig whose server refuses connections."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    return kubeconfig(tmp_path / "unreachable", f"https://127.0.0.1:{port}")


def kubeconfig(path: Path, server: str, token: str = "t") -> Path:
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "clusters": [{"name": "c", "cluster": {"server": server, "insecure-skip-tls-verify": True}}],
                "users": [{"name": "u", "user": {"token": token}}],
                "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
            }
        )
    )
    return path


def local_runs() -> bool:
    return run("local", "status").returncode == 0


@pytest.mark.usefixtures("own_state")
def test_without_any_kubeconfig_the_local_cluster_is_started_and_named() -> None:
    assert not local_runs()
    first = run("ls", "-o", "json")
    assert (first.returncode, first.stdout) == (0, "[]\n")
    assert first.stderr == "Using the local cluster (no kubeconfig found).\n"
    assert local_runs()


@pytest.fixture
def users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A kubeconfig in the user's home and one that $KUBECONFIG names."""
    files = [tmp_path / ".kube" / "config", tmp_path / "named"]
    files[0].parent.mkdir()
    for file in files:
        kubeconfig(file, f"https://{file.name}.invalid")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", str(files[1]))
    return files


def test_the_local_verbs(own_state: Path, users_own: list[Path]) -> None:
    before = [file.read_bytes() for file in users_own]
    path = run("local", "kubeconfig")
    assert path.returncode == 0
    assert Path(path.stdout.strip()).is_relative_to(own_state)
    assert path.stderr == "note: the local cluster is not running; local up starts it.\n"
    down = run("local", "status")
    assert (down.returncode, down.stdout) == (1, "not running\n")
    assert json.loads(run("local", "status", "-o", "json").stdout)["running"] is False

    up = run("local", "up")
    assert (up.returncode, up.stdout) == (0, "")
    assert up.stderr.startswith("The local cluster runs at https://127.0.0.1:")
    assert run("local", "up").stderr == up.stderr
    status = run("local", "status", "-o", "json")
    fields = json.loads(status.stdout)
    assert status.returncode == 0
    assert set(fields) >= {"running", "pid", "url", "kubeconfig", "isolation", "limits", "network", "warning", "pods"}
    shown = run("local", "status").stdout.splitlines()
    for name in ("url", "isolation", "limits", "network"):
        assert fields[name]
        assert f"{name + ':':<12} {fields[name]}" in shown
    assert run("local", "kubeconfig").stderr == ""
    assert oct(Path(fields["kubeconfig"]).stat().st_mode & 0o777) == "0o600"

    assert run("local", "down").stderr == "The local cluster has ended.\n"
    assert run("local", "down").stderr == "The local cluster was not running.\n"
    assert not local_runs()
    assert [file.read_bytes() for file in users_own] == before


def test_local_is_used_although_others_are_configured(
    local_cluster: LocalClusterStatus, unreachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert local_cluster.running
    monkeypatch.setenv("KUBECONFIG", str(unreachable))
    monkeypatch.setenv("KUBECONFIG_B64", base64.b64encode(unreachable.read_bytes()).decode())
    done = run("--local", "ls", "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("own_state")
@pytest.mark.parametrize("way", ["option", "variable", "base64", "home"])
def test_a_configured_cluster_that_does_not_answer_is_an_error(
    way: str, unreachable: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options: list[str] = []
    if way == "option":
        options = ["--kubeconfig", str(unreachable)]
    elif way == "variable":
        monkeypatch.setenv("KUBECONFIG", str(unreachable))
    elif way == "base64":
        monkeypatch.setenv("KUBECONFIG_B64", base64.b64encode(unreachable.read_bytes()).decode())
    else:
        (tmp_path / ".kube").mkdir()
        unreachable.rename(tmp_path / ".kube" / "config")
        monkeypatch.setenv("HOME", str(tmp_path))
    done = run(*options, "ls")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert not local_runs()


@pytest.mark.usefixtures("own_state")
@pytest.mark.parametrize(
    ("options", "variables", "named"),
    [
        (["--kubeconfig", "/nowhere/config"], {}, "/nowhere/config"),
        ([], {"KUBECONFIG": "/nowhere/config"}, "/nowhere/config"),
        ([], {"KUBECONFIG_B64": "bm90IGEga3ViZWNvbmZpZw=="}, "KUBECONFIG_B64"),
        (["--context", "prod"], {}, "prod"),
        (["--kubeconfig", "/x"], {"KUBECONFIG_B64": "eA=="}, "Unset one of them."),
        (["--kubeconfig", os.devnull], {}, os.devnull),
    ],
)
def test_a_configuration_that_cannot_be_used_is_an_error(
    options: list[str], variables: dict[str, str], named: str
) -> None:
    done = run(*options, "ls", environment=variables)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not local_runs()


def test_an_unknown_context_is_named_with_the_known_ones(unreachable: Path) -> None:
    done = run("--kubeconfig", str(unreachable), "--context", "elsewhere", "ls")
    assert done.returncode == 2
    assert "elsewhere" in done.stderr
    assert "here" in done.stderr


def test_wrong_credentials_are_4(local_cluster: LocalClusterStatus, tmp_path: Path) -> None:
    assert local_cluster.url is not None
    done = run("--kubeconfig", str(kubeconfig(tmp_path / "k", local_cluster.url, "wrong")), "ls")
    assert done.returncode == 4
    assert done.stderr.startswith("error: ")
    assert "wrong" not in done.stderr


def test_the_dashboard_needs_a_terminal() -> None:
    done = run("--local")
    assert done.returncode == 2
    assert (
        done.stderr.splitlines()[0]
        == "error: the dashboard needs a terminal; standard input, output or error is not one."
    )


def _yes(_descriptor: int) -> bool:
    return True


async def test_what_the_command_line_says_reaches_the_dashboard(
    monkeypatch: pytest.MonkeyPatch, unreachable: Path
) -> None:
    started: list[tuple[OpenClusterPort, Loaded]] = []

    def start(open_cluster: OpenClusterPort, loaded: Loaded, **_: object) -> int:
        started.append((open_cluster, loaded))
        return 7

    monkeypatch.setattr(dashboard_run, "run", start)
    monkeypatch.setattr(output, "is_terminal", _yes)
    where = ["--kubeconfig", str(unreachable)]
    assert launch([*where, "-n", "agents", "--refresh", "5", "--read-only", "--selector", "team=a"]) == 7
    assert launch(where) == 7
    (open_asked, asked), (_, plain) = started
    settings = asked.settings
    assert (settings.refresh, settings.read_only, settings.selector) == (5, "locked", "team=a")
    assert settings.namespaces == ("agents",)
    assert plain.settings == Settings()
    opened = await open_asked()
    assert opened.compute.config.namespace == "agents"
    await opened.compute.aclose()


def test_closed_standard_files_do_no_harm(local_cluster: LocalClusterStatus) -> None:
    program = "import os, sys; os.closerange(0, 3); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    command = [*PROGRAM[1:], "--kubeconfig", str(local_cluster.kubeconfig), "ls"]
    done = subprocess.run([sys.executable, "-c", program, *command], check=False, timeout=60)
    assert done.returncode == 0


async def test_another_context_of_the_same_kubeconfig_is_opened_on_wish(tmp_path: Path) -> None:
    def entry(name: str, namespace: str) -> dict[str, object]:
        return {"name": name, "context": {"cluster": name, "user": "u", "namespace": namespace}}

    file = tmp_path / "config"
    file.write_text(
        json.dumps(
            {
                "current-context": "a",
                "clusters": [{"name": name, "cluster": {"server": f"https://{name}.invalid"}} for name in ("a", "b")],
                "users": [{"name": "u", "user": {"token": "t"}}],
                "contexts": [entry("a", "of-a"), entry("b", "of-b")],
            }
        )
    )
    choice = ClusterChoice(kubeconfig=str(file), namespace="asked", url_template="http://{port}")
    assert [context.name for context in await contexts_of(choice)()] == ["a", "b"]
    for wish, context, namespace in ((None, "a", "asked"), (ClusterWish(context="b"), "b", "of-b")):
        opened = await opener(choice)(wish)
        async with opened.compute as compute:
            assert (opened.cluster.context, opened.cluster.namespace, opened.local) == (context, namespace, False)
            assert compute.config.url_template == "http://{port}"
    with pytest.raises(ContextNotFoundError):
        await opener(choice)(ClusterWish(context="c"))


async def test_the_screen_is_told_how_the_local_cluster_holds_sandboxes(
    local_cluster: LocalClusterStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Such as this machine may not have, so that each of them is told from any default.
    told = dataclasses.replace(
        local_cluster, isolation="landlock", limits="watchdog (memory)", network="private", warning="Mind the gap."
    )

    def up(*, network: str | None) -> LocalClusterStatus:
        assert network is None
        return told

    monkeypatch.setattr(control, "up", up)
    opened = await opener(ClusterChoice(local=True))()
    async with opened.compute:
        assert opened.local
        assert (opened.isolation, opened.limits, opened.network, opened.warning) == (
            "landlock",
            "watchdog (memory)",
            "private",
            "Mind the gap.",
        )


async def test_what_is_copied_for_use_elsewhere_finds_the_local_cluster_there(
    local_cluster: LocalClusterStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    opened = await opener(ClusterChoice(local=True))()
    async with opened.compute:
        origin = Origin.of(opened.cluster)
    assert origin == (opened.cluster.context, str(local_cluster.kubeconfig))
    elsewhere = await opener(ClusterChoice(kubeconfig=origin.kubeconfig))(ClusterWish(context=origin.context))
    async with elsewhere.compute:
        assert elsewhere.cluster.server == local_cluster.url


async def test_without_a_kubeconfig_there_are_no_contexts() -> None:
    assert await contexts_of(ClusterChoice())() == ()
