"""The settings: each field is a key of the file, and its docstring is what the commented file says of it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(ge=0.5, le=3600)]

EVERY_CONTEXT = ("*",)
"""Matches every context."""


class ConsoleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The console below the table."""

    scrollback_lines: Annotated[int, Meta(ge=100, le=1_000_000)] = 20_000
    """Lines of output that are kept of each command; the oldest go first."""
    scrollback_megabytes: Annotated[int, Meta(ge=1, le=1024)] = 8
    """Megabytes of output that are kept of each command; the oldest go first."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the dashboard is started with. Options on the command line go before it."""

    refresh: Annotated[Seconds | None, Meta(examples=[2.0])] = None
    """Ask the cluster every so many seconds, even where it would tell of changes by itself.
    Without it, changes are watched; where that is not granted, the cluster is asked every 2 seconds."""
    namespaces: Annotated[tuple[str, ...], Meta(examples=[["default", "agents"]])] = ()
    """The namespaces to start with; ["*"] is all of them, none is the kubeconfig's own or the last one used."""
    selector: Annotated[str, Meta(examples=["team=search,tier!=test"])] = ""
    """Ask the cluster for the sandboxes with these labels alone, where it has very many. It stands in the filter,
    and clearing that asks for all."""
    read_only: bool | Literal["locked"] = False
    """Start without the keys that change anything. The key L lifts it, but for "locked"."""
    protected_contexts: Annotated[tuple[str, ...], Meta(examples=[["prod-*", "*@production"]])] = ()
    """Contexts where destroying asks for the number of sandboxes to be typed; * stands for any text, ? for one
    character."""
    theme: Annotated[str, Meta(examples=["sandbox-light"])] = ""
    """The colours: sandbox-dark, sandbox-light, or one of Textual's; ansi-dark and ansi-light use the terminal's own.
    Without it, it is the one last chosen in the palette."""
    ascii: Annotated[bool | None, Meta(examples=[True])] = None
    """Draw with ASCII alone. Without it, that depends on the terminal."""
    mouse: bool = True
    """Take clicks and the wheel. Without, the terminal's own selection works as everywhere."""
    columns: Annotated[tuple[str, ...], Meta(examples=[["name", "status", "age", "metadata"]])] = ()
    """The columns of the table, in this order; meta.KEY and label.KEY are columns too. Without it, those that fit;
    a choice made in the dashboard is remembered and goes before this."""
    clipboard: Literal["auto", "native", "osc52"] = "auto"
    """How to copy: native uses the clipboard of this machine, osc52 asks the terminal, auto takes what fits."""
    console: ConsoleSettings = ConsoleSettings()
    """The console below the table."""
    keymap: dict[str, str] = {}
    """Other keys for commands: the name of a command, and its keys, separated by commas; "" leaves it to the palette.
    A key can do one thing only, and what destroys is on function keys alone. ^X is ctrl+x; a comma is "comma"."""


def safest(settings: Settings) -> Settings:
    """The same, with what protects from mistakes turned on: for a file that cannot be read."""
    return msgspec.structs.replace(settings, read_only=True, protected_contexts=EVERY_CONTEXT)
