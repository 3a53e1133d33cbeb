"""What is copied of a command does the same elsewhere, whatever the command is; values of variables are not in it."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.console.model import CommandCard
from k8s_sandbox_tui.dashboard.console.snippets import Origin, as_kubectl, as_python, as_typescript
from k8s_sandbox_tui.provider.models import ClusterInfo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SHELLS = [shell for shell in (["dash"], ["busybox", "ash"], ["bash"]) if shutil.which(shell[0])]
KUBECTL = 'kubectl() { while [ "$1" != -- ]; do shift; done; shift; "$@"; }\n'
"""A kubectl whose sandbox is this machine."""

COMMANDS = [
    "echo hello",
    "printf '%s\\n' \"it's\" 'a \"b\"' '$HOME' '`id`' '\\' '!x'",
    "for i in 1 2\ndo echo $i\ndone",
    "echo a # not this",
    "cat <<EOF\nheredoc $((1 + 1))\nEOF",
    "echo one; echo two && (exit 3)",
    "echo größe 中文",
]


def card(command: str, *, cwd: str = "", env: tuple[str, ...] = ()) -> CommandCard:
    return CommandCard(
        command=command, sandbox_id="team-a/sbx-1", uid="u", started_at=datetime(2026, 1, 5, tzinfo=UTC), cwd=cwd,
        env_names=env,
    )  # fmt: skip


def run(shell: list[str], script: str, env: Mapping[str, str], cwd: Path | None = None) -> tuple[int, str]:
    done = subprocess.run([*shell, "-c", script], env=env, capture_output=True, timeout=60, check=False, cwd=cwd)
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[-1])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_line_with_kubectl_does_what_the_command_did(shell: list[str], command: str, tmp_path: Path) -> None:
    place = tmp_path / "it's $HOME"
    place.mkdir()
    env = {"PATH": "/usr/bin:/bin", "TOKEN": "a b'c\"d$e"}
    asked = card(f"pwd; echo $TOKEN\n{command}", cwd=str(place), env=("TOKEN",))
    line = as_kubectl(asked, Origin("prod east", "/tmp/k c"))
    start = "kubectl --kubeconfig '/tmp/k c' --context 'prod east' exec -n team-a sbx-1 -c sandbox -- "
    assert line.startswith(start + 'env TOKEN="$TOKEN" sh -c ')
    assert run(shell, KUBECTL + line, env) == run(shell, asked.command, env, place)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=40))
def test_any_command_is_one_word_of_the_line_with_kubectl(command: str) -> None:
    assert shlex.split(as_kubectl(card(command), Origin()))[-1] == command


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(st.characters(codec="utf-8"), min_size=1))
def test_the_python_script_runs_the_command(command: str, cwd: str) -> None:
    asked: list[tuple[str, dict[str, object]]] = []

    class Compute:
        def __enter__(self) -> SimpleNamespace:
            return SimpleNamespace(sandbox=self)

        def __exit__(self, *_: object) -> None:
            return None

        def get_by_id(self, sandbox_id: str) -> Compute:
            assert sandbox_id == "team-a/sbx-1"
            return self

        def run_command(self, command: str, **options: object) -> SimpleNamespace:
            asked.append((command, options))
            return SimpleNamespace(stdout="", exit_code=3)

    def k8s(**options: str) -> Compute:
        assert options == {"context": "prod"}
        return Compute()

    module = ModuleType("k8s_sandbox_tui.sync")
    vars(module)["k8s"] = k8s
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "k8s_sandbox_tui.sync", module)
        patch.setenv("TOKEN", "secret")
        script = as_python(card(command, cwd=cwd, env=("TOKEN",)), Origin("prod"))
        with pytest.raises(SystemExit) as ended:
            exec(compile(script, "snippet", "exec"), {})
    assert ended.value.code == 3
    assert asked == [(command, {"cwd": cwd, "env": {"TOKEN": "secret"}})]


def test_the_real_library_takes_what_the_python_script_says() -> None:
    import inspect

    from k8s_sandbox_tui.sync import Compute, k8s

    assert {"kube_config_path", "context"} <= inspect.signature(k8s).parameters.keys()
    script = as_python(card("ls", cwd="/app", env=("A",)), Origin("c", "/k"))
    assert "k8s(kube_config_path='/k', context='c')" in script
    assert Compute is not None


def computesdk(script: str, env: Mapping[str, str]) -> str:
    """The shell command that ComputeSDK's provider makes of the script's call (its runCommand, in its order)."""
    call = script.split(".runCommand(", 1)[1]
    command, end = json.JSONDecoder().raw_decode(call)
    options = call[end:].split("\n")[0]
    assert isinstance(command, str)
    full = command
    if "cwd: " in options:
        cwd, _ = json.JSONDecoder().raw_decode(options.split("cwd: ", 1)[1])
        full = f"cd {_double(cwd)} && {full}"
    names = [name for name in env if f"process.env.{name}!" in options]
    if names:
        full = " ".join(f"{name}={_double(env[name])}" for name in names) + f" {full}"
    return f"({full}); exit $?"


def _double(text: str) -> str:
    for character in '\\"$`':
        text = text.replace(character, f"\\{character}")
    return f'"{text}"'


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("env", [{}, {"TOKEN": "a b'c\"d$e"}], ids=["plain", "env"])
@pytest.mark.parametrize("at", [False, True], ids=["", "cwd"])
def test_the_typescript_script_does_what_the_command_did(
    command: str, env: dict[str, str], tmp_path: Path, *, at: bool
) -> None:
    place = tmp_path / "it's $HOME"
    place.mkdir()
    asked = card(f"{command}\necho $TOKEN" if env else command, cwd=str(place) if at else "", env=tuple(env))
    wrapped = computesdk(as_typescript(asked, Origin()), env)
    path = {"PATH": "/usr/bin:/bin"}
    assert run(["sh"], wrapped, path) == run(["sh"], asked.command, path | env, place if at else None)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_is_one_string_in_the_typescript_script(command: str) -> None:
    script = as_typescript(card(command), Origin())
    call = script.split(".runCommand(", 1)[1]
    said, _ = json.JSONDecoder().raw_decode(call)
    assert said == command or shlex.split(said)[-1] == command
    assert all(character.isprintable() or character == "\n" for character in script)


def test_no_value_is_in_any_of_them() -> None:
    asked = card("deploy", env=("TOKEN",))
    for script in (as_kubectl, as_python, as_typescript):
        assert "TOKEN" in script(asked, Origin())


@pytest.mark.parametrize(
    ("source", "environ", "kubeconfig"),
    [
        ("/home/ann/.kube/config", {"KUBECONFIG": "/home/ann/.kube/config"}, ""),
        ("/other", {"KUBECONFIG": "/home/ann/.kube/config"}, "/other"),
        ("/a:/b", {"KUBECONFIG": "/a:/b"}, ""),
        ("KUBECONFIG_B64", {}, ""),
        ("in-cluster", {}, ""),
    ],
)
def test_a_kubeconfig_is_named_where_it_would_not_be_found(
    source: str, environ: dict[str, str], kubeconfig: str
) -> None:
    cluster = ClusterInfo(context="c", server="https://x", namespace="n", user="u", source=source)
    assert Origin.of(cluster, environ) == ("c", kubeconfig)
