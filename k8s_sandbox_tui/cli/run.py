"""Runs one command from start to end: opens the cluster, ends in order on ctrl-C, and says what went wrong."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.arguments import Doctor, Exec, Forward, Url, Verb
from k8s_sandbox_tui.cli.copying_arguments import Cp, Sync
from k8s_sandbox_tui.cli.create_arguments import Create
from k8s_sandbox_tui.cli.files_arguments import FilesLs, FilesMkdir, FilesMv, FilesRm, FilesStat
from k8s_sandbox_tui.cli.sandbox_arguments import Events, Extend, Info, Logs, Meta
from k8s_sandbox_tui.cli.selecting_arguments import Ls, Rm, Top
from k8s_sandbox_tui.provider.errors import CreateError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Generator

    from k8s_sandbox_tui.cli.files_arguments import Files
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.opened import OpenCluster


def run(verb: Verb, open_cluster: OpenCluster) -> int:
    """Runs a command and returns its exit code; what fails in the cluster is reported on standard error.

    Raises:
        OutputError: Standard output cannot be written to.
    """
    try:
        return asyncio.run(_until_signalled(verb, open_cluster))
    except SandboxError as error:
        report(error)
        return exit_codes.of(error)


def report(error: SandboxError) -> None:
    """Writes an error to standard error: the cause, what Kubernetes said, and the next step."""
    for line in f"error: {error.message}".splitlines():
        output.note(line)
    if isinstance(error, CreateError):
        for event in error.events:
            output.note(f"  {event}")
    if error.hint:
        output.note(error.hint)


async def _until_signalled(verb: Verb, open_cluster: OpenCluster) -> int:
    task = asyncio.ensure_future(_open_and_run(verb, open_cluster))
    with _cancelled_by_signals(task) as received:
        try:
            return await task
        except (asyncio.CancelledError, SandboxError) as error:
            if not received:
                raise
            if isinstance(error, SandboxError):
                # What ending in order failed at, as a sandbox that could not be deleted again.
                report(error)
            return exit_codes.SIGNAL + received[0]


async def _open_and_run(verb: Verb, open_cluster: OpenCluster) -> int:
    opened = await open_cluster()
    async with opened.compute as compute:
        return await _run_verb(verb, compute)


async def _run_verb(verb: Verb, compute: Compute) -> int:
    # One module a verb, imported when it is used: the start of `ls` must not pay for `exec`.
    match verb:
        case Exec():
            from k8s_sandbox_tui.cli.exec import exec_command

            return await exec_command(verb, compute)
        case Forward():
            from k8s_sandbox_tui.cli.forward import forward

            return await forward(verb, compute)
        case Cp() | Sync() | FilesLs() | FilesStat() | FilesMkdir() | FilesMv() | FilesRm():
            return await _files(verb, compute)
        case Create() | Rm() | Extend() | Meta():
            return await _change(verb, compute)
        case Ls() | Top() | Info() | Logs() | Events() | Url() | Doctor():
            return await _tell(verb, compute)
        case _:
            from k8s_sandbox_tui.cli.jobs import run_jobs

            return await run_jobs(verb, compute)


async def _files(verb: Cp | Sync | Files, compute: Compute) -> int:
    """Runs a command about files."""
    match verb:
        case Cp() | Sync():
            from k8s_sandbox_tui.cli.copying import run_copying

            return await run_copying(verb, compute)
        case _:
            from k8s_sandbox_tui.cli.files import run_files

            return await run_files(verb, compute)


async def _change(verb: Create | Rm | Extend | Meta, compute: Compute) -> int:
    """Runs a command that makes, changes or destroys sandboxes."""
    match verb:
        case Create():
            from k8s_sandbox_tui.cli.create import create

            return await create(verb, compute)
        case Rm():
            from k8s_sandbox_tui.cli.rm import rm

            return await rm(verb, compute)
        case Extend():
            from k8s_sandbox_tui.cli.changing import extend

            return await extend(verb, compute)
        case Meta():
            from k8s_sandbox_tui.cli.changing import meta

            return await meta(verb, compute)


async def _tell(verb: Ls | Top | Info | Logs | Events | Url | Doctor, compute: Compute) -> int:
    """Runs a command that changes nothing."""
    match verb:
        case Ls() | Top():
            return await _list(verb, compute)
        case Info():
            from k8s_sandbox_tui.cli.info import info

            return await info(verb, compute)
        case Logs():
            from k8s_sandbox_tui.cli.inside import logs

            return await logs(verb, compute)
        case Events():
            from k8s_sandbox_tui.cli.inside import events

            return await events(verb, compute)
        case Url():
            from k8s_sandbox_tui.cli.url import url

            return await url(verb, compute)
        case Doctor():
            from k8s_sandbox_tui.cli.doctor import doctor

            return await doctor(verb, compute)


async def _list(verb: Ls | Top, compute: Compute) -> int:
    """Runs a command about many sandboxes."""
    if isinstance(verb, Ls):
        from k8s_sandbox_tui.cli.ls import ls

        return await ls(verb, compute)
    from k8s_sandbox_tui.cli.top import top

    return await top(verb, compute)


@contextlib.contextmanager
def _cancelled_by_signals(task: asyncio.Future[int]) -> Generator[list[int]]:
    """Cancels the task on the first signal, so that it can clean up; a second one ends the process at once.

    What whoever started the process has it ignore, it ignores: `nohup` and shells, for what is in the background.
    """
    received: list[int] = []
    if sys.platform == "win32":
        # asyncio.run raises KeyboardInterrupt there, which comes to the same.
        yield received
        return
    loop = asyncio.get_running_loop()
    candidates = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    signals = [number for number in candidates if signal.getsignal(number) is not signal.SIG_IGN]

    def cancel(number: int) -> None:
        received.append(number)
        for one in signals:
            loop.remove_signal_handler(one)
            signal.signal(one, signal.SIG_DFL)
        task.cancel()

    for one in signals:
        loop.add_signal_handler(one, cancel, one)
    try:
        yield received
    finally:
        for one in signals:
            loop.remove_signal_handler(one)
