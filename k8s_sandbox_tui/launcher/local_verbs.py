"""`local up|down|status|kubeconfig`: the cluster on this machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.run import report
from k8s_sandbox_tui.cli.text import printable
from k8s_sandbox_tui.launcher.clusters import agree_to_plain_processes, refuse_on_windows, start_local
from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.arguments import Local
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.start_options import Network


def run_local(verb: Local) -> int:
    """Runs one of the verbs and returns its exit code; what fails in the cluster is reported on standard error.

    Raises:
        OutputError: Standard output cannot be written to.
    """
    try:
        refuse_on_windows()
        return _run(verb)
    except SandboxError as error:
        report(error)
        return exit_codes.FAILED


def _run(verb: Local) -> int:
    from k8s_sandbox_tui.local_cluster import control

    match verb.action:
        case "up":
            if verb.allow_plain_processes:
                agree_to_plain_processes()
            status = _start(verb.network)
            held = f"isolation: {status.isolation}, limits: {status.limits}, network: {status.network}"
            output.note(f"The local cluster runs at {status.url} ({held}).")
            if status.warning:
                output.note(f"warning: {status.warning}")
        case "down":
            try:
                ended = control.down()
            except control.LocalClusterError as error:
                raise SandboxError(str(error)) from error
            output.note("The local cluster has ended." if ended else "The local cluster was not running.")
        case "status":
            return _show(control.status(), as_json=verb.output == "json")
        case "kubeconfig":
            output.emit(f"{control.kubeconfig_path()}\n")
            if not control.status().running:
                output.note("note: the local cluster is not running; local up starts it.")
    return exit_codes.OK


def _start(network: Network | None) -> LocalClusterStatus:
    """Starts it, after a question where that has to be asked and there is somebody to answer it."""
    from k8s_sandbox_tui.launcher.consent import ask
    from k8s_sandbox_tui.provider.opened import ConsentNeededError

    try:
        return start_local(network)
    except ConsentNeededError as error:
        import asyncio

        if not asyncio.run(ask(error)):
            raise
        error.agree()
        return start_local(network)


def _show(status: LocalClusterStatus, *, as_json: bool) -> int:
    """Prints the state; the exit code says whether it runs."""
    fields = {**asdict(status), "kubeconfig": str(status.kubeconfig)}
    if as_json:
        from k8s_sandbox_tui.cli.document import to_json

        output.emit(to_json(fields))
    elif status.running:
        output.emit("".join(f"{name + ':':<12} {printable(str(value))}\n" for name, value in fields.items() if value))
    else:
        output.emit("not running\n")
    return exit_codes.OK if status.running else exit_codes.FAILED
