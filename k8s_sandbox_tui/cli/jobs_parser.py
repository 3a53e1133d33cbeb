"""The grammar of `jobs`. Imports nothing heavy."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli.options import add_env, add_id, add_json_output, seconds
from k8s_sandbox_tui.cli.program import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable

_START_EPILOG = f"""\
Everything after -- is run as it is, without a shell, and goes on when this program has ended:
  {PROGRAM} jobs start ID -- python3 -m http.server
  {PROGRAM} jobs start ID -- sh -c './build && ./test'"""

_LOGS_EPILOG = """\
With -f it ends with the job and with its exit code; ctrl-C leaves the job running."""


def add_jobs_arguments(verb: argparse.ArgumentParser) -> None:
    """Takes an action and what it is done to."""
    actions = verb.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    for name, (summary, add_arguments, epilog) in _ACTIONS.items():
        action = actions.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        add_arguments(action)


def _add_start_arguments(action: argparse.ArgumentParser) -> None:
    action.usage = f"{PROGRAM} jobs start [--cwd D] [--env K=V]… [-o json] ID -- CMD [ARG…]"
    action.add_argument("--cwd", metavar="D", default="", help="the folder to run in")
    add_env(action)
    add_json_output(action)
    add_id(action)


def _add_ls_arguments(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "-o", "--output", choices=("table", "json", "name"), default="table", help="name: ids, one a line"
    )
    add_id(action)


def _add_logs_arguments(action: argparse.ArgumentParser) -> None:
    action.add_argument("-f", "--follow", action="store_true", help="go on as more comes, to the end of the job")
    add_id(action)
    _add_job(action)


def _add_wait_arguments(action: argparse.ArgumentParser) -> None:
    action.add_argument("--timeout", metavar="SECONDS", type=seconds, help="wait so long at most; the job goes on")
    add_json_output(action)
    add_id(action)
    _add_job(action)


def _add_kill_arguments(action: argparse.ArgumentParser) -> None:
    action.add_argument("--signal", metavar="S", default="", help="send this signal to its process group instead")
    action.add_argument("--grace", metavar="SECONDS", type=seconds, help="from TERM to KILL; 2 unless given")
    add_id(action)
    _add_jobs(action)


def _add_rm_arguments(action: argparse.ArgumentParser) -> None:
    add_id(action)
    _add_jobs(action)


def _add_job(action: argparse.ArgumentParser) -> None:
    action.add_argument("job", metavar="JOB", help="the id of a job, or how it begins")


def _add_jobs(action: argparse.ArgumentParser) -> None:
    action.add_argument("jobs", metavar="JOB", nargs="+", help="the ids of jobs, or how they begin")


_ACTIONS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], str]] = {
    "start": ("start a job and print its id", _add_start_arguments, _START_EPILOG),
    "ls": ("list the jobs of a sandbox", _add_ls_arguments, ""),
    "logs": ("print the log of a job", _add_logs_arguments, _LOGS_EPILOG),
    "wait": ("wait for the end of a job, and end with its exit code", _add_wait_arguments, ""),
    "kill": ("end all processes of jobs: TERM, then KILL", _add_kill_arguments, ""),
    "rm": ("remove jobs that have ended, and their logs", _add_rm_arguments, ""),
}
