"""The log of a Pod's main process: its format, its bounds, and being told of news."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.local_cluster.runtime import pod_log
from k8s_sandbox_tui.local_cluster.runtime.pod_log import PodLog
from tests.unit.local_runtime.kit import PATIENCE, Kit, logged, names_in

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")
_RECORD = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z std(?:out|err) [FP] [^\n]*\n")


async def test_both_outputs_of_the_main_process_are_in_the_log(kit: Kit) -> None:
    pod = await kit.start("/bin/sh", "-c", "echo one; echo two >&2; printf three")
    await pod.wait()
    log = pod.log_path.read_bytes()
    assert re.fullmatch(rb"(%s){3}" % _RECORD.pattern, log)
    assert sorted(line[31:] for line in log.splitlines()) == [b"stderr F two", b"stdout F one", b"stdout P three"]


async def test_one_is_told_of_each_growth_and_of_the_end(kit: Kit) -> None:
    pod = await kit.start("/bin/sh", "-c", "mkfifo go; echo first; read line <go; echo second", working_dir="/w")
    await logged(pod, b"first\n")
    grown = asyncio.create_task(pod.log_grown())
    await asyncio.sleep(0)
    assert not grown.done()
    await kit.shell(pod, "echo >go")
    async with asyncio.timeout(PATIENCE):
        await grown
        await pod.wait()
        await pod.log_grown()
    assert pod.log_path.read_bytes().endswith(b" stdout F second\n")


async def test_the_log_is_bounded_and_keeps_one_older_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pod_log, "MAX_FILE_BYTES", 10_000)
    log = PodLog(tmp_path / "main.log")
    for n in range(30):
        grown = asyncio.create_task(log.grown())
        await asyncio.sleep(0)
        log.write(b"stdout", b"%04d" % n + b"x" * 996 + b"\n")
        await grown
    log.close()
    assert sorted(names_in(tmp_path)) == ["main.log", "main.log.1"]
    older, newer = (tmp_path / "main.log.1").read_bytes(), (tmp_path / "main.log").read_bytes()
    assert max(len(older), len(newer)) <= 10_000
    numbers = [int(line.split()[3][:4]) for line in (older + newer).splitlines()]
    assert numbers == list(range(numbers[0], 30))


async def test_a_pod_that_writes_without_end_does_not_stop_the_server(kit: Kit) -> None:
    pod = await kit.start("yes")
    async with asyncio.timeout(PATIENCE):
        for _ in range(20):
            assert (await kit.run(pod, "echo", "x")).stdout == b"x\n"
    await pod.stop(0)
    assert await pod.wait() == 137
