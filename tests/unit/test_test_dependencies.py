"""What the tests themselves need can be installed together."""

from __future__ import annotations

import tomllib
from importlib.metadata import requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.specifiers import SpecifierSet

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def asked(texts: Iterable[str] | None) -> dict[str, SpecifierSet]:
    return {one.name: one.specifier for one in map(Requirement, texts or ())}


def test_pytest_is_bounded_as_the_snapshot_plug_in_needs_it() -> None:
    """The plug-in pins a syrupy that refuses pytest 9: without a bound of ours, an upgrade breaks every snapshot."""
    ours = asked(tomllib.loads(PROJECT.read_text())["dependency-groups"]["test"])
    plug_in = asked(requires("pytest-textual-snapshot"))
    syrupy = asked(requires("syrupy"))
    assert version("syrupy") in plug_in["syrupy"]
    assert version("pytest") in syrupy["pytest"]
    for newer in ("9.0.0", "9.1.0", "10.0.0"):
        assert newer in syrupy["pytest"] or newer not in ours["pytest"]
