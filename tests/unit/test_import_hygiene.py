"""What a start does not load, as start-up time is part of the product; and that modules do not go round in circles."""

from __future__ import annotations

import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import k8s_sandbox_tui

HEAVY = {"textual", "rich", "kubernetes", "aiohttp", "cryptography", "hypothesis", "asyncio", "importlib.metadata"}


def loaded_by(statement: str) -> set[str]:
    program = f"import sys\ntry:\n    {statement}\nexcept SystemExit:\n    pass\nprint('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "statement",
    [
        "import k8s_sandbox_tui",
        "import k8s_sandbox_tui.cli",
        "import k8s_sandbox_tui.provider",
        "import k8s_sandbox_tui.local_cluster",
        "import k8s_sandbox_tui.local_cluster.__main__",
        "import k8s_sandbox_tui.local_cluster.certificate_files",
        "from k8s_sandbox_tui.launcher.main import launch; launch(['--help'])",
        "from k8s_sandbox_tui.launcher.main import launch; launch(['exec', '--help'])",
        "from k8s_sandbox_tui.launcher.main import launch; launch(['lst'])",
    ],
)
def test_nothing_heavy_is_loaded(statement: str) -> None:
    assert not loaded_by(statement) & HEAVY


def test_the_commands_load_no_screen_and_no_generated_client() -> None:
    statement = "from k8s_sandbox_tui.launcher.main import launch; launch(['--kubeconfig', '/nowhere', 'ls'])"
    loaded = loaded_by(statement)
    assert not loaded & {"textual", "rich", "kubernetes", "cryptography"}
    assert "k8s_sandbox_tui.provider.compute" in loaded


def test_the_local_cluster_is_controlled_without_a_server_in_the_process() -> None:
    loaded = loaded_by("from k8s_sandbox_tui.local_cluster import control; control.status()")
    assert not loaded & {"aiohttp", "cryptography", "textual", "kubernetes"}


def test_the_dashboard_paints_before_it_loads_its_console_its_dialogues_and_a_client() -> None:
    loaded = loaded_by("import k8s_sandbox_tui.dashboard.app, k8s_sandbox_tui.launcher.clusters")
    ours = {name.removeprefix("k8s_sandbox_tui.dashboard.") for name in loaded if name.startswith("k8s_sandbox_tui.d")}
    early = {"console", "create", "inside", "forwards", "workbench", "main_keys", "keymap", "sanitize", "filter_bar"}
    assert not {name.partition(".")[0] for name in ours} & early
    assert not loaded & {"aiohttp", "kubernetes", "cryptography", "k8s_sandbox_tui.provider.compute"}
    assert not loaded & {"k8s_sandbox_tui.provider.errors", "k8s_sandbox_tui.provider.quantity"}


def test_no_module_leads_back_to_itself_by_what_it_imports_also_for_types_alone() -> None:
    root = Path(k8s_sandbox_tui.__file__).parent
    named = {
        ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in root.rglob("*.py")
    }
    line = re.compile(r"^ *from (k8s_sandbox_tui[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)
    imports = {
        name: {
            whole if (whole := f"{module}.{word}") in named else module
            for module, words in line.findall(path.read_text("utf-8"))
            for word in re.findall(r"\w+", words)
        }
        - {name}
        for name, path in named.items()
    }
    assert imports["k8s_sandbox_tui.provider.sandbox"] > {"k8s_sandbox_tui.provider.ids"}
    TopologicalSorter(imports).prepare()  # raises CycleError
