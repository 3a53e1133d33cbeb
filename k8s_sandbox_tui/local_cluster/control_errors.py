"""Why the local cluster cannot be started or stopped."""

from __future__ import annotations


class LocalClusterError(Exception):
    """The local cluster cannot be started or stopped; the message says why and what to do."""


class ConsentNeededError(LocalClusterError):
    """Sandboxes would run as plain processes, which the user has to agree to first (`agree_to_plain_processes`).

    Attributes:
        warning: What that means, and why there is nothing better.
    """

    def __init__(self, warning: str) -> None:
        super().__init__(warning)
        self.warning = warning
