"""What lasts from one command to the next, for each sandbox: the working directory and variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console import directory
from k8s_sandbox_tui.dashboard.console.directory import Place
from k8s_sandbox_tui.dashboard.console.model import CommandState, Ending
from k8s_sandbox_tui.dashboard.console.variables import SHORT_LIVED, looks_lasting

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.console.run import CommandRun
    from k8s_sandbox_tui.dashboard.console.variables import VariableChange


class Session:
    """One sandbox's."""

    def __init__(self) -> None:
        self.place = Place()
        self.env: dict[str, str] = {}

    def apply(self, change: VariableChange) -> str:
        """Take up a change of variables, and say what is so now."""
        self.env.update(change.values)
        for name in change.removed:
            self.env.pop(name, None)
        if change.asks:
            return f"Set for the commands here: {' '.join(self.env)}." if self.env else "No variables are set here."
        names = " ".join(change.values or sorted(change.removed))
        return f"{names}: {'set for' if change.values else 'no longer set for'} the next commands here."

    def follow(self, run: CommandRun) -> bool:
        """Take up what a command that has ended leaves behind, and say so in its card; whether there is anything."""
        card = run.card
        if card.ending != Ending(CommandState.EXITED, 0):
            return False
        if directory.is_cd(card.command):
            place = directory.moved(self.place, run.stdout)
            if place is None:
                detail = "the directory's name cannot be used; nothing changed"
            else:
                self.place = place
                detail = "the next commands start here"
        elif looks_lasting(card.command):
            detail = SHORT_LIVED
        else:
            return False
        card.ending = Ending(CommandState.EXITED, 0, detail)
        return True


class Sessions:
    """All of them, by uid."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def of(self, uid: str) -> Session:
        """A sandbox's; a new one the first time."""
        return self._sessions.setdefault(uid, Session())

    def forget(self, uid: str) -> None:
        """The sandbox does not exist any more."""
        self._sessions.pop(uid, None)
