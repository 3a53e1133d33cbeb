"""The app, as far as the work on sandboxes needs one."""

from __future__ import annotations

from typing import Protocol

from k8s_sandbox_tui.dashboard.shell.protocols import LendingApp
from k8s_sandbox_tui.dashboard.urls.flow import UrlHost


class WorkHost(UrlHost, LendingApp, Protocol):
    """Shows screens, has a clipboard, and can lend the terminal."""
