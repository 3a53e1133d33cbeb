"""Which requests are to fail, how, and how often; no sockets."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.local_cluster.faults.exec_fault import ExecFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from k8s_sandbox_tui.local_cluster.api.request_info import RequestInfo


class Fault(StrEnum):
    """What happens to a request."""

    TOO_MANY_REQUESTS = "too-many-requests"
    """429 with Retry-After, `seconds` rounded up to whole ones."""
    INTERNAL_ERROR = "internal-error"
    """500."""
    UNAUTHORIZED = "unauthorized"
    """401, as when a token has expired."""
    EXPIRED = "expired"
    """410: of a watch as its first event, else as the answer, for lists with `continue` alone."""
    DELAY = "delay"
    """The answer begins after `seconds`."""
    RESET = "reset"
    """The connection is reset before anything is done."""
    LOST_ANSWER = "lost-answer"
    """All is done, and the connection is reset in place of the answer."""
    WATCH_CUT = "watch-cut"
    """A watch is reset after `seconds`; those that are open are, as soon as the rule is given."""
    EXEC = "exec"
    """`exec` happens to a command."""
    ANNOTATE = "annotate"
    """A new Pod has these `annotations` too, such as those by which it starts late."""


class Rule(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A fault and the requests that it happens to; an empty field stands for any.

    Attributes:
        times: How often; None: until all rules are deleted.
        after: How many matching requests are answered as usual first.
        seconds: What the fault needs of a time.
        exec: Which of the faults of exec.
        annotations: What a new Pod is annotated with.
    """

    fault: Fault
    verb: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    times: int | None = 1
    after: int = 0
    seconds: float = 1.0
    exec: ExecFault | None = None
    annotations: dict[str, str] | None = None

    def fits(self, info: RequestInfo, query: Mapping[str, str]) -> bool:
        """Whether it is about such a request."""
        if self.fault is Fault.WATCH_CUT and info.verb != "watch":
            return False
        if self.fault is Fault.EXPIRED and info.verb != "watch" and not query.get("continue"):
            return False
        if self.fault is Fault.EXEC and info.subresource != "exec":
            return False
        if self.fault is Fault.ANNOTATE and (info.verb, info.resource, info.subresource) != ("create", "pods", ""):
            return False
        return all(
            wanted in {"", given}
            for wanted, given in (
                (self.verb, info.verb),
                (self.resource, info.resource),
                (self.subresource, info.subresource),
                (self.namespace, info.namespace),
                (self.name, info.name),
            )
        )


class FaultBook:
    """The rules in their order, and how often they have been used."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    @property
    def rules(self) -> list[Rule]:
        """Those that are not used up."""
        return list(self._rules)

    def add(self, rule: Rule) -> None:
        """Takes a rule on, behind the others."""
        self._rules.append(rule)

    def clear(self) -> None:
        """Forgets all rules."""
        self._rules.clear()

    def take_one(self, rule: Rule, info: RequestInfo) -> bool:
        """Uses one rule for a request that runs already; False where it does not fit or is used up."""
        if rule not in self._rules or not rule.fits(info, {}):
            return False
        self._use(rule)
        return True

    def _use(self, rule: Rule) -> None:
        if rule.times is not None:
            rule.times -= 1
            if rule.times <= 0:
                self._rules.remove(rule)

    def take(self, info: RequestInfo, query: Mapping[str, str]) -> Rule | None:
        """The rule that a request falls under, used once by this; None: it is answered as usual."""
        for rule in self._rules:
            if not rule.fits(info, query):
                continue
            if rule.after > 0:
                rule.after -= 1
                continue
            self._use(rule)
            return rule
        return None
