"""From what was typed to a command that is ready to run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.console import directory
from k8s_sandbox_tui.dashboard.console.model import CommandCard
from k8s_sandbox_tui.dashboard.console.run import CommandRun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from k8s_sandbox_tui.dashboard.console.directory import Place
    from k8s_sandbox_tui.dashboard.console.protocols import CommandStarter
    from k8s_sandbox_tui.dashboard.console.recording import Recording
    from k8s_sandbox_tui.dashboard.console.scrollback import Scrollback
    from k8s_sandbox_tui.provider.models import SandboxInfo


def prepare(
    command: str,
    host: CommandStarter,
    info: SandboxInfo,
    place: Place,
    *,
    env: Mapping[str, str] | None,
    scrollback: Scrollback,
    recording: Recording | None,
    clock: Callable[[], float],
    changed: Callable[[CommandCard, int], None],
) -> CommandRun:
    """The run of a command line, with its card; nothing has started yet.

    Args:
        command: As it was typed. `cd` on its own is run so that it tells where it ended.
        host: The sandbox.
        info: What is known of it.
        place: Where its commands start.
        env: Variables for the command.
        scrollback: Where its lines are kept.
        recording: Where all its output is kept.
        clock: Monotonic seconds.
        changed: Called when the card has something new, with the number of lines that wait.
    """
    moves = directory.is_cd(command)
    card = CommandCard(
        command=command.strip("\n"),
        sandbox_id=info.id,
        uid=info.uid,
        started_at=datetime.now(UTC),
        cwd=directory.start_of(command, place) if moves else place.cwd,
        env_names=tuple(env or ()),
        scrollback=scrollback,
        recording=recording,
        clock=clock,
    )
    if moves and place.previous:
        env = {**(env or {}), "OLDPWD": place.previous}
    return CommandRun(
        card,
        host,
        lambda lines: changed(card, lines),
        line=directory.probe(command) if moves else None,
        env=env,
        keep_stdout=moves,
    )
