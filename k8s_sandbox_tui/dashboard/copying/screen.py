"""Copies a file or a directory to a sandbox or from it, says how far it is, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from k8s_sandbox_tui.dashboard.completion.names import Whereabouts
from k8s_sandbox_tui.dashboard.completion.words import PLAIN
from k8s_sandbox_tui.dashboard.copying.local_names import LOCAL, LocalNames
from k8s_sandbox_tui.dashboard.copying.path_field import PathField, PathInput
from k8s_sandbox_tui.dashboard.copying.transfer import Copy, progress_words, result_words
from k8s_sandbox_tui.dashboard.dialogue import Dialogue
from k8s_sandbox_tui.dashboard.dialogue_css import FOCUSED, OVER_ALL, WINDOW
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.dashboard.key_bar import KeyBar
from k8s_sandbox_tui.dashboard.literal import literal
from k8s_sandbox_tui.dashboard.plain_button import PlainButton
from k8s_sandbox_tui.dashboard.shown_keys import with_key
from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget
    from textual.worker import Worker

    from k8s_sandbox_tui.dashboard.completion.names import NameSource
    from k8s_sandbox_tui.dashboard.copying.protocols import FilesPort
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.provider.files.transfer import TransferProgress
    from k8s_sandbox_tui.provider.models import SandboxInfo

PAINT_EVERY = 0.1
"""Seconds between two looks at how far it is."""

MEANING = "A file that is there is replaced; a directory gets what is copied under its own name."


class CopyScreen(Dialogue[None]):
    """Two paths and a direction."""

    AUTO_FOCUS = "#copy-local PathInput"
    DEFAULT_CSS = f"""
    CopyScreen {{
        {OVER_ALL}
        & > #dialog {{
            width: 84; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
            {WINDOW}
        }}
        & #copy-said {{ height: auto; max-height: 4; margin: 1 0; color: $muted; }}
        & #copy-said.-wrong {{ color: $text-error; }}
        & #copy-said.-done {{ color: $text-success; }}
        & #copy-answer {{ height: 1; align-horizontal: right; }}
        & Button.-style-default {{
            margin-left: 2; min-width: 16; height: 1; border: none;
            background: $panel; color: $foreground; text-style: none;
            &:focus {{ {FOCUSED} }}
        }}
        & #copy-direction.-style-default {{ margin: 1 0; min-width: 26; }}
    }}
    """
    KEYED: ClassVar[Sequence[type[Widget]]] = (PathInput,)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "turn", "Other direction", id="copy.turn", tooltip="Copy the other way round."),
        Binding("ctrl+s", "copy", "Copy", id="copy.start", tooltip="Copy now."),
        Binding("escape", "leave", "Cancel, or close", id="copy.leave", tooltip="End the copying; else close."),
    ]

    def __init__(
        self,
        info: SandboxInfo,
        names: NameSource,
        find: Callable[[], Awaitable[FilesPort]],
        glyphs: Glyphs,
    ) -> None:
        """Prepare it.

        Args:
            info: What is known of the sandbox.
            names: Lists its names.
            find: Gives its files.
            glyphs: Tells whether signs outside ASCII can be drawn.
        """
        super().__init__()
        self._info = info
        self._find = find
        self._ascii = glyphs.ascii_only
        local, remote = Whereabouts(LocalNames(), ""), Whereabouts(names, info.uid)
        self._local = PathField(
            "On this machine",
            "a path, as in: ~/project",
            syntax=LOCAL,
            where=lambda: local,
            entered=self._entered,
            id="copy-local",
        )
        self._remote = PathField(
            f"In {harmless(info.name)}",
            "a path, as in: /work/",
            syntax=PLAIN,
            where=lambda: remote,
            entered=self._entered,
            id="copy-remote",
        )
        self._up = True
        self._worker: Worker[None] | None = None
        self._progress: TransferProgress | None = None
        self._painter: Timer | None = None

    def compose(self) -> ComposeResult:
        """Both paths, the direction between them, what is said, the answers."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = literal(f"Copy files: {self._info.name}")
            yield self._local
            direction = PlainButton(self._direction, id="copy-direction", compact=True)
            # Tab goes from path to path; there is a key for it.
            direction.can_focus = False
            yield direction
            yield self._remote
            yield Static(MEANING, id="copy-said", markup=False)
            with Horizontal(id="copy-answer"):
                yield PlainButton(with_key("Close", self, "copy.leave"), id="copy-leave", compact=True)
                yield PlainButton(with_key("Copy", self, "copy.start"), id="copy-start", compact=True)
        yield KeyBar()

    @property
    def copying(self) -> bool:
        """Whether a copy is under way."""
        return self._worker is not None

    @property
    def _direction(self) -> str:
        return "▼ to the sandbox ▼" if self._up else "▲ from the sandbox ▲"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While it copies, it can be ended and nothing else."""
        if action in {"turn", "copy"}:
            return not self.copying or None
        return super().check_action(action, parameters)

    def _entered(self, field: PathInput) -> None:
        """Go on to the other path; from the last one, copy."""
        first, second = (self._local, self._remote) if self._up else (self._remote, self._local)
        if field is first.input and not second.input.value.strip():
            second.input.focus()
        else:
            self.action_copy()

    @on(Button.Pressed, "#copy-direction")
    def action_turn(self) -> None:
        """Copy the other way round."""
        if not self.copying:
            self._up = not self._up
            self.query_one("#copy-direction", Button).label = self._direction
            self._say(MEANING)

    @on(Button.Pressed, "#copy-start")
    def action_copy(self) -> None:
        """Copy what the paths say."""
        if self.copying:
            return
        copy = Copy(self._local.input.value, self._remote.input.value, self._up)
        if copy.missing:
            self._say(copy.missing, "-wrong")
            (self._remote if copy.local.strip() else self._local).input.focus()
            return
        self._progress = None
        self._worker = self.run_worker(self._copy(copy), group="copy", exclusive=True)
        self._painter = self.set_interval(PAINT_EVERY, self._paint)
        self._paint()
        self._show_answers()

    @on(Button.Pressed, "#copy-leave")
    def action_leave(self) -> None:
        """End the copying; where nothing is copied, close."""
        if self._worker is None:
            self.dismiss(None)
        else:
            self._worker.cancel()
            self._ended()
            self._say("Cancelled. No file is left half written.", "-wrong")

    async def _copy(self, copy: Copy) -> None:
        try:
            result = await copy.run(await self._find(), self._moved)
        except SandboxError as error:
            self._ended()
            self._say(harmless(str(error)), "-wrong")
        else:
            self._ended()
            self._say(result_words(result), "-done")

    def _moved(self, progress: TransferProgress) -> None:
        self._progress = progress

    def _paint(self) -> None:
        full, empty = ("#", "-") if self._ascii else ("█", "░")
        self._say(progress_words(self._progress, full=full, empty=empty))

    def _ended(self) -> None:
        self._worker = None
        if self._painter is not None:
            self._painter.stop()
            self._painter = None
        self._show_answers()

    def _show_answers(self) -> None:
        leave = with_key("Cancel" if self.copying else "Close", self, "copy.leave")
        self.query_one("#copy-leave", Button).label = leave
        self.query_one("#copy-start", Button).disabled = self.copying
        self.query_one("#copy-direction", Button).disabled = self.copying
        for field in (self._local, self._remote):
            field.input.disabled = self.copying
        if self.copying:
            self.query_one("#copy-leave").focus()
        self.refresh_bindings()

    def _say(self, text: str, kind: str = "") -> None:
        said = self.query_one("#copy-said", Static)
        said.set_class(kind == "-wrong", "-wrong")
        said.set_class(kind == "-done", "-done")
        said.update(text)
