"""A forward as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.table.cells import fit
from k8s_sandbox_tui.dashboard.table.columns import Cut
from k8s_sandbox_tui.provider.forward.model import ForwardState

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.forwards.protocols import ForwardHandle

_UNITS = ("B", "K", "M", "G", "T")
_STATES = {ForwardState.LISTENING: "listening", ForwardState.CLOSED: "closed", ForwardState.GONE: "sandbox gone"}


def size_text(count: int) -> str:
    """Bytes in at most five cells, in units of 1,024."""
    value, unit = float(count), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    shown = f"{value:.0f}" if unit == 0 or value >= 9.95 else f"{value:.1f}"
    return f"{shown}{_UNITS[unit]}"


def state_text(handle: ForwardHandle) -> str:
    """What has become of it, at the end of its first line."""
    return _STATES[handle.state] + (" (exec)" if handle.via == "exec" else "")


def forward_lines(handle: ForwardHandle, width: int) -> list[tuple[str, str]]:
    """Lines of at most so many cells, and what they are: `name`, `numbers`, `error`."""
    local = f"{handle.local_host}:{handle.local_port} -> {handle.remote_port}"
    state = state_text(handle)
    room = max(1, width - len(local) - len(state) - 4)
    name = fit(harmless(handle.sandbox_id), room, cut=Cut.MIDDLE)
    numbers = (
        f"  {handle.live_connections} open, {handle.total_connections} in all, "
        f"{size_text(handle.bytes_sent)} sent, {size_text(handle.bytes_received)} received"
    )
    lines = [(f"{local}  {name}  {state}", "name"), (numbers[:width], "numbers")]
    trouble = harmless(handle.reason or handle.last_error)
    if trouble:
        lines.append((fit(f"  ! {trouble}", width), "error"))
    return lines
