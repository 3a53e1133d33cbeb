from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime.types import Mount, RunAs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.local_runtime.kit import Kit


pytestmark = pytest.mark.asyncio(loop_scope="module")


def _folder(path: Path) -> Path:
    path.mkdir()
    path.chmod(0o777)
    return path


async def test_a_volume_is_found_by_home_and_directory(kit: Kit, tmp_path: Path) -> None:
    volume = _folder(tmp_path / "volume")
    mount = Mount(source=volume, path="/home/someone")
    env = {"HOME": "/home/someone"}
    pod = await kit.start(mounts=(mount,), env=env, working_dir="/home/someone/work")
    assert (await kit.shell(pod, 'echo a > "$HOME/a"; echo b > b')).code == 0
    assert (volume / "a").read_text() == "a\n"
    assert (volume / "work" / "b").read_text() == "b\n"
    await pod.stop(0)
    assert (volume / "a").exists()


async def test_the_temporary_folder_may_be_a_volume(kit: Kit, tmp_path: Path) -> None:
    volume = _folder(tmp_path / "volume")
    pod = await kit.start(mounts=(Mount(source=volume, path="/tmp"),), env={"TMPDIR": "/tmp"})
    assert (await kit.shell(pod, 'echo t > "$TMPDIR/t"')).code == 0
    assert (volume / "t").read_text() == "t\n"
    await pod.stop(0)


async def test_a_volume_within_a_volume_and_one_to_read(isolated: Kit, tmp_path: Path) -> None:
    outer, inner = _folder(tmp_path / "outer"), _folder(tmp_path / "inner")
    (inner / "given").write_text("given")
    mounts = (Mount(source=inner, path="/data/deep", read_only=True), Mount(source=outer, path="/data"))
    pod = await isolated.start(mounts=mounts)
    seen = await isolated.shell(pod, "cat /data/deep/given; echo new > /data/new; echo no > /data/deep/no")
    assert seen.stdout == b"given"
    assert b"Read-only file system" in seen.stderr
    assert (outer / "new").read_text() == "new\n"
    await pod.stop(0)


async def test_another_user_without_rights_but_its_own(isolated: Kit, tmp_path: Path) -> None:
    volume = _folder(tmp_path / "volume")
    mounts = (Mount(source=volume, path="/work"),)
    run_as = RunAs(user=1000, group=1001, groups=(2000,), drop_capabilities=True)
    pod = await isolated.start(mounts=mounts, run_as=run_as, working_dir="/work")
    told = await isolated.shell(
        pod, 'id -u; id -g; echo "$HOME"; touch mine && stat -c %u mine; grep CapEff /proc/1/status'
    )
    assert told.stdout.split() == [b"1000", b"1001", b"/", b"1000", b"CapEff:", b"0000000000000000"]
    assert (await isolated.shell(pod, "echo said > /dev/stdout")).stdout == b"said\n"
    assert (await isolated.run(pod, "tty", tty=True)).code == 0
    assert (await isolated.run(pod, "sh", "-c", "kill -9 $$")).code == 137
    await pod.stop(0)


async def test_a_root_that_cannot_be_written_to(isolated: Kit, tmp_path: Path) -> None:
    volume = _folder(tmp_path / "volume")
    pod = await isolated.start(
        mounts=(Mount(source=volume, path="/work"),), run_as=RunAs(read_only_root=True), working_dir="/work"
    )
    assert b"Read-only file system" in (await isolated.shell(pod, "echo no > /etc/new")).stderr
    assert (await isolated.shell(pod, "echo yes > /work/new")).code == 0
    await pod.stop(0)
