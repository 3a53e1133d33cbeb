"""Finds the Python and the Node.js of this machine that Pods are to use, wherever version managers have put them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""As in the images of Debian and Alpine."""
_SHARED_TREES = (Path("/nix/store"), Path("/home/linuxbrew/.linuxbrew"))
"""Package managers whose programs need the whole tree."""
_ASK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class HostTools:
    """What Pods get beside the system's own programs.

    Attributes:
        interpreter: The Python that runs supervisors, which is also the Pods' `python3`.
        programs: Names on the Pods' PATH, and what they stand for.
        folders: What must be visible in a Pod for these to work, where it is not below /usr.
    """

    interpreter: Path
    programs: dict[str, Path]
    folders: tuple[Path, ...]


def find_host_tools() -> HostTools:
    """Looks this machine's Python and Node.js up, and runs a version manager's stand-in to see what it stands for."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    prefix = Path(sys.base_prefix)
    interpreter = (prefix / "bin" / f"python{version}").resolve()
    if not interpreter.is_file():
        interpreter = Path(sys.executable).resolve()
    programs = dict.fromkeys(("python", "python3", f"python{version}"), interpreter)
    pip = prefix / "bin" / f"pip{version}"
    if pip.is_file():
        programs |= dict.fromkeys(("pip", "pip3"), pip)
    folders = _python_folders(prefix, interpreter)
    node = _find_node()
    if node is not None:
        programs["node"] = node
        for name in ("npm", "npx", "corepack"):
            script = _beside(node, name)
            if script is not None:
                programs[name] = script
        folders += _node_folders(node)
    return HostTools(interpreter, programs, _outside_usr(folders))


def link_programs(tools: HostTools, folder: Path) -> None:
    """Makes a folder for a PATH, with the names of these programs."""
    folder.mkdir(parents=True)
    for name, target in tools.programs.items():
        (folder / name).symlink_to(target)


def _python_folders(prefix: Path, interpreter: Path) -> list[Path]:
    if _is_roomy(prefix):
        return [interpreter, *(prefix / name for name in ("bin", "lib", "include"))]
    return [prefix, interpreter]


def _node_folders(node: Path) -> list[Path]:
    return [node, node.parent.parent / "lib" / "node_modules"]


def _is_roomy(folder: Path) -> bool:
    """Whether a folder holds much else that a Pod must not see, such as a home."""
    home = Path.home()
    return folder in (home, home / ".local") or folder in home.parents


def _outside_usr(folders: list[Path]) -> tuple[Path, ...]:
    found: list[Path] = []
    for folder in folders:
        whole = next((tree for tree in _SHARED_TREES if tree in folder.parents), folder)
        if Path("/usr") in (whole, *whole.parents) or not whole.exists():
            continue
        if not any(other in (whole, *whole.parents) for other in found):
            found.append(whole)
    return tuple(found)


def _find_node() -> Path | None:
    named = shutil.which("node")
    if named is None:
        return None
    path = Path(named).resolve()
    if path.name.startswith("node") and _is_binary(path):
        return path
    try:
        answer = subprocess.run(
            [named, "-p", "process.execPath"], capture_output=True, text=True, timeout=_ASK_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    path = Path(answer.stdout.strip())
    return path.resolve() if path.is_absolute() and os.access(path, os.X_OK) else None


def _beside(node: Path, name: str) -> Path | None:
    beside = node.parent / name
    if beside.exists():
        return beside.resolve()
    named = shutil.which(name, path=SYSTEM_PATH)
    return Path(named).resolve() if named else None


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return not file.read(2).startswith(b"#!")
