"""Settings that name things of the dashboard's: checked against what there is, once Textual is loaded."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec
from textual.theme import BUILTIN_THEMES

from k8s_sandbox_tui.dashboard.keymap import checked_keymap
from k8s_sandbox_tui.dashboard.table.columns import BY_ID
from k8s_sandbox_tui.dashboard.table.key_columns import column_of
from k8s_sandbox_tui.dashboard.themes import DARK, LIGHT

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.settings.model import Settings
    from k8s_sandbox_tui.dashboard.settings.read import Loaded


def resolved(loaded: Loaded) -> tuple[Settings, tuple[str, ...]]:
    """The settings without the names of what there is not, and all that is wrong with them, in sentences."""
    settings, problems = loaded.settings, list(loaded.problems)
    themes = [DARK.name, LIGHT.name, *BUILTIN_THEMES]
    if settings.theme and settings.theme not in themes:
        near = get_close_matches(settings.theme, themes, n=1)
        meant = f"is {near[0]} meant?" if near else f"there are {', '.join(themes)}."
        problems.append(f'theme = "{settings.theme}" is not known; {meant}')
        settings = msgspec.structs.replace(settings, theme="")
    unknown = [column for column in settings.columns if column_of(column) is None]
    for column in unknown:
        near = get_close_matches(column, BY_ID, n=1)
        meant = f"is {near[0]} meant?" if near else f"there are {', '.join(BY_ID)}, meta.KEY and label.KEY."
        problems.append(f'columns: "{column}" is not known; {meant}')
    if unknown:
        columns = tuple([column for column in settings.columns if column not in unknown])
        settings = msgspec.structs.replace(settings, columns=columns)
    if settings.keymap:
        keymap, reasons = checked_keymap(settings.keymap)
        problems.extend(reasons)
        settings = msgspec.structs.replace(settings, keymap=keymap)
    return settings, tuple([f"{loaded.path}: {problem}" for problem in problems])
