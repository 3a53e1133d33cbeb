"""Settings that name things of the dashboard's: checked against what there is, once Textual is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual.theme import BUILTIN_THEMES

from k8s_sandbox_tui.dashboard.table.columns import BY_ID
from k8s_sandbox_tui.dashboard.table.key_columns import column_of
from k8s_sandbox_tui.dashboard.themes import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from k8s_sandbox_tui.dashboard.settings.model import Settings
    from k8s_sandbox_tui.dashboard.settings.read import Loaded


def resolved(loaded: Loaded) -> tuple[Settings, tuple[str, ...]]:
    """The settings without the names of what there is not, and all that is wrong with them, in sentences."""
    settings, problems = loaded.settings, list(loaded.problems)
    themes = [DARK.name, LIGHT.name, *BUILTIN_THEMES]
    if settings.theme and settings.theme not in themes:
        near = next((name for name in (DARK.name, LIGHT.name) if settings.theme in name), "")
        near = near or _near(settings.theme, themes)
        meant = f"did you mean {near}?" if near else f"there are {', '.join(themes)}."
        problems.append(f'theme = "{settings.theme}" is not known; {meant}')
        settings = msgspec.structs.replace(settings, theme="")
    if settings.selector and (wrong := _wrong_selector(settings.selector)):
        problems.append(f"selector: {wrong}")
        settings = msgspec.structs.replace(settings, selector="")
    unknown = [column for column in settings.columns if column_of(column) is None]
    for column in unknown:
        near = _near(column, BY_ID)
        meant = f"did you mean {near}?" if near else f"there are {', '.join(BY_ID)}, meta.KEY and label.KEY."
        problems.append(f'columns: "{column}" is not known; {meant}')
    if unknown:
        columns = tuple([column for column in settings.columns if column not in unknown])
        settings = msgspec.structs.replace(settings, columns=columns)
    if settings.keymap:
        # All keys are those of all widgets, which a start without own keys does not load.
        from k8s_sandbox_tui.dashboard.keymap import checked_keymap

        keymap, reasons = checked_keymap(settings.keymap)
        problems.extend(reasons)
        settings = msgspec.structs.replace(settings, keymap=keymap)
    return settings, tuple([f"{loaded.path}: {problem}" for problem in problems])


def _wrong_selector(selector: str) -> str:
    """Why the cluster cannot be asked for these labels; empty where it can."""
    from k8s_sandbox_tui.provider.errors import InvalidArgumentError
    from k8s_sandbox_tui.provider.label_terms import parse_label_terms

    try:
        parse_label_terms(selector)
    except InvalidArgumentError as error:
        return str(error)
    return ""


def _near(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant; empty where none is like it."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(names), n=1)), "")
