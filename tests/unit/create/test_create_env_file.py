"""Which files give variables, what is said of the others, and how paths are completed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.create.path_completion import complete_path
from k8s_sandbox_tui.provider.dotenv import Row
from k8s_sandbox_tui.provider.env_file import MAX_BYTES, EnvFileError, read_env_file

if TYPE_CHECKING:
    from pathlib import Path


def test_variables_of_a_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nexport B='zwei ü'\n")
    assert read_env_file(f" {tmp_path}/.env ") == (Row("A", "1"), Row("B", "zwei ü"))


def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".env").write_text("A=1")
    assert read_env_file("~/.env") == (Row("A", "1"),)
    assert complete_path("~/.e") == "~/.env"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "There is no such file"),
        ("folder", "That is a folder"),
        ("pipe", "That is not an ordinary file"),
        ("binary", "It is not UTF-8 text"),
        ("empty", "There are no variables in it"),
        ("large", "Too large: 1,024 KiB, at most 1,024"),
        ("a\0b", "It cannot be read: .*embedded null"),
    ],
)
def test_files_without_variables(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"A=\xff")
    (tmp_path / "empty").write_text("# nothing\n")
    (tmp_path / "large").write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(EnvFileError, match=reason):
        read_env_file(f"{tmp_path}/{name}")


@given(st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_path_is_judged(text: str) -> None:
    assert isinstance(complete_path(f"/nonexistent/{text}"), str)
    with pytest.raises(EnvFileError):
        read_env_file(f"/nonexistent/{text}")


def test_completion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "prod.env").touch()
    (tmp_path / "conf" / "dev.env").touch()
    assert complete_path("co") == "conf/"
    assert complete_path("conf/") == "conf/dev.env"
    assert complete_path("conf/p") == "conf/prod.env"
    assert complete_path("conf/prod.env") == ""
    assert complete_path(f"{tmp_path}/c") == f"{tmp_path}/conf/"
    assert complete_path("nothing") == ""
