from __future__ import annotations

import asyncio
import inspect
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui import InvalidArgumentError, provider, sync
from k8s_sandbox_tui.provider.derive_sync import face, source
from k8s_sandbox_tui.provider.derive_sync.face import TARGET, derive
from k8s_sandbox_tui.provider.derive_sync.source import CLASSES
from k8s_sandbox_tui.provider.loop_thread import LoopThread, loop_thread

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def test_the_file_is_what_the_classes_say() -> None:
    """After a change to them: python -m k8s_sandbox_tui.provider.derive_sync."""
    assert TARGET.read_text(encoding="utf-8") == derive()


def members_of(module: ModuleType, name: str) -> dict[str, object]:
    kind = getattr(module, name)
    assert isinstance(kind, type)
    return dict(inspect.getmembers_static(kind))


@pytest.mark.parametrize("name", CLASSES)
def test_every_public_member_is_there_and_waits(name: str) -> None:
    members = {member for member in members_of(provider, name) if not member.startswith("_")}
    derived = members_of(sync, name)
    assert {"close" if member == "aclose" else member for member in members} <= derived.keys()
    assert not any(inspect.iscoroutinefunction(member) for member in derived.values())
    assert not any(re.search(r"await|async\b", inspect.getdoc(member) or "") for member in derived.values())


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("async def found(self) -> dict[str, Compute]: ...", "no rule for the result"),
        ("async def found(self, compute: Compute) -> None: ...", "no rule for the argument"),
        ("def found(self) -> AsyncIterator[str]: ...", "AsyncIterator waits"),
        ("def found(self) -> Waiting: ...", "Waiting waits"),
        ("async def found(self): ...", "does not say what it returns"),
    ],
)
def test_what_it_cannot_derive_is_an_error(
    method: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "compute.py").write_text(
        "from collections.abc import AsyncIterator\n"
        "def k8s() -> Compute: ...\n"
        "class Waiting:\n    async def wait(self) -> None: ...\n"
        f"class Compute:\n    {method}\n"
    )
    monkeypatch.setattr(source, "PROVIDER", tmp_path)
    for module in (source, face):
        monkeypatch.setattr(module, "CLASSES", {"Compute": "compute"})
    with pytest.raises(TypeError, match=said):
        derive()


def test_arguments_are_checked_at_once() -> None:
    with pytest.raises(InvalidArgumentError):
        sync.k8s(runtime="deno")  # pyright: ignore[reportArgumentType]
    with sync.k8s() as compute, pytest.raises(InvalidArgumentError):
        compute.sandbox.get_by_id("ns/..")


def test_results_and_errors_cross_the_thread() -> None:
    async def fails() -> None:
        raise LookupError("inside")

    async def gives() -> str:
        return threading.current_thread().name

    assert loop_thread().run(gives()) != threading.current_thread().name
    with pytest.raises(LookupError, match="inside"):
        loop_thread().run(fails())


def test_many_threads_share_it() -> None:
    async def gives(number: int) -> int:
        await asyncio.sleep(0)
        return number

    results: list[int] = []

    def run(number: int) -> None:
        results.append(loop_thread().run(gives(number)))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(20))


def test_callback_that_calls_back_is_told_so() -> None:
    async def nothing() -> None:
        return

    with pytest.raises(RuntimeError, match="callback"):
        loop_thread().call(lambda: loop_thread().run(nothing()))


def test_exit_in_a_callback_reaches_the_caller_and_spares_the_loop() -> None:
    own = LoopThread()

    async def gives() -> int:
        return 5

    with pytest.raises(SystemExit):
        own.call(sys.exit)
    assert own.run(gives()) == 5
    own.stop()


def test_stopping_cancels_what_runs() -> None:
    own = LoopThread()
    begun = threading.Event()
    seen: list[str] = []

    async def waits() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cleaned up")

    def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            own.run(waits())
        seen.append("told")

    waiting = threading.Thread(target=run)
    waiting.start()
    begun.wait()
    own.stop()
    waiting.join()
    assert seen == ["cleaned up", "told"]


def test_a_script_ends_without_closing() -> None:
    script = """
from k8s_sandbox_tui import ConfigError
from k8s_sandbox_tui.sync import k8s
try:
    k8s(kube_config_raw="{}").connect()
except ConfigError:
    print("told")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("told\n", "")
