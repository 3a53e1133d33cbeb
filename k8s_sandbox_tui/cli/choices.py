"""What may be chosen without a command: the cluster, and how the dashboard starts."""

from __future__ import annotations

import msgspec


class ClusterChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The global options. Empty strings mean "not given"."""

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    local: bool = False
    url_template: str = ""


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """Start the dashboard. None means "as the settings say"."""

    refresh: float | None = None
    """Seconds."""
    read_only: bool = False
    selector: str = ""
    """The labels of the sandboxes to ask for."""
