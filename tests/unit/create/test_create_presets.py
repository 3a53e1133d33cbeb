from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from k8s_sandbox_tui.dashboard.create.form import FormValues
from k8s_sandbox_tui.dashboard.create.presets import MOST, NAME_LENGTH, Presets, summary, with_environment
from k8s_sandbox_tui.dashboard.remembered import Remembered
from k8s_sandbox_tui.provider.dotenv import Row

if TYPE_CHECKING:
    from pathlib import Path

FORM = FormValues(
    runtime="python",
    image="python:3.12",
    name="web",
    namespace="agents",
    envs=(Row("TOKEN", "s3cret"), Row("", "")),
    metadata=(Row("owner", "ann"),),
    copies="3",
    lifetime="2h",
    profile="restricted",
)


def test_a_preset_comes_back_from_the_file_without_the_values_of_its_variables(tmp_path: Path) -> None:
    file = tmp_path / "remembered.json"
    remembered = Remembered(file)
    Presets(remembered).keep("nightly", FORM)
    remembered.write()
    assert "s3cret" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert Presets(Remembered(file)).get("nightly") == replace(FORM, envs=(Row("TOKEN", ""),))


def test_variables_take_their_values_from_the_environment_where_it_has_them() -> None:
    preset = replace(FORM, envs=(Row("TOKEN", ""), Row("OTHER", "")))
    filled = with_environment(preset, {"TOKEN": "here", "NOT_ASKED_FOR": "x"})
    assert filled.envs == (Row("TOKEN", "here"), Row("OTHER", ""))


def test_presets_are_listed_replaced_and_removed() -> None:
    presets = Presets()
    presets.keep("b", FORM)
    presets.keep("A", FORM)
    presets.keep("b", replace(FORM, image="other"))
    assert presets.names == ("A", "b")
    kept = presets.get("b")
    assert kept is not None
    assert kept.image == "other"
    presets.drop("A")
    presets.drop("never there")
    assert presets.names == ("b",)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ok", ""),
        ("", "A name to find it by"),
        ("a\x1b[2J", "A name to find it by"),
        ("x" * (NAME_LENGTH + 1), f"At most {NAME_LENGTH} characters"),
    ],
)
def test_names(name: str, reason: str) -> None:
    assert Presets().why_not(name) == reason


def test_there_is_an_end_to_them() -> None:
    presets = Presets()
    for number in range(MOST):
        presets.keep(str(number), FORM)
    assert presets.why_not("one more").startswith("There are 100 already")
    assert presets.why_not("7") == ""


def test_a_file_that_somebody_spoilt_gives_no_presets(tmp_path: Path) -> None:
    file = tmp_path / "remembered.json"
    file.write_text('{"create.presets": {"": {"bad": {"runtime": "deno"}}}}')
    assert Presets(Remembered(file)).names == ()


def test_the_summary_has_what_tells_presets_apart_and_no_value() -> None:
    line = summary(FORM)
    assert line == "python · python:3.12 · agents · 3 copies · for 2h · 2 variables · owner=ann"
