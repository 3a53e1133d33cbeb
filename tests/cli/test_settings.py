"""`settings`: the path, the explained defaults, and what is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cli.program import run

if TYPE_CHECKING:
    import pytest


def test_the_path_is_printed_and_whether_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "my settings.toml"
    environment = {"K8S_SANDBOX_TUI_CONFIG": str(file)}
    done = run("settings", "path", environment=environment)
    assert (done.returncode, done.stdout) == (0, f"{file}\n")
    assert done.stderr == "note: there is no such file yet; settings default prints what can be in it.\n"
    file.write_text("")
    assert run("settings", "path", environment=environment).stderr == ""


def test_by_default_it_is_in_the_configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("K8S_SANDBOX_TUI_CONFIG", raising=False)
    done = run("settings", "path", environment={"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)})
    assert Path(done.stdout.strip()).is_relative_to(tmp_path)


def test_the_default_file_is_toml_and_sets_nothing(tmp_path: Path) -> None:
    done = run("settings", "default")
    assert (done.returncode, done.stderr) == (0, "")
    assert tomllib.loads(done.stdout) == {"console": {}, "keymap": {}}
    file = tmp_path / "settings.toml"
    file.write_text(done.stdout)
    done = run("settings", "check", environment={"K8S_SANDBOX_TUI_CONFIG": str(file)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "The settings are fine.\n")


def test_what_is_wrong_is_told_with_the_file_and_the_key(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('refresh = 0\ntheme = "x\\u001b[31m"\n')
    done = run("settings", "check", environment={"K8S_SANDBOX_TUI_CONFIG": str(file)})
    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first == f"error: {file}: refresh = 0 cannot be used: it has to be a number from 0.5 to 3600."
    assert second.startswith(f'error: {file}: theme = "x\\x1b[31m" is not known; there are sandbox-dark')
