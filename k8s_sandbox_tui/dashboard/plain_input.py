"""A text field without a border."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.steady_input import SteadyInput


class PlainInput(SteadyInput):
    """An `Input` without a border, as high as its text."""

    DEFAULT_CSS = """
    PlainInput {
        height: 1; border: none; padding: 0; background: $surface;
        &:focus { border: none; background-tint: transparent; }
    }
    """
