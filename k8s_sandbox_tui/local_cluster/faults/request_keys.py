"""What the gate leaves in a request for those behind it."""

from __future__ import annotations

EXEC_FAULT = "local.computesdk.io/exec-fault"
"""The fault of a command, from a rule."""
ANNOTATIONS = "local.computesdk.io/annotations"
"""What a new Pod is annotated with, from a rule."""
