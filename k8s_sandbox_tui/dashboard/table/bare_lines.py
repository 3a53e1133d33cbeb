"""Lines of a widget with nothing around them: no border, no padding, no tint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._styles_cache import StylesCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.color import Color
    from textual.css.styles import StylesBase
    from textual.geometry import Size, Spacing
    from textual.strip import Strip


class BareLines(StylesCache):
    """Keeps lines as they were drawn. To look for what could be around a line takes longer than to draw one."""

    def render_line(  # noqa: PLR0917 - Textual's signature
        self,
        styles: StylesBase,  # noqa: ARG002
        y: int,
        size: Size,
        content_size: Size,  # noqa: ARG002
        padding: Spacing,  # noqa: ARG002
        base_background: Color,  # noqa: ARG002
        background: Color,  # noqa: ARG002
        render_content_line: Callable[[int], Strip],
        border_title: object,  # noqa: ARG002
        border_subtitle: object,  # noqa: ARG002
        opacity: float,  # noqa: ARG002
        ansi_theme: object,  # noqa: ARG002
        native_ansi: bool,  # noqa: ARG002, FBT001
    ) -> Strip:
        """A line in the widget's whole width."""
        return render_content_line(y).adjust_cell_length(size.width)
