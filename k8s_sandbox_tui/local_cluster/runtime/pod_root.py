"""The Pod's own root folder, as a container image would give it; the system's folders are bound into it read-only."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

HOME = "/root"
SHARED = "/opt/sandbox"
"""Where Pods see what the runtime itself brings."""
_FOLDERS = ("root", "home", "tmp", "etc", "run", "opt", "srv", "mnt", "usr", "proc", "dev", "var")
_FOLDERS_BELOW_VAR = ("var/tmp", "var/log", "var/lib", "var/cache")
_STICKY = ("tmp", "var/tmp")
SYSTEM_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Links into /usr on most systems, folders of their own on some."""
ETC_FOLDERS = (
    "alternatives",
    "ca-certificates",
    "crypto-policies",
    "ld.so.conf.d",
    "pki/ca-trust",
    "pki/tls",
    "ssl/certs",
)
_ETC_FILES = (
    "debian_version",
    "gai.conf",
    "host.conf",
    "ld.so.cache",
    "ld.so.conf",
    "localtime",
    "mime.types",
    "npmrc",
    "nsswitch.conf",
    "os-release",
    "pip.conf",
    "protocols",
    "services",
    "ssl/openssl.cnf",
    "timezone",
)
_HOSTS = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
_USERS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
_GROUPS = "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"
# The system's site-packages are read-only, so installs go to the home, as if Python were not externally managed.
_PIP = "[global]\nbreak-system-packages = true\nroot-user-action = ignore\ndisable-pip-version-check = true\n"
_NPM = "prefix=${HOME}/.local\nupdate-notifier=false\nfund=false\n"


def copy_system_files(shared: Path) -> None:
    """Copies what programs need of /etc, once for all Pods, which get links: binds would cost each of them 5 ms.

    Not the rest of /etc, as passwords and keys are there too.

    Args:
        shared: What Pods will see as `SHARED`.
    """
    for name in _ETC_FILES:
        copy = shared / "etc" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            shutil.copyfile(Path("/etc", name), copy)


def make_pod_root(root: Path, hostname: str, shared: Path) -> None:
    """Makes the folders and the few files that a Pod needs of its own.

    Args:
        root: What the Pod will see as `/`.
        hostname: The Pod's.
        shared: What it will see as `SHARED`.
    """
    root.mkdir(parents=True, exist_ok=True)
    for name in (".", *_FOLDERS, *_FOLDERS_BELOW_VAR):
        (root / name).mkdir(exist_ok=True)
        (root / name).chmod(0o1777 if name in _STICKY else 0o755)
    for name in SYSTEM_FOLDERS:
        on_host = Path("/", name)
        if on_host.is_symlink():
            (root / name).symlink_to(on_host.readlink())
    etc = root / "etc"
    (etc / "ssl").mkdir(exist_ok=True)
    for name in _ETC_FILES:
        if (shared / "etc" / name).exists():
            (etc / name).symlink_to(f"{SHARED}/etc/{name}")
    (etc / "hostname").write_text(f"{hostname}\n")
    (etc / "hosts").write_text(f"{_HOSTS}127.0.1.1\t{hostname}\n")
    (etc / "passwd").write_text(_USERS)
    (etc / "group").write_text(_GROUPS)
    with contextlib.suppress(OSError):
        shutil.copyfile("/etc/resolv.conf", etc / "resolv.conf")
    make_home(root / HOME[1:])


def make_home(home: Path) -> None:
    """Makes a home in which pip and npm install to the home itself."""
    (home / ".config" / "pip").mkdir(parents=True, exist_ok=True)
    (home / ".config" / "pip" / "pip.conf").write_text(_PIP)
    (home / ".npmrc").write_text(_NPM)


def remove_tree(folder: Path) -> None:
    """Deletes a folder, also where a Pod has taken the rights to its own folders away."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except PermissionError:
        for path in (folder, *folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder)
