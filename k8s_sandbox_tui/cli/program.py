"""The name by which people start this."""

from __future__ import annotations

PROGRAM = "k8s-sandbox-tui"
