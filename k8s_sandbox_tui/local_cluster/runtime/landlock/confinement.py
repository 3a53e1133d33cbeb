"""Starts the processes of a Pod with fewer rights than their supervisor, which has to see and end them.

Landlock's rules, the filter of system calls and capabilities are a thread's, and are handed on to what it starts. So
there is one thread for that alone: the processes of a Pod are of one Landlock domain, and may signal each other.
"""

from __future__ import annotations

import _thread
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.runtime.landlock import capabilities, syscall_filter
from k8s_sandbox_tui.local_cluster.runtime.landlock.ruleset import Rule, Ruleset

if TYPE_CHECKING:
    from collections.abc import Callable


class Confinement:
    """A thread under the rules of one Pod."""

    def __init__(self, rules: list[Rule]) -> None:
        """Starts the thread.

        Raises:
            OSError: The system does not have, or does not allow, all that is needed.
        """
        self._ruleset = Ruleset(rules)
        self._work: Callable[[], int] = self._give_up_rights
        self._outcome: int | OSError = 0
        self._wanted, self._done = _thread.allocate_lock(), _thread.allocate_lock()
        self._wanted.acquire()
        self._done.acquire()
        _thread.start_new_thread(self._serve, ())
        self.run(self._give_up_rights)

    def run(self, work: Callable[[], int]) -> int:
        """Does work under the rules and returns what it does.

        Args:
            work: What is to be done; it must not import anything, and raise nothing but OSError.

        Raises:
            OSError: The work failed.
        """
        self._work = work
        self._wanted.release()
        self._done.acquire()
        if isinstance(self._outcome, OSError):
            raise self._outcome
        return self._outcome

    def _serve(self) -> None:
        while True:
            self._wanted.acquire()
            try:
                self._outcome = self._work()
            except OSError as error:
                self._outcome = error
            self._done.release()

    def _give_up_rights(self) -> int:
        capabilities.give_up()
        self._ruleset.restrict()
        syscall_filter.install()
        return 0
