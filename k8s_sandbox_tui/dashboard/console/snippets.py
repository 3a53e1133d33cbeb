"""A command as something to run elsewhere: a line with kubectl, a Python or a TypeScript script.

Values of variables are never part of it: each is read from the environment of who runs it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.dashboard.console.model import CommandCard
    from k8s_sandbox_tui.provider.models import ClusterInfo

CONTAINER = "sandbox"
"""The container that commands run in, in each sandbox of ComputeSDK's."""

_DEFAULT_FILE = Path("~/.kube/config")
_NEEDS_A_SHELL = re.compile("[#\n]")
"""What breaks a command that stands inside parentheses, where ComputeSDK's provider puts it."""


class Origin(NamedTuple):
    """How to reach the cluster again; empty is what every client finds by itself."""

    context: str = ""
    kubeconfig: str = ""

    @classmethod
    def of(cls, cluster: ClusterInfo, environ: Mapping[str, str] = os.environ) -> Origin:
        """What has to be said to reach this cluster."""
        found = cluster.source in {environ.get("KUBECONFIG"), str(_DEFAULT_FILE.expanduser())}
        is_file = Path(cluster.source).is_absolute() and os.pathsep not in cluster.source
        return cls(cluster.context, cluster.source if is_file and not found else "")


def as_kubectl(card: CommandCard, origin: Origin) -> str:
    """A line for a shell that runs the same with kubectl."""
    namespace, _, pod = card.sandbox_id.partition("/")
    words = ["kubectl"]
    if origin.kubeconfig:
        words += ["--kubeconfig", shlex.quote(origin.kubeconfig)]
    if origin.context:
        words += ["--context", shlex.quote(origin.context)]
    words += ["exec", "-n", shlex.quote(namespace), shlex.quote(pod), "-c", CONTAINER, "--"]
    if card.env_names:
        words += ["env", *(f'{name}="${name}"' for name in card.env_names)]
    return " ".join([*words, "sh", "-c", shlex.quote(_in_place(card))])


def as_python(card: CommandCard, origin: Origin) -> str:
    """A script for this package's library."""
    options = {"kube_config_path": origin.kubeconfig, "context": origin.context}
    arguments = ", ".join(f"{name}={value!r}" for name, value in options.items() if value)
    call = [repr(card.command)]
    if card.cwd:
        call.append(f"cwd={card.cwd!r}")
    if card.env_names:
        call.append(f"env={{{', '.join(f'{name!r}: os.environ[{name!r}]' for name in card.env_names)}}}")
    imports = ["import os\n"] if card.env_names else []
    lines = [
        *imports,
        "from k8s_sandbox_tui.sync import k8s\n",
        f"with k8s({arguments}) as compute:",
        f"    sandbox = compute.sandbox.get_by_id({card.sandbox_id!r})",
        "    if sandbox is None:",
        f"        raise SystemExit({f'{card.sandbox_id} does not exist any more'!r})",
        f"    result = sandbox.run_command({', '.join(call)})",
        '    print(result.stdout, end="")',
        "    raise SystemExit(result.exit_code)",
    ]
    return "\n".join(lines) + "\n"


def as_typescript(card: CommandCard, origin: Origin) -> str:
    """A script for ComputeSDK's own provider.

    That puts the variables before the command's first word and the whole into parentheses, so that a command of
    several parts gets a shell of its own, which enters the directory too.
    """
    options = {"kubeConfigPath": origin.kubeconfig, "context": origin.context}
    config = ", ".join(f"{name}: {_js(value)}" for name, value in options.items() if value)
    command, given = card.command, [f"cwd: {_js(card.cwd)}"] if card.cwd else []
    if card.env_names or _NEEDS_A_SHELL.search(command):
        command, given = f"sh -c {shlex.quote(_in_place(card))}", []
    if card.env_names:
        given.append(f"env: {{ {', '.join(f'{name}: process.env.{name}!' for name in card.env_names)} }}")
    run = f"{_js(command)}, {{ {', '.join(given)} }}" if given else _js(command)
    lines = [
        'import { k8s } from "@computesdk/k8s";\n',
        f"const compute = k8s({{ {config} }});" if config else "const compute = k8s();",
        f"const sandbox = await compute.sandbox.getById({_js(card.sandbox_id)});",
        f"if (!sandbox) throw new Error({_js(f'{card.sandbox_id} does not exist any more')});",
        f"const result = await sandbox.runCommand({run});",
        "console.log(result.stdout, result.exitCode);",
    ]
    return "\n".join(lines) + "\n"


def _in_place(card: CommandCard) -> str:
    """The command with the directory that it runs in."""
    return f"cd {shlex.quote(card.cwd)} || exit\n{card.command}" if card.cwd else card.command


def _js(text: str) -> str:
    """A string as JavaScript and JSON write it; what cannot be seen is written as a number."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in quoted)
