"""`jobs`: commands that run on by themselves in a sandbox."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.arguments import JobsKill, JobsLogs, JobsLs, JobsRm, JobsStart, JobsWait
from k8s_sandbox_tui.cli.each import each
from k8s_sandbox_tui.cli.job_document import job_document
from k8s_sandbox_tui.cli.lookup import find, find_job
from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.jobs.limits import KILL_GRACE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from k8s_sandbox_tui.cli.arguments import Jobs
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.jobs.job import Job
    from k8s_sandbox_tui.provider.sandbox import Sandbox

_DESCRIPTORS = {"stdout": 1, "stderr": 2}


async def run_jobs(verb: Jobs, compute: Compute) -> int:
    """Does what `jobs` was asked for."""
    sandbox = await find(compute, verb.id)
    match verb:
        case JobsStart():
            return await _start(verb, sandbox)
        case JobsLs():
            return await _ls(verb, sandbox)
        case JobsLogs():
            return await _logs(verb, sandbox)
        case JobsWait():
            return await _wait(verb, sandbox)
        case JobsKill():
            return await _kill(verb, sandbox)
        case JobsRm():
            return await _for_each(sandbox, verb.jobs, _remove)


async def _start(verb: JobsStart, sandbox: Sandbox) -> int:
    job = await sandbox.jobs.start(verb.command, cwd=verb.cwd or None, env=dict(verb.env) or None)
    if verb.output == "json":
        _emit_json(job, sandbox)
    else:
        output.emit(f"{job.id}\n")
    return exit_codes.OK


async def _ls(verb: JobsLs, sandbox: Sandbox) -> int:
    jobs = [job.info for job in await sandbox.jobs.list()]
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import to_json

        output.emit(to_json([job_document(info, sandbox.sandbox_id) for info in jobs]))
    elif verb.output == "name":
        output.emit("".join(f"{info.id}\n" for info in jobs))
    elif jobs:
        from k8s_sandbox_tui.cli.job_table import HEADER, row
        from k8s_sandbox_tui.cli.table import table

        now = datetime.now(UTC)
        columns = os.get_terminal_size(1).columns if output.is_terminal(1) else None
        output.emit(table([HEADER, *(row(info, now) for info in jobs)], columns))
    else:
        output.note(f"No jobs in {sandbox.sandbox_id}.")
    return exit_codes.OK


async def _logs(verb: JobsLogs, sandbox: Sandbox) -> int:
    """Passes the log on as bytes, each stream to its own."""
    from k8s_sandbox_tui.cli.standard_output import StandardOutput

    job = await find_job(sandbox, verb.job)
    standard_output = StandardOutput()
    async with job.follow() if verb.follow else job.peek() as log:
        async for chunk in log:
            if chunk.missed:
                output.note(f"({chunk.missed} bytes of {chunk.stream} are not in the log any more)")
            await standard_output.write(_DESCRIPTORS[chunk.stream], chunk.data)
    await standard_output.flush()
    if job.info.log_cut:
        output.note("(the disk was full: the log ends early)")
    return await job.wait() if verb.follow else exit_codes.OK


async def _wait(verb: JobsWait, sandbox: Sandbox) -> int:
    job = await find_job(sandbox, verb.job)
    try:
        return await job.wait(verb.timeout)
    finally:
        if verb.output == "json":
            _emit_json(job, sandbox)


async def _kill(verb: JobsKill, sandbox: Sandbox) -> int:
    async def send(job: Job) -> str:
        return f"sent {verb.signal}" if await job.signal(verb.signal) else "had ended"

    async def end(job: Job) -> str:
        await job.kill(verb.grace or KILL_GRACE)
        return "ended" if job.exit_code is None else f"ended with exit code {job.exit_code}"

    return await _for_each(sandbox, verb.jobs, send if verb.signal else end)


async def _remove(job: Job) -> str:
    await job.remove()
    return "removed"


async def _for_each(sandbox: Sandbox, names: Sequence[str], work: Callable[[Job], Awaitable[str]]) -> int:
    """Does something to several jobs and says of each what became of it."""

    async def do(name: str) -> str:
        job = await find_job(sandbox, name)
        return f"{job.id}: {await work(job)}"

    results = await each(list(dict.fromkeys(names)), do)
    for name, result in zip(dict.fromkeys(names), results, strict=True):
        output.note(f"{name}: error: {result}" if isinstance(result, SandboxError) else result)
    failures = [result for result in results if isinstance(result, SandboxError)]
    # With one job alone, the exit code says what was wrong.
    return exit_codes.OK if not failures else exit_codes.of(failures[0]) if len(results) == 1 else exit_codes.FAILED


def _emit_json(job: Job, sandbox: Sandbox) -> None:
    from k8s_sandbox_tui.cli.document import to_json

    output.emit(to_json(job_document(job.info, sandbox.sandbox_id)))
