"""The line above the command line: why a command was not run, or how much waits below."""

from __future__ import annotations

from textual.widgets import Static

END_ID, END_KEYS = "console.end", "ctrl+end"
"""What jumps to the end of the output."""


class HintLine(Static):
    """Shows one thing at a time; a warning stays until it is settled, and hides all else."""

    DEFAULT_CSS = """
    HintLine {
        height: 1;
        padding: 0 1;
        text-align: right;
        color: $text-muted;
        background: $surface;
        display: none;
        &.-shown { display: block; }
        &.-warning { height: auto; max-height: 2; color: $text-warning; text-align: left; }
        &.-told { color: $text-success; text-align: left; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, markup=False)

    def warn(self, text: str) -> None:
        """Say why something did not happen."""
        self.update(text)
        self.add_class("-shown", "-warning")

    def tell(self, text: str) -> None:
        """Say what has happened."""
        self.update(text)
        self.remove_class("-warning")
        self.add_class("-shown", "-told")

    def settle(self) -> None:
        """What was said has done its work."""
        if self.has_class("-warning") or self.has_class("-told"):
            self.remove_class("-shown", "-warning", "-told")

    def below(self, lines: int, end: str) -> None:
        """Say how many rows are below what is on screen, 0 for a view that follows; and the key to their end."""
        if self.has_class("-warning") or self.has_class("-told"):
            return
        self.set_class(lines > 0, "-shown")
        if lines:
            jump = f", {end} jumps there" if end else ""
            self.update(f"{lines:,} more line{'' if lines == 1 else 's'} below{jump}")
