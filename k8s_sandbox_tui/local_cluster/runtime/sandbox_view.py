"""What a Pod in bubblewrap sees: the words for `bwrap` that make it, from what the machine has.

The root is in memory, as links and folders on a busy disk cost a millisecond each; what grows is on disk: the home,
/tmp, and the folder that the container works in. The system is bound read-only, and of /etc only what programs need.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.host_tools import SYSTEM_PATH, HostTools, link_programs
from k8s_sandbox_tui.local_cluster.runtime.pod_home import write_pip_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from k8s_sandbox_tui.local_cluster.runtime.types import PodProcessSpec

HOME = "/root"
SHARED = "/opt/sandbox"
"""Where Pods see what the runtime itself brings."""
PATH = f"{SHARED}/bin:{HOME}/.local/bin:{SYSTEM_PATH}"
# Links into /usr on most systems, folders of their own on some.
SYSTEM_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
# Large, and needed to find programs and to check certificates.
ETC_FOLDERS = ("alternatives", "crypto-policies", "pki/ca-trust", "pki/tls", "ssl/certs")
ETC_FILES = ("ld.so.cache", "localtime", "npmrc", "nsswitch.conf", "os-release", "protocols", "services")
_EMPTY_FOLDERS = ("home", "mnt", "opt", "run", "srv", "var")
# Of all top-level names, these are not the container's to work in.
_TAKEN = (*SYSTEM_FOLDERS, *_EMPTY_FOLDERS, "dev", "etc", "proc", "root", "sys", "tmp", "usr")
_USERS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
_GROUPS = "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"
_HOSTS = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t{hostname}\n"


def make_shared(shared: Path, tools: HostTools) -> None:
    """Makes what all Pods share: names of programs, and copies of what they need of /etc.

    Args:
        shared: What Pods will see as `SHARED`; made anew.
        tools: The machine's Python and Node.js.
    """
    shutil.rmtree(shared, ignore_errors=True)
    link_programs(tools, shared / "bin")
    (shared / "etc").mkdir()
    for name in ETC_FILES:
        with suppress(OSError):
            shutil.copyfile(Path("/etc", name), shared / "etc" / name)
    write_pip_config(shared / "etc" / "pip.conf", Path("/etc/pip.conf"))


def shared_view(shared: Path) -> list[str]:
    """The words for what is the same in each Pod; `make_shared` was called for this folder."""
    words = [word for name in _EMPTY_FOLDERS for word in ("--dir", f"/{name}")]
    words += ["--symlink", "../tmp", "/var/tmp"]  # noqa: S108 -- the Pod's own
    words += ["--ro-bind", "/usr", "/usr", "--ro-bind", str(shared), SHARED]
    for name in SYSTEM_FOLDERS:
        folder = Path("/", name)
        if folder.is_symlink():
            words += ["--symlink", str(folder.readlink()), f"/{name}"]
        elif folder.is_dir():
            words += ["--ro-bind", f"/{name}", f"/{name}"]
    for copy in sorted((shared / "etc").iterdir()):
        words += ["--symlink", f"{SHARED}/etc/{copy.name}", f"/etc/{copy.name}"]
    for folder in (*(Path("/etc", name) for name in ETC_FOLDERS), Path("/sys/devices/system")):
        if folder.is_dir():
            words += ["--ro-bind", str(folder), str(folder)]
    return [*words, "--proc", "/proc", "--dev", "/dev", "--chdir", "/"]


def own_view(root: Path, working_dir: str | None, tools: HostTools) -> Iterator[str]:
    """Makes the folders on disk of one Pod, and gives the words for them.

    Args:
        root: A folder of the Pod's own, empty.
        working_dir: The container's.
        tools: The machine's Python and Node.js, which may be below a home.
    """
    names = ["tmp", HOME[1:]]
    first = os.path.normpath("/" + (working_dir or "").lstrip("/")).split("/")[1]
    if first and first not in _TAKEN:
        names.append(first)
    root.mkdir(parents=True)
    for name in names:
        (root / name).mkdir()
        yield from ("--bind", str(root / name), f"/{name}")
    (root / "tmp").chmod(0o1777)
    for folder in tools.folders:
        yield from ("--ro-bind", str(folder), str(folder))


def mounts_view(pod: PodProcessSpec) -> list[str]:
    """The words for a Pod's volumes, which come last."""
    words: list[str] = []
    # A folder before those within it.
    for mount in sorted(pod.mounts, key=lambda mount: mount.path):
        words += ["--ro-bind" if mount.read_only else "--bind", str(mount.source), mount.path]
    return [*words, "--remount-ro", "/"] if pod.run_as.read_only_root else words


def own_files(hostname: str) -> dict[str, str]:
    """The files of /etc that are each Pod's own, by name; it may change them."""
    files = {"hostname": f"{hostname}\n", "hosts": _HOSTS.format(hostname=hostname), "passwd": _USERS, "group": _GROUPS}
    with suppress(OSError):
        # As it is now: the machine may have changed networks since the last Pod.
        files["resolv.conf"] = Path("/etc/resolv.conf").read_text(errors="replace")
    return files
