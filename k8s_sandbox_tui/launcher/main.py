"""From the command line to the dashboard or a command."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.cli.attach import Attachable
    from k8s_sandbox_tui.cli.choices import ClusterChoice, Dashboard
    from k8s_sandbox_tui.provider.opened import ClusterWish, OpenedCluster


def launch(argv: Sequence[str]) -> int:
    """Runs what a command line asks for and returns the exit code.

    Raises:
        SystemExit: After `--help` and `--version`, and with code 2 after wrong usage.
    """
    output.prepare()
    try:
        return _run(argv)
    except output.ReaderGoneError:
        return exit_codes.READER_GONE
    except output.OutputError as error:
        output.note(f"error: {error}")
        return exit_codes.FAILED
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED


def _run(argv: Sequence[str]) -> int:
    if not argv:
        # Nothing to read, so nothing that reads is loaded.
        from k8s_sandbox_tui.cli.choices import ClusterChoice, Dashboard

        return _dashboard(ClusterChoice(), Dashboard())
    from k8s_sandbox_tui.cli.arguments import Local, Settings, parse
    from k8s_sandbox_tui.cli.choices import Dashboard

    try:
        choice, verb = parse(argv)
    except SystemExit:
        # The help may still wait to be written; where nobody reads it, that has to be found out here.
        output.emit("")
        raise
    if isinstance(verb, Dashboard):
        return _dashboard(choice, verb)
    if isinstance(verb, Local):
        from k8s_sandbox_tui.launcher.local_verbs import run_local

        return run_local(verb)
    if isinstance(verb, Settings):
        from k8s_sandbox_tui.launcher.settings_verb import run_settings

        return run_settings(verb)
    from k8s_sandbox_tui.cli.run import run
    from k8s_sandbox_tui.launcher.clusters import opener
    from k8s_sandbox_tui.launcher.consent import ask

    open_cluster = opener(choice, announce=output.note, consent=ask)

    async def open_and_settle(wish: ClusterWish | None = None, /) -> OpenedCluster:
        opened = await open_cluster(wish)
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        return opened

    return run(verb, open_and_settle)


def _dashboard(choice: ClusterChoice, options: Dashboard) -> int:
    # Textual reads standard input, measures standard output and draws on standard error.
    if not all(output.is_terminal(descriptor) for descriptor in (0, 1, 2)):
        output.note("error: the dashboard needs a terminal; standard input, output or error is not one.")
        output.note("The commands work without one; --help lists them.")
        return exit_codes.USAGE
    from k8s_sandbox_tui.dashboard.run import run
    from k8s_sandbox_tui.dashboard.settings.read import load_settings
    from k8s_sandbox_tui.launcher.clusters import contexts_of, opener

    loaded = load_settings().with_options(
        refresh=options.refresh,
        namespace=choice.namespace,
        read_only=options.read_only,
        selector=options.selector,
    )
    return run(opener(choice), loaded, contexts=contexts_of(choice), join=_join)


async def _join(running: Attachable) -> int:
    """Joins a shell with this terminal, as `exec -it` does."""
    from k8s_sandbox_tui.cli.attach import attach
    from k8s_sandbox_tui.provider.errors import SandboxError

    try:
        return await attach(running, stdin=True, tty=True)
    except output.OutputError as error:
        raise SandboxError(f"The terminal takes no output: {error}.") from None
