"""Text for where Textual reads markup: a `[/` in a name or a command would end the dashboard."""

from __future__ import annotations

from textual.content import Content

from k8s_sandbox_tui.dashboard.harmless import harmless


def literal(text: str) -> Content:
    """The text as it is, sanitised: for the titles of borders."""
    return Content(harmless(text))


def escaped(text: str) -> str:
    """The text as markup that shows it as it is, sanitised: for what takes nothing but markup."""
    return harmless(text).replace("[", "\\[")
