"""The lines of the help, at any width."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from k8s_sandbox_tui.dashboard.commands import COMMANDS
from k8s_sandbox_tui.dashboard.dialogue_keys import dialogue_keys
from k8s_sandbox_tui.dashboard.help_lines import help_lines
from k8s_sandbox_tui.dashboard.looks import UNICODE
from k8s_sandbox_tui.dashboard.main_keys import main_keys


@pytest.mark.parametrize("width", [40, 68, 200])
def test_no_word_is_lost_at_any_width(width: int) -> None:
    sections = [*main_keys(), *dialogue_keys()]
    lines = help_lines(sections, UNICODE, width)
    texts = ["".join(text for text, _ in line.parts).rstrip() for line in lines]
    assert max(map(cell_len, texts)) <= width
    sentences = iter(" ".join(line.parts[-1][0] for line in lines if line.parts).split())
    for section in sections:
        for entry in section.entries:
            assert all(word in sentences for word in entry.sentence.split())  # each one after the one before
    assert {line.command for line in lines} == {"", *[command.id for command in COMMANDS]}
