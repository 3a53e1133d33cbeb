"""What a Pod in bubblewrap sees of the machine and of other Pods."""

from __future__ import annotations

import contextlib
import io
import os
import pwd
import resource
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime.limits.hold import PROCESSES
from k8s_sandbox_tui.local_cluster.runtime.limits.watchdog import counts_processes_by_namespace
from tests.unit.local_runtime.kit import names_in

if TYPE_CHECKING:
    from tests.unit.local_runtime.kit import Kit

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_each_pod_has_a_tmp_of_its_own(isolated: Kit) -> None:
    one, other = await isolated.start(), await isolated.start()
    written = await isolated.shell(one, "echo mine >/tmp/computesdk-bg.log && stat -c %a /tmp")
    assert written.stdout == b"1777\n"
    assert (await isolated.shell(other, "ls -A /tmp")).stdout == b""
    assert (await isolated.shell(one, "cat /tmp/computesdk-bg.log")).stdout == b"mine\n"


async def test_the_hostname_is_the_pods(isolated: Kit) -> None:
    pod = await isolated.start(hostname="a-fine-name")
    finished = await isolated.shell(pod, 'hostname; cat /etc/hostname; echo "$HOSTNAME"; getent hosts a-fine-name')
    names = finished.stdout.split()
    assert names[:3] == [b"a-fine-name"] * 3
    assert names[3:] == [b"127.0.1.1", b"a-fine-name"]


async def test_the_processes_are_the_pods_own(isolated: Kit) -> None:
    pod = await isolated.start()
    finished = await isolated.shell(pod, "cat /proc/1/cmdline | tr '\\0' ' '; ls -d /proc/[0-9]* | wc -l")
    first, count = finished.stdout.decode().rsplit(" ", 1)
    assert "podinit" in first
    assert int(count) <= 8


async def test_a_command_runs_as_root_in_its_own_home(isolated: Kit) -> None:
    pod = await isolated.start()
    finished = await isolated.shell(pod, 'id -u; cd; pwd; echo x >file; cat "$HOME/file"; whoami')
    assert finished.stdout == b"0\n/root\nx\nroot\n"


async def test_homes_and_files_of_the_machine_are_hidden(isolated: Kit, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    pod = await isolated.start()
    finished = await isolated.shell(pod, f"cat {secret} /etc/shadow /etc/ssh/* /etc/machine-id; ls -A /home; exit 0")
    assert finished.stdout == b""


async def test_the_users_own_home_is_hidden(isolated: Kit) -> None:
    # Both may be one, and the tests' own is below /tmp.
    homes = {Path.home(), Path(pwd.getpwuid(os.geteuid()).pw_dir)}
    with contextlib.ExitStack() as files:
        secrets: list[str] = []
        for home in filter(_can_write, homes):
            file = files.enter_context(tempfile.NamedTemporaryFile(dir=home, prefix=".sbx-secret-"))
            file.write(b"x")
            file.flush()
            secrets.append(file.name)
        assert secrets
        pod = await isolated.start()
        finished = await isolated.shell(pod, f"cat {' '.join(secrets)}; ls -A ~ /root /home | grep sbx-secret; exit 0")
        assert finished.stdout == b""
        assert finished.stderr.count(b"No such file") >= len(secrets)


def _can_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


async def test_the_kernel_counts_processes_where_it_does_so_by_user_namespace(isolated: Kit) -> None:
    pod = await isolated.start()
    soft, hard = (await isolated.shell(pod, "grep processes /proc/self/limits")).stdout.split()[2:4]
    counted = isolated.runtime.limits.startswith("watchdog") and counts_processes_by_namespace()
    own = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    assert soft.decode() == str(PROCESSES if counted else "unlimited" if own == resource.RLIM_INFINITY else own)
    assert not counted or hard == soft


async def test_the_system_cannot_be_written(isolated: Kit) -> None:
    pod = await isolated.start()
    folders = "/usr /usr/bin /bin /etc/ssl/certs /proc/sys/kernel /sys/devices/system"
    script = f"for d in {folders}; do touch $d/x 2>/dev/null && echo $d; done; exit 0"
    assert (await isolated.shell(pod, script)).stdout == b""


async def test_a_pod_may_write_its_own_root(isolated: Kit) -> None:
    pod = await isolated.start()
    script = "mkdir /data /app /workspace /home/me && touch /data/x /etc/own /opt/own /var/tmp/x && ls /data"
    assert (await isolated.shell(pod, script)).stdout == b"x\n"
    assert "data" not in names_in("/") or "x" not in names_in("/data")


async def test_root_in_a_pod_cannot_mount_or_make_devices(isolated: Kit) -> None:
    pod = await isolated.start()
    for attempt in (
        "mount -t tmpfs none /mnt",
        "mknod /tmp/sda b 8 0",
        "mount -o remount,rw /usr",
        "umount /usr",
        "hostname x",
    ):
        assert (await isolated.shell(pod, attempt)).code != 0, attempt


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's own namespace has other owners")
async def test_root_in_a_pod_of_roots_server_may_change_owners(isolated: Kit) -> None:
    pod = await isolated.start()
    finished = await isolated.shell(pod, "touch /tmp/x && chown 1000:1000 /tmp/x && stat -c %u:%g /tmp/x")
    assert finished.stdout == b"1000:1000\n"


async def test_the_servers_descriptors_and_environment_are_not_to_be_had(isolated: Kit) -> None:
    pod = await isolated.start()
    finished = await isolated.shell(pod, "tr '\\0' '\\n' </proc/1/environ; ls -l /proc/1/fd | grep -c socket")
    assert finished.stdout.split() == [b"PWD=/", b"1"]


async def test_what_name_resolution_and_tls_need_is_readable(isolated: Kit) -> None:
    pod = await isolated.start()
    names = [
        name for name in ("resolv.conf", "nsswitch.conf", "ssl", "localtime", "os-release") if name in names_in("/etc")
    ]
    finished = await isolated.shell(
        pod, f"cd /etc; for name in {' '.join(names)}; do test -r $name || echo $name; done"
    )
    assert finished.stdout == b""


async def test_pip_installs_to_the_home(isolated: Kit) -> None:
    if not isolated.runtime.has_executable("pip"):
        pytest.skip("this machine's Python has no pip")
    pod = await isolated.start()
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("own_tool.py", "print('it runs')\n")
        archive.writestr("own_tool-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: own-tool\nVersion: 1\n")
        archive.writestr("own_tool-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("own_tool-1.dist-info/RECORD", "")
    name = "/tmp/own_tool-1-py3-none-any.whl"
    script = f"cat >{name} && pip install --no-index {name} >&2 && python3 -m own_tool && ls -d /root/.local/lib"
    finished = await isolated.shell(pod, script, stdin=wheel.getvalue())
    assert finished.stdout == b"it runs\n/root/.local/lib\n", finished.stderr


async def test_npm_installs_to_the_home(isolated: Kit) -> None:
    if not isolated.runtime.has_executable("npm"):
        pytest.skip("this machine has no npm")
    pod = await isolated.start()
    manifest = '{"name":"own-tool","version":"1.0.0","bin":{"own-tool":"./run.js"}}'
    script = f"""
        mkdir /tmp/p && cd /tmp/p && echo '{manifest}' >package.json
        printf '#!/usr/bin/env node\nconsole.log("it runs")\n' >run.js
        npm install -g --offline . >&2 && own-tool
    """
    finished = await isolated.shell(pod, script)
    assert finished.stdout == b"it runs\n", finished.stderr
