"""What the main screen works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.ports import ContextsPort, OpenClusterPort
    from k8s_sandbox_tui.dashboard.remembered import Remembered
    from k8s_sandbox_tui.dashboard.settings.model import Settings
    from k8s_sandbox_tui.dashboard.shell.protocols import TerminalJoiner


class Surroundings(Record, frozen=True):
    """The same for all layers of the main screen."""

    open_cluster: OpenClusterPort
    contexts: ContextsPort | None
    """Reads the contexts that one may go to."""
    settings: Settings
    remembered: Remembered
    clock: Callable[[], datetime]
    """The time in UTC."""
    glyphs: Glyphs
    join: TerminalJoiner | None = None
    """Joins a shell with the terminal."""
