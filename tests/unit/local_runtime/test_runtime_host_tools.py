"""Finding this machine's Node.js and Python, wherever they are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from k8s_sandbox_tui.local_cluster.runtime.host_tools import find_host_tools


def _executable(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def _only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_python_is_the_one_that_runs_the_server_without_its_virtual_environment() -> None:
    tools = find_host_tools()
    assert tools.programs["python3"] == tools.programs["python"] == tools.interpreter
    assert tools.interpreter.is_file()
    assert not str(tools.interpreter).startswith(sys.prefix + "/") or sys.prefix == sys.base_prefix


def test_a_node_of_a_version_manager_comes_with_its_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = tmp_path / ".nvm" / "versions" / "node" / "v20"
    node = _executable(prefix / "bin" / "node", b"\x7fELF")
    script = _executable(prefix / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", b"#!/usr/bin/env node\n")
    (prefix / "bin" / "npm").symlink_to(script)
    _only(prefix / "bin", monkeypatch)
    tools = find_host_tools()
    assert (tools.programs["node"], tools.programs["npm"]) == (node, script)
    assert {node, prefix / "lib" / "node_modules"} <= set(tools.folders)


def test_a_stand_in_for_node_is_asked_what_it_stands_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = _executable(tmp_path / "real" / "bin" / "node", b"\x7fELF")
    shim = _executable(tmp_path / "shims" / "node", f'#!/bin/sh\n[ "$1" = -p ] && echo {node}\n'.encode())
    _only(shim.parent, monkeypatch)
    assert find_host_tools().programs["node"] == node


@pytest.mark.parametrize("script", [b"#!/bin/sh\nexit 1\n", b"#!/bin/sh\necho nonsense\n", b"#!/no/such/interpreter\n"])
def test_a_stand_in_that_stands_for_nothing_is_no_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: bytes
) -> None:
    shim = _executable(tmp_path / "node", script)
    _only(shim.parent, monkeypatch)
    assert "node" not in find_host_tools().programs


def test_a_machine_without_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not {"node", "npm", "npx"} & set(find_host_tools().programs)


def test_a_python_below_the_home_shows_only_what_python_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    prefix = home / ".local"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    interpreter = _executable(prefix / "bin" / f"python{version}", b"\x7fELF")
    for name in ("lib", "share", "state"):
        (prefix / name).mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(sys, "base_prefix", str(prefix))
    tools = find_host_tools()
    assert tools.interpreter == interpreter
    assert set(tools.folders) >= {prefix / "bin", prefix / "lib"}
    assert not {home, prefix, prefix / "share", prefix / "state"} & set(tools.folders)


def test_what_is_below_usr_needs_no_folder_of_its_own() -> None:
    assert not [folder for folder in find_host_tools().folders if Path("/usr") in folder.parents]
