"""The dashboard: a Textual app over an opened cluster."""

from __future__ import annotations

import gc
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.events import InputEvent
from textual.reactive import Initialize, Reactive

from k8s_sandbox_tui.dashboard.garbage import CHECK_EVERY, IN_STEPS, QuietCollection
from k8s_sandbox_tui.dashboard.key_names import key_name
from k8s_sandbox_tui.dashboard.looks import Glyphs, glyphs_for
from k8s_sandbox_tui.dashboard.main_screen import MainScreen
from k8s_sandbox_tui.dashboard.memories import THEME
from k8s_sandbox_tui.dashboard.remembered import Remembered
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.dashboard.surroundings import Surroundings
from k8s_sandbox_tui.dashboard.terminal_colours import Colours
from k8s_sandbox_tui.dashboard.themes import DARK, LIGHT, variable_defaults
from k8s_sandbox_tui.dashboard.toast_app import TOASTS, ToastApp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import App
    from textual.command import Provider
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.screen import Screen
    from textual.signal import Signal
    from textual.theme import Theme

    from k8s_sandbox_tui.dashboard.ports import ContextsPort, OpenClusterPort
    from k8s_sandbox_tui.dashboard.shell.protocols import TerminalJoiner


LEAST_WIDTH, LEAST_HEIGHT = 80, 24
"""Cells that everything fits into."""

MOST_PROBLEMS = 3
"""Problems of the settings that are shown; the rest is counted."""

STARTED = 1.0
"""Seconds after which a start is over."""

READING = 20.0
"""Seconds that a sentence about a file stays."""


def _now() -> datetime:
    return datetime.now(UTC)


class DashboardApp(ToastApp[None]):
    """Shows the sandboxes of one cluster, and runs commands in them."""

    TITLE = "k8s sandboxes"
    # The palette has the commands of the screen, and nothing that is only Textual's.
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = set()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "app.quit", "Quit", id="app.leave", priority=True, tooltip="Leave the dashboard.")
    ]

    CSS = TOASTS + "CommandPalette SearchIcon { display: none; }"

    def _first_theme(self) -> str:
        wanted = (os.environ.get("TEXTUAL_THEME", ""), self._settings.theme, self.remembered.get(THEME))
        theme = next((name for name in wanted if name in self.available_themes), DARK.name)
        if self._colours is Colours.FEW:
            return "ansi-dark" if self.available_themes[theme].dark else "ansi-light"
        return theme

    # Right from the start: another theme set later would have all styles computed twice before the first paint.
    theme: Reactive[str] = Reactive(Initialize(_first_theme))

    def __init__(
        self,
        open_cluster: OpenClusterPort,
        *,
        contexts: ContextsPort | None = None,
        settings: Settings | None = None,
        problems: Sequence[str] = (),
        remembered: Remembered | None = None,
        clock: Callable[[], datetime] = _now,
        glyphs: Glyphs | None = None,
        colours: Colours = Colours.TRUE,
        join: TerminalJoiner | None = None,
        ahead: bool = False,
    ) -> None:
        """Prepare the app; nothing is opened before the first paint.

        Args:
            open_cluster: Opens the cluster, raising `SandboxError` with cause and next step.
            contexts: Reads the contexts that one may go to; None where there are none.
            settings: What the user has written down; the defaults when None.
            problems: What was wrong with that, in sentences.
            remembered: What earlier dashboards left; None to begin afresh and to leave nothing.
            clock: The time in UTC, by which ages are told.
            glyphs: The signs to draw; None for those the terminal can show.
            colours: What the terminal has; where they are few, its own take the place of the theme at the start.
            join: Joins a shell with the terminal; None where that is not possible.
            ahead: Whether to load dialogues before they are opened.
        """
        # The theme is asked for while Textual prepares itself.
        self._settings = settings or Settings()
        self.remembered = remembered or Remembered()
        self._colours = colours
        self._themes: dict[str, Theme] | None = None
        self._said_small = False
        super().__init__()
        self.clipboard_way = self._settings.clipboard
        self.set_keymap(self._settings.keymap)
        self._open_cluster = open_cluster
        self._contexts = contexts
        self._join = join
        self._problems = problems
        self._clock = clock
        self._own_filters: list[LineFilter] | None = None
        self._garbage = QuietCollection()
        self._ahead = ahead
        encoding = sys.stdout.encoding if sys.stdout is not None else None
        self._glyphs = glyphs or glyphs_for(encoding, os.environ.get("TERM", ""), ascii_only=self._settings.ascii)

    def _fatal_error(self) -> None:
        """Leave with a sentence: Textual's traceback shows the values of variables."""
        from rich.text import Text

        from k8s_sandbox_tui.dashboard.crash import report_file, write_report

        error = self._exception
        if error is not None:
            self._exit_renderables.append(Text(write_report(error, report_file())))
        self._close_messages_no_wait()

    def get_default_screen(self) -> Screen[None]:
        """The main screen is the one at the bottom."""
        return MainScreen(
            Surroundings(
                self._open_cluster,
                contexts=self._contexts,
                settings=self._settings,
                remembered=self.remembered,
                clock=self._clock,
                glyphs=self._glyphs,
                join=self._join,
            )
        )

    def on_mount(self) -> None:
        """Say what is wrong with the settings; the dashboard works all the same."""
        if not gc.isenabled():
            self.set_timer(STARTED, self._collect_garbage)
        self.remembered.trouble = self._warn
        self.watch(self, "theme", self._remember_theme, init=False)
        cast("Signal[App[object]]", self.app_resume_signal).subscribe(self, self._resumed)
        self.keep_toasts_clear()
        shown = self._problems[:MOST_PROBLEMS]
        for problem in shown:
            self._warn(problem)
        if more := len(self._problems) - len(shown):
            self._warn(f"{more} more in the settings; k8s-sandbox-tui settings check lists all.")

    def _collect_garbage(self) -> None:
        """From now on. What a start leaves stays: nobody has to look through it again."""
        gc.freeze()
        gc.enable()
        if not IN_STEPS:
            self._garbage.begin()
            self.set_interval(CHECK_EVERY, self._garbage.check)

    def on_main_screen_complete(self) -> None:
        """From now on, load what may be opened next while nobody waits."""
        if self._ahead:
            from k8s_sandbox_tui.dashboard.ahead import begin

            begin(self, __name__, lambda: self._garbage.untouched)

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is there."""
        if isinstance(event, InputEvent):
            self._garbage.touched()
        await super().on_event(event)

    def _resumed(self, _app: App[object]) -> None:
        """Draw all of it: the terminal was somebody else's while the process was stopped."""
        self.refresh(layout=True)

    def on_resize(self, event: events.Resize) -> None:
        """Say once that it is small, where it is."""
        width, height = event.size
        if self._said_small or (width >= LEAST_WIDTH and height >= LEAST_HEIGHT):
            return
        self._said_small = True
        self._warn(f"This terminal is {width}x{height}. Dialogues need {LEAST_WIDTH}x{LEAST_HEIGHT} to be seen whole.")

    def action_command_palette(self) -> None:
        """Show the commands there are."""
        from k8s_sandbox_tui.dashboard.palette_screen import PaletteScreen

        self.push_screen(PaletteScreen(id="--command-palette"))

    def _warn(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", timeout=READING, markup=False)

    def _remember_theme(self, theme: str) -> None:
        self.remembered.put(THEME, theme)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Ours, then Textual's; asked for hundreds of times before the first paint."""
        if self._themes is None:
            self._themes = {DARK.name: DARK, LIGHT.name: LIGHT, **super().available_themes}
        return self._themes

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Textual's own themes get the colours that ours bring along."""
        return variable_defaults(self.current_theme)

    def get_driver_class(self) -> type[Driver]:
        """Textual's, but where that is the one for terminals of Linux and macOS, ours, which ends at once."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from k8s_sandbox_tui.dashboard.prompt_driver import PromptDriver

        return PromptDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's, and ours for what the terminal lacks."""
        if self._own_filters is None:
            self._own_filters = self._filters_for_terminal()
        return [*super().get_line_filters(), *self._own_filters]

    def _filters_for_terminal(self) -> list[LineFilter]:
        filters: list[LineFilter] = []
        if self._glyphs.ascii_only:
            from k8s_sandbox_tui.dashboard.ascii_filter import AsciiFilter

            filters.append(AsciiFilter())
        if self._colours is Colours.EIGHT_BIT:
            from k8s_sandbox_tui.dashboard.eight_bit_filter import EightBitFilter

            filters.append(EightBitFilter())
        return filters

    def get_key_display(self, binding: Binding) -> str:
        """Keys as people write them."""
        return binding.key_display or key_name(binding.key)
