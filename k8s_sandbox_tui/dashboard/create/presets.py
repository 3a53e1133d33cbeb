"""Forms that are kept under a name, for what is created again and again.

The values of variables are never written down: a preset keeps their names, and takes the values from the
environment of the dashboard where they are set there, as `create --env NAME` does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.create.form import FormValues
from k8s_sandbox_tui.dashboard.remembered import Memory, Remembered
from k8s_sandbox_tui.provider.dotenv import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 100
"""Presets that are kept."""

NAME_LENGTH = 40

_PRESETS = Memory("create.presets", dict[str, FormValues], {})


class Presets:
    """The presets of this user, by name."""

    def __init__(self, remembered: Remembered | None = None) -> None:
        """Args: `remembered` is where they are kept; None: nowhere, they are forgotten at the end."""
        self._remembered = remembered or Remembered()

    @property
    def names(self) -> tuple[str, ...]:
        """In alphabetical order."""
        return tuple(sorted(self._remembered.get(_PRESETS), key=str.casefold))

    def get(self, name: str) -> FormValues | None:
        """The form, its variables without values; None where there is none of that name."""
        return self._remembered.get(_PRESETS).get(name)

    def keep(self, name: str, values: FormValues) -> None:
        """Keep a form, in place of the one that had the name."""
        preset = without_secrets(values)
        self._remembered.change(_PRESETS, lambda presets: {**presets, name: preset})

    def drop(self, name: str) -> None:
        """Forget a preset."""
        self._remembered.change(
            _PRESETS, lambda presets: {other: values for other, values in presets.items() if other != name}
        )

    def why_not(self, name: str) -> str:
        """Why a preset cannot get this name; empty when it can."""
        if not name or not name.isprintable():
            return "A name to find it by"
        if len(name) > NAME_LENGTH:
            return f"At most {NAME_LENGTH} characters"
        full = len(self.names) >= MOST and name not in self.names
        return f"There are {MOST} already: remove one first" if full else ""


def without_secrets(values: FormValues) -> FormValues:
    """The form with the names of its variables alone."""
    tidy = values.tidy()
    return replace(tidy, envs=tuple(Row(row.key, "") for row in tidy.envs if row.key))


def with_environment(values: FormValues, environ: Mapping[str, str]) -> FormValues:
    """The form with the values of its variables from an environment, where that has them."""
    return replace(values, envs=tuple(Row(row.key, environ.get(row.key, row.value)) for row in values.envs))


def summary(values: FormValues) -> str:
    """What is in a preset, in a line."""
    parts = [values.runtime, values.image, values.namespace]
    if values.copies:
        parts.append(f"{values.copies} copies")
    if values.lifetime:
        parts.append(f"for {values.lifetime}")
    if count := len(values.envs):
        parts.append(f"{count} variable{'s' * (count > 1)}")
    if values.metadata:
        parts.append(" ".join(map("=".join, values.metadata)))
    return " · ".join(part for part in parts if part)
