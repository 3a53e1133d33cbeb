"""From the id on the command line to the sandbox, or to a job in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import InvalidArgumentError, NotFoundError
from k8s_sandbox_tui.provider.jobs.errors import JobNotFoundError

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.selecting import Selecting
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.jobs.job import Job
    from k8s_sandbox_tui.provider.sandbox import Sandbox

JOB_ID_LENGTH = 12


async def find(compute: Compute, sandbox_id: str) -> Sandbox:
    """Returns the sandbox of this id.

    Raises:
        NotFoundError: There is none.
        NotManagedError: The Pod is not a sandbox.
    """
    sandbox = await compute.sandbox.get_by_id(sandbox_id)
    if sandbox is None:
        raise NotFoundError(f"No sandbox {sandbox_id}.", status=404, hint="The command ls lists them.")
    return sandbox


async def listed(selecting: Selecting, compute: Compute) -> list[Sandbox]:
    """Returns the sandboxes that are meant, in the order of their ids.

    Raises:
        InvalidArgumentError: What is asked for cannot be.
    """
    pages = compute.sandbox.pages(selecting.selection())
    found = [sandbox async for page in pages for sandbox in page]
    return sorted(found, key=lambda sandbox: sandbox.sandbox_id)


async def find_job(sandbox: Sandbox, name: str) -> Job:
    """Returns the job of this id; the beginning of an id is enough where no other one has it.

    Raises:
        InvalidArgumentError: Several begin so, or it cannot be an id.
        JobNotFoundError: There is none.
    """
    if len(name) >= JOB_ID_LENGTH:
        return await sandbox.jobs.get(name)
    found = [job for job in await sandbox.jobs.list() if name and job.id.startswith(name)]
    if len(found) > 1:
        msg = f"{len(found)} jobs have an id that begins with {name}."
        raise InvalidArgumentError(msg, hint=f"They are {', '.join(job.id for job in found)}.")
    if not found:
        msg = f"Sandbox {sandbox.sandbox_id} has no job {name}."
        raise JobNotFoundError(msg, job_id=name, hint="The command jobs ls lists them.")
    return found[0]
