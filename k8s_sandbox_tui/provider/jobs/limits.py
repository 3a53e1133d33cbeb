"""Bounds and defaults of jobs."""

from __future__ import annotations

from typing import Final

DEFAULT_LOG: Final = 8 * 1024 * 1024
"""Bytes of each stream that a job's log keeps when the caller does not say."""

MIN_LOG: Final = 16 * 1024
MAX_LOG: Final = 64 * 1024 * 1024

READ_LIMIT: Final = 2 * DEFAULT_LOG
"""Bytes that are read of a log at once when the caller does not say."""

KILL_GRACE: Final = 2_000
"""Milliseconds between TERM and KILL when the caller does not say."""

MAX_GRACE: Final = 60_000

KEPT_JOBS: Final = 16
"""Jobs that have ended are kept in a sandbox up to this number; a start removes those that ended first."""

MAX_SHOWN: Final = 4096
"""Characters of a command that are kept to be shown."""

MAX_METADATA: Final = 32 * 1024
"""Bytes of a job's file `job` that are read; what `MAX_SHOWN` allows is shorter."""
