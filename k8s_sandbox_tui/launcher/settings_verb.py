"""`settings path|default|check`: where the dashboard's settings are, what they can be, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.dashboard.settings.read import load_settings, settings_path

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.arguments import Settings


def run_settings(verb: Settings) -> int:
    """Runs one of the verbs and returns its exit code.

    Raises:
        OutputError: Standard output cannot be written to.
    """
    path = settings_path()
    match verb.action:
        case "path":
            output.emit(f"{path}\n")
            if not path.exists():
                output.note("note: there is no such file yet; settings default prints what can be in it.")
        case "default":
            from k8s_sandbox_tui.dashboard.settings.document import default_document

            output.emit(default_document())
        case "check":
            from k8s_sandbox_tui.dashboard.settings.resolve import resolved

            _, sentences = resolved(load_settings(path))
            for sentence in sentences:
                output.note(f"error: {sentence}")
            if sentences:
                return exit_codes.USAGE
            output.note("The settings are fine." if path.exists() else f"There are no settings ({path}).")
    return exit_codes.OK
