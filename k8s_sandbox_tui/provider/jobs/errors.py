"""Errors about jobs.

JobError                  about one job; `job_id`
 ├ JobNotFoundError       there is none of this id, or none any more
 ├ JobRunningError        it runs, and so it cannot be removed
 ├ JobTimeoutError        it did not end in the time that the call was to wait; it goes on
 └ JobLostError           it has ended, and nobody knows its exit code
"""

from __future__ import annotations

from k8s_sandbox_tui.provider.errors import SandboxError


class JobError(SandboxError):
    """Something about one job; `job_id` says which."""

    def __init__(self, message: str, *, job_id: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.job_id = job_id


class JobNotFoundError(JobError):
    """The sandbox has no such job, or none any more."""


class JobRunningError(JobError):
    """The job runs, and so it cannot be removed."""


class JobTimeoutError(JobError):
    """The job did not end in the time that the call was to wait; it goes on."""


class JobLostError(JobError):
    """The job has ended, and what would have recorded its exit code was killed."""
