"""Runs a canned server of this folder in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_RESOURCES = {
    "kind": "APIResourceList",
    "groupVersion": "v1",
    "resources": [
        {"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod", "verbs": ["get", "list", "watch"]}
    ],
}
DISCOVERY: dict[str, object] = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": _RESOURCES,
}
"""What kubectl asks before anything else, by path."""


@contextmanager
def canned_server(module: str, *arguments: str) -> Generator[Path]:
    """The kubeconfig of `python -m tests.bench.MODULE ARGUMENTS… FOLDER`, once it serves."""
    with tempfile.TemporaryDirectory(prefix="sbx-") as folder:
        command = [sys.executable, "-m", f"tests.bench.{module}", *arguments, folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            try:
                assert process.stdout.readline() == "ready\n"
                yield Path(folder) / "kubeconfig"
            finally:
                process.stdin.close()
                process.wait(10)
