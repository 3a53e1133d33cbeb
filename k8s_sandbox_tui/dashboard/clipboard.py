"""Copying text by the way that fits the situation, with a message that says what truly happened."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from k8s_sandbox_tui.dashboard import native_clipboard
from k8s_sandbox_tui.dashboard.osc52 import MAX_TEXT_BYTES, fits_osc52, in_tmux

if TYPE_CHECKING:
    from collections.abc import Mapping


class CopyMethod(StrEnum):
    """A way to a clipboard."""

    NATIVE = "native"
    """The clipboard of this machine, through pyperclip; read back, so known to have worked."""
    TMUX = "tmux"
    """tmux's paste buffer, from where tmux asks its terminal (OSC 52)."""
    OSC52 = "osc52"
    """Asks the terminal; there is no answer."""
    NONE = "none"
    """No way was open."""


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """What became of a copy."""

    method: CopyMethod
    message: str
    """A sentence for the user."""

    @property
    def failed(self) -> bool:
        """True where the text is on no clipboard, nor on its way to one."""
        return self.method is CopyMethod.NONE


ClipboardWay = Literal["auto", "native", "osc52"]
"""Which ways the settings allow: those that fit, the clipboard of this machine alone, or the terminal alone."""


class ClipboardHost(Protocol):
    """What copying needs of the app; `ClipboardApp` has it."""

    @property
    def clipboard_way(self) -> ClipboardWay:
        """Which ways the user allows."""
        ...

    def copy_to_clipboard(self, text: str) -> None:
        """Remember the text and send it to the terminal."""
        ...

    def remember_clipboard(self, text: str) -> None:
        """Remember the text for pasting inside the app."""
        ...


def copy_routes(environ: Mapping[str, str], way: ClipboardWay = "auto") -> tuple[CopyMethod, ...]:
    """The ways to try, best first; those of one kind alone where the user wants that.

    Over SSH the clipboard of this machine is not the user's, so it is left alone: only
    the terminal reaches the screen that the user sits at.
    """
    if way == "native":
        return (CopyMethod.NATIVE,)
    if way == "osc52":
        return (CopyMethod.OSC52,)
    remote = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    native = () if remote else (CopyMethod.NATIVE,)
    tmux = (CopyMethod.TMUX,) if in_tmux(environ) else ()
    return (*native, *tmux, CopyMethod.OSC52)


NO_NATIVE = (
    "Not copied: no program for the clipboard of this machine works (such as xclip, wl-copy or pbcopy)."
    ' The settings say clipboard = "native".'
)
"""The sentence where only the clipboard of this machine may be used, and it cannot be."""


def too_large(text: str) -> str:
    """The sentence for text that OSC 52 cannot carry."""
    size = len(text.encode("utf-8", "replace"))
    return (
        f"Not copied: {size // 1000:,} kB is more than terminals take (OSC 52, {MAX_TEXT_BYTES // 1000} kB)."
        " Save it to a file instead."
    )


async def copy_text(host: ClipboardHost, text: str, *, environ: Mapping[str, str] | None = None) -> CopyOutcome:
    """Copy the text by the first way that works.

    Takes at most `native_clipboard.TIMEOUT` seconds for each program that is asked, off
    the event loop; a program that hangs is killed.

    Args:
        host: The app.
        text: What to copy.
        environ: The environment to judge by; the process's own when None.
    """
    environ = os.environ if environ is None else environ
    routes = copy_routes(environ, host.clipboard_way)
    for route in routes:
        if route is CopyMethod.NATIVE and await native_clipboard.copy_with_pyperclip(text, environ):
            host.remember_clipboard(text)
            return CopyOutcome(route, "Copied")
        if route is CopyMethod.TMUX and await native_clipboard.copy_with_tmux(text, environ):
            host.remember_clipboard(text)
            return CopyOutcome(route, "Copied to tmux, and sent on to the terminal (OSC 52); it may refuse")
    if CopyMethod.OSC52 not in routes:
        host.remember_clipboard(text)
        return CopyOutcome(CopyMethod.NONE, NO_NATIVE)
    host.copy_to_clipboard(text)
    if not fits_osc52(text):
        return CopyOutcome(CopyMethod.NONE, too_large(text))
    return CopyOutcome(CopyMethod.OSC52, "Sent to the terminal (OSC 52); it may refuse")
