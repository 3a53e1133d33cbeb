"""One copy: what goes where, how far it is, and what came of it in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from k8s_sandbox_tui.dashboard.console.words import size_words
from k8s_sandbox_tui.dashboard.copying.local_names import here
from k8s_sandbox_tui.dashboard.harmless import harmless
from k8s_sandbox_tui.provider.files.placing import local_target, remote_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.dashboard.copying.protocols import FilesPort
    from k8s_sandbox_tui.provider.files.transfer import TransferProgress, TransferResult

BAR = 20
"""Cells of the bar."""

MOST_SKIPPED = 2
"""Entries that are named when they were left out."""


class Copy(NamedTuple):
    """What goes where."""

    local: str
    remote: str
    up: bool
    """To the sandbox."""

    @property
    def missing(self) -> str:
        """What has yet to be said; empty when nothing."""
        if not self.local.strip():
            return "Say which file or directory of this machine." if self.up else "Say where on this machine."
        if not self.remote.strip():
            return "Say where in the sandbox." if self.up else "Say which file or directory of the sandbox."
        return ""

    async def run(self, files: FilesPort, on_progress: Callable[[TransferProgress], None]) -> TransferResult:
        """Copy, as the command `cp` does.

        Raises:
            SandboxError: It could not be copied; nothing is left half done at the other side.
        """
        local, remote = str(here(self.local)) + "/" * self.local.endswith("/"), self.remote
        if self.up:
            target = await remote_target(files, local, remote)
            return await files.upload(here(self.local), target, parents=True, on_progress=on_progress)
        place = await local_target(files, remote, local)
        return await files.download(remote, place, on_progress=on_progress)


def progress_words(progress: TransferProgress | None, *, full: str = "█", empty: str = "░") -> str:
    """How far it is: a bar and the share where the whole is known, bytes and files."""
    if progress is None:
        return "Looking at what there is"
    text = size_words(progress.bytes_done)
    if progress.bytes_total:
        share = min(1.0, progress.bytes_done / progress.bytes_total)
        filled = int(BAR * share)
        text = f"{full * filled}{empty * (BAR - filled)} {share:4.0%}  {text} of {size_words(progress.bytes_total)}"
    if progress.files_total and progress.files_total > 1:
        text += f", {progress.files_done} of {progress.files_total} files"
    return text


def result_words(result: TransferResult) -> str:
    """What was copied, and what was left out and why."""
    files = f"{result.files:,} file{'' if result.files == 1 else 's'}"
    text = f"Copied {files}, {size_words(result.bytes)}."
    if result.skipped:
        named = "; ".join([f"{entry.path}: {entry.reason}" for entry in result.skipped[:MOST_SKIPPED]])
        more = len(result.skipped) - MOST_SKIPPED
        text += f" Left out: {harmless(named)}{f'; and {more} more' if more > 0 else ''}."
    return text
