"""The words for `bwrap`, without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8s_sandbox_tui.local_cluster.runtime.host_tools import HostTools
from k8s_sandbox_tui.local_cluster.runtime.pod_home import write_pip_config
from k8s_sandbox_tui.local_cluster.runtime.sandbox_view import make_shared, own_files, own_view, shared_view

_TOOLS = HostTools(Path("/usr/bin/python3"), {"python3": Path("/usr/bin/python3")}, ())


@pytest.mark.parametrize(
    ("working_dir", "names"),
    [
        (None, {"tmp", "root"}),
        ("/", {"tmp", "root"}),
        ("/tmp/deep", {"tmp", "root"}),
        ("/usr/src/app", {"tmp", "root"}),
        ("/workspace", {"tmp", "root", "workspace"}),
        ("/app/deep/er", {"tmp", "root", "app"}),
        ("//app", {"tmp", "root", "app"}),
        ("relative", {"tmp", "root", "relative"}),
        ("../../../etc", {"tmp", "root"}),
        ("/app/../../proc", {"tmp", "root"}),
        ("/..", {"tmp", "root"}),
    ],
)
def test_what_a_pod_has_on_disk(tmp_path: Path, working_dir: str | None, names: set[str]) -> None:
    words = list(own_view(tmp_path / "root", working_dir, _TOOLS))
    assert {path.name for path in (tmp_path / "root").iterdir()} == names
    binds = set(zip(words[1::3], words[2::3], strict=True))
    assert binds == {(str(tmp_path / "root" / name), f"/{name}") for name in names}
    assert words[::3] == ["--bind"] * len(names)


def test_a_folder_of_tools_is_bound_where_it_is_and_read_only(tmp_path: Path) -> None:
    folder = Path("/home/ann/.nvm/versions/node/v20")
    words = list(own_view(tmp_path / "root", None, HostTools(_TOOLS.interpreter, {}, (folder,))))
    assert words[-3:] == ["--ro-bind", str(folder), str(folder)]


def test_nothing_of_the_machine_is_bound_to_be_written(tmp_path: Path) -> None:
    make_shared(tmp_path / "shared", _TOOLS)
    words = shared_view(tmp_path / "shared")
    assert "--bind" not in words
    bound = {words[at + 1] for at, word in enumerate(words) if word == "--ro-bind"}
    assert "/usr" in bound
    assert not bound & {"/", "/etc", "/home", "/root", "/run", "/var", "/tmp", "/proc", "/sys", str(Path.home())}


def test_making_what_is_shared_again_forgets_what_was_there(tmp_path: Path) -> None:
    make_shared(tmp_path / "shared", HostTools(_TOOLS.interpreter, {"node": Path("/usr/bin/node")}, ()))
    make_shared(tmp_path / "shared", _TOOLS)
    assert [path.name for path in (tmp_path / "shared" / "bin").iterdir()] == ["python3"]


def test_the_files_of_each_pod() -> None:
    files = own_files("a-name")
    assert files["hostname"] == "a-name\n"
    assert "127.0.1.1\ta-name\n" in files["hosts"]
    assert files["passwd"].startswith("root:x:0:0:root:/root:")
    assert files["group"].startswith("root:x:0:")


@pytest.mark.parametrize(
    ("system", "kept"),
    [
        (
            b"[global]\nindex-url = https://example.test/%(simple)s\nno-cache-dir = yes\n",
            "https://example.test/%(simple)s",
        ),
        (b"[install]\nno-warn-script-location = 0\n", "no-warn-script-location = 0"),
        (b"not a config\n", ""),
        (b"\xff\xfe", ""),
        (None, ""),
    ],
)
def test_the_systems_settings_of_pip_are_kept(tmp_path: Path, system: bytes | None, kept: str) -> None:
    source = tmp_path / "system.conf"
    if system is not None:
        source.write_bytes(system)
    write_pip_config(tmp_path / "pip.conf", source)
    written = (tmp_path / "pip.conf").read_text()
    assert "break-system-packages = true" in written
    assert kept in written
