"""`exec`: a command in a sandbox, with its bytes, its exit code and, if asked for, a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import output, terminal
from k8s_sandbox_tui.cli.attach import attach
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.provider.errors import InvalidArgumentError

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.arguments import Exec
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.sandbox import Sandbox


async def exec_command(verb: Exec, compute: Compute) -> int:
    """Runs the command and returns its own exit code. Cancelling ends the command in the sandbox as well."""
    if verb.stdin and verb.tty and not output.is_terminal(0):
        raise InvalidArgumentError(
            "-it needs a terminal, and standard input is not one.", hint="Use -i alone to pass a pipe or a file on."
        )
    sandbox = await find(compute, verb.id)
    if verb.background:
        return await _start_in_background(verb, sandbox)
    running = await sandbox.start_command(
        verb.command,
        cwd=verb.cwd or None,
        env=dict(verb.env) or None,
        stdin=verb.stdin,
        tty=verb.tty,
        size=terminal.size() if verb.tty else None,
        timeout=verb.timeout,
    )
    async with running:
        return await attach(running, stdin=verb.stdin, tty=verb.tty)


async def _start_in_background(verb: Exec, sandbox: Sandbox) -> int:
    result = await sandbox.run_command(verb.command, cwd=verb.cwd or None, env=dict(verb.env) or None, background=True)
    if result.exit_code == 0:
        output.note(f"Started. Its output: exec {sandbox.sandbox_id} -- cat /tmp/computesdk-bg.log")
    return result.exit_code
