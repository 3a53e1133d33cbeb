"""What the sandboxes keep the cluster's nodes from giving to others: the sum of their requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import SandboxInfo
    from k8s_sandbox_tui.provider.resources import Resources

_ENDED = frozenset({"Succeeded", "Failed"})
"""Phases in which the scheduler counts a Pod's requests no more (kubernetes.io: "Pod Lifecycle")."""

_UNITS = ("", "Ki", "Mi", "Gi", "Ti", "Pi")


class Amounts(Record, frozen=True):
    """CPU and memory."""

    millicores: int = 0
    memory: int = 0
    """Bytes."""

    @property
    def cpu_text(self) -> str:
        """As Kubernetes writes it where it is short: 250m, 2, 3.75."""
        if self.millicores < 1000:
            return f"{self.millicores}m"
        return f"{self.millicores / 1000:.3g}" if self.millicores < 100_000 else f"{self.millicores / 1000:.0f}"

    @property
    def memory_text(self) -> str:
        """As Kubernetes writes it, to three digits: 512Mi, 3.75Gi."""
        amount, unit = float(self.memory), 0
        while amount >= 1000 and unit < len(_UNITS) - 1:
            amount, unit = amount / 1024, unit + 1
        return f"{amount:.3g}{_UNITS[unit]}"


class Requested:
    """Keeps the sum as sandboxes come and go.

    Sandboxes that request the same share one object (`provider.resources`), so that there are few to add up,
    however many sandboxes there are.
    """

    def __init__(self) -> None:
        self._counts: dict[int, tuple[Resources, int]] = {}
        self._amounts: dict[int, Amounts] = {}

    def add(self, info: SandboxInfo) -> None:
        """A sandbox came."""
        self._count(info, 1)

    def remove(self, info: SandboxInfo) -> None:
        """A sandbox went, as it was when it came."""
        self._count(info, -1)

    def _count(self, info: SandboxInfo, step: int) -> None:
        if info.phase in _ENDED:
            return
        key = id(info.resources)
        count = self._counts.get(key, (info.resources, 0))[1] + step
        if count:
            self._counts[key] = (info.resources, count)
        else:
            del self._counts[key]
            self._amounts.pop(key, None)

    @property
    def total(self) -> Amounts:
        """The sum; what is no quantity counts as nothing."""
        millicores = memory = 0
        for key, (resources, count) in self._counts.items():
            amounts = self._amounts.get(key)
            if amounts is None:
                amounts = self._amounts[key] = _amounts(resources)
            millicores += amounts.millicores * count
            memory += amounts.memory * count
        return Amounts(millicores, memory)


def _amounts(resources: Resources) -> Amounts:
    from k8s_sandbox_tui.provider.errors import InvalidArgumentError
    from k8s_sandbox_tui.provider.quantity import parse_quantity

    numbers = [0, 0]
    for place, (name, factor) in enumerate((("cpu", 1000), ("memory", 1))):
        if text := resources.requests.get(name):
            try:
                numbers[place] = int(parse_quantity(name, text)[1] * factor)
            except InvalidArgumentError:
                continue
    return Amounts(*numbers)
