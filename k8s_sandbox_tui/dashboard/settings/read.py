"""From the settings file to settings. What is wrong in it costs that key alone, and is told in a sentence."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from k8s_sandbox_tui.dashboard.record import Record
from k8s_sandbox_tui.dashboard.settings.model import EVERY_CONTEXT, Settings, safest

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = "K8S_SANDBOX_TUI_CONFIG"
MAX_BYTES = 1024 * 1024

_SAFE_VALUES: Mapping[str, object] = {"read_only": True, "protected_contexts": EVERY_CONTEXT}
"""What a key that protects is taken for where its value cannot be understood."""

S = TypeVar("S", bound=msgspec.Struct)


class Loaded(Record, frozen=True):
    """Settings, and what was wrong with their file."""

    settings: Settings
    path: Path
    problems: tuple[str, ...] = ()
    """Each with the key, the cause and what is allowed; the file is not named in them."""

    def with_options(
        self, *, refresh: float | None = None, namespace: str = "", read_only: bool = False, selector: str = ""
    ) -> Loaded:
        """The same with what the command line says in its place."""
        settings = self.settings
        if refresh is not None:
            settings = msgspec.structs.replace(settings, refresh=refresh)
        if read_only:
            settings = msgspec.structs.replace(settings, read_only="locked")
        if selector:
            settings = msgspec.structs.replace(settings, selector=selector)
        if namespace:
            settings = msgspec.structs.replace(settings, namespaces=(namespace,))
        return msgspec.structs.replace(self, settings=settings)


def settings_path() -> Path:
    """The file that the environment names, else `settings.toml` in the user's configuration folder."""
    named = os.environ.get(ENVIRONMENT, "")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_config_path

    return user_config_path("k8s-sandbox-tui") / "settings.toml"


def load_settings(path: Path | None = None) -> Loaded:
    """Read the settings; a file that is not there is no problem, unless the environment names it.

    Args:
        path: The file; by default `settings_path()`.
    """
    path = settings_path() if path is None else path
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        missing = ("There is no such file.",) if os.environ.get(ENVIRONMENT) else ()
        return Loaded(Settings(), path, missing)
    except OSError as error:
        return Loaded(safest(Settings()), path, (f"It cannot be read: {error.strerror}. {_SAFE}",))
    return parse_settings(data, path)


def parse_settings(data: bytes, path: Path) -> Loaded:
    """Read settings from the bytes of a file."""
    import tomllib  # not needed where there is no file

    if len(data) > MAX_BYTES:
        return Loaded(safest(Settings()), path, (f"It is larger than {MAX_BYTES // 1024} KiB. {_SAFE}",))
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Loaded(safest(Settings()), path, (f"It is not UTF-8 (byte {error.start}). {_SAFE}",))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Loaded(safest(Settings()), path, (f"It is not TOML: {error}. {_SAFE}",))
    problems: list[str] = []
    settings = _read_table(table, Settings, "", problems)
    return Loaded(settings, path, tuple(problems))


_SAFE = "Until that is mended, the dashboard starts read-only and takes every context for a protected one."


def _read_table(table: Mapping[str, object], kind: type[S], prefix: str, problems: list[str]) -> S:
    """A struct from a table, key by key: each takes its default where its value cannot be used."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    values: dict[str, object] = {}
    for key, value in table.items():
        field = fields.get(key)
        if field is None:
            problems.append(unknown_key(prefix + key, [prefix + name for name in fields]))
            continue
        section = _section(field.default)
        if section is not None and isinstance(value, dict):
            values[key] = _read_table(msgspec.convert(value, dict[str, object]), section, f"{prefix}{key}.", problems)
            continue
        try:
            values[key] = msgspec.convert(value, field.type)
        except msgspec.ValidationError:
            from k8s_sandbox_tui.dashboard.settings.words import allowed, shown

            problems.append(f"{prefix}{key} = {shown(value)} cannot be used: it has to be {allowed(field.type)}.")
            if key in _SAFE_VALUES:
                values[key] = _SAFE_VALUES[key]
    return msgspec.convert(values, kind)


def unknown_key(key: str, known: list[str]) -> str:
    """The sentence for a key that means nothing, with the one that may be meant."""
    near = get_close_matches(key, known, n=1)
    return f"{key} is not a setting; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}.")


def _section(default: object) -> type[msgspec.Struct] | None:
    """The struct of a table in the file; None for a key with a plain value."""
    return type(default) if isinstance(default, msgspec.Struct) else None
