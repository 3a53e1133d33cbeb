"""The grammar of the command line. Imports nothing heavy, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, NoReturn

from k8s_sandbox_tui.cli.copying_arguments import CP_EPILOG, SYNC_EPILOG, add_cp_arguments, add_sync_arguments
from k8s_sandbox_tui.cli.create_arguments import add_create_arguments
from k8s_sandbox_tui.cli.files_arguments import add_files_arguments
from k8s_sandbox_tui.cli.jobs_parser import add_jobs_arguments
from k8s_sandbox_tui.cli.options import (
    add_env,
    add_id,
    add_json_output,
    addresses,
    interval,
    label_selector,
    port,
    port_pair,
    seconds,
)
from k8s_sandbox_tui.cli.program import PROGRAM
from k8s_sandbox_tui.cli.sandbox_arguments import (
    add_events_arguments,
    add_extend_arguments,
    add_info_arguments,
    add_logs_arguments,
    add_meta_arguments,
)
from k8s_sandbox_tui.cli.selecting_arguments import add_ls_arguments, add_rm_arguments, add_top_arguments
from k8s_sandbox_tui.cli.word_order import verb_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_DESCRIPTION = """\
Sandboxes on Kubernetes: Pods that you create, run commands in and destroy.
Without a command the dashboard starts."""

_EPILOG = """\
The cluster is the one of KUBECONFIG_B64, --kubeconfig, $KUBECONFIG, ~/.kube/config or the Pod this runs in,
whichever comes first. With --local, or where none of them exists, it is a small cluster on this machine.

exit codes:
  0    done
  1    failed
  2    wrong usage, or no usable configuration
  3    no such sandbox, or no such job; forward: it has gone
  4    not allowed: the credentials are wrong, or lack a right
  124  exec, jobs wait, cp, sync: it took longer than --timeout
  126  exec: the program may not be run
  127  exec: the program does not exist
  130  interrupted by ctrl-C
  141  the reader of the output went away
exec, jobs wait and jobs logs -f end with the exit code of the command itself."""

_EXEC_EPILOG = f"""\
Everything after -- is run as it is, without a shell:
  {PROGRAM} exec ID -- python3 -c 'print(1)'
  {PROGRAM} exec ID -- sh -c 'ls | wc -l'
  {PROGRAM} exec -it ID -- sh"""


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage as all other errors are reported: the cause, then the next step."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}{_guess(message)}\nSee: {self.prog} --help\n")


def _guess(message: str) -> str:
    """What was meant by a choice that there is not, as the end of argparse's message about it."""
    found = re.search(r"invalid choice: '?(.*?)'? \(choose from (.*)\)$", message)
    if found is None:
        return ""
    from difflib import get_close_matches

    near = get_close_matches(found[1], found[2].replace("'", "").split(", "), n=1, cutoff=0.5)
    return f". Did you mean {near[0]}?" if near else ""


class _ShowVersion(argparse.Action):
    """Like `action="version"`, but reads the package's metadata, which is slow, only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_unused: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"{PROGRAM} {version(PROGRAM)}\n")
        parser.exit()


def build_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Returns the parser of a command line, but for what follows `--`.

    It knows the verb in it alone, where it need not name the others: all of them take longer than reading one line.
    """
    parser = _Parser(
        prog=PROGRAM,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_global_options(parser)
    position = verb_at(argv)
    used = "".join(argv[position : position + 1])
    asks_help = bool({"-h", "--help"}.intersection(argv[:position]))
    if not used and not asks_help:
        return parser
    known = used in _VERBS and not asks_help
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", title="commands")
    for name in [used] if known else _VERBS:
        summary, add_arguments, epilog = _VERBS[name]
        verb = verbs.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if known:
            add_arguments(verb)
    return parser


def _add_global_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="print the version and stop")
    parser.add_argument("--kubeconfig", metavar="PATH", default="", help="the kubeconfig file to use")
    parser.add_argument("--context", metavar="NAME", default="", help="the kubeconfig's context to use")
    parser.add_argument("-n", "--namespace", metavar="NS", default="", help="the namespace to work in")
    parser.add_argument("--local", action="store_true", help="use the cluster on this machine; starts it if need be")
    parser.add_argument(
        "--url-template",
        metavar="T",
        default="",
        help="how to form URLs; holds {protocol}, {service}, {namespace} and {port}",
    )
    parser.add_argument(
        "--refresh",
        metavar="SECONDS",
        type=interval,
        help="dashboard: ask the cluster this often, and do not watch it",
    )
    parser.add_argument(
        "--selector",
        metavar="K=V[,K!=V]",
        type=label_selector,
        default="",
        help="dashboard: ask the cluster for the sandboxes with these labels alone",
    )
    parser.add_argument(
        "--read-only", action="store_true", help="of the dashboard: change nothing; no key lifts it then"
    )


def _add_exec_arguments(verb: argparse.ArgumentParser) -> None:
    verb.usage = f"{PROGRAM} exec [-i] [-t] [--cwd D] [--env K=V]… [--timeout SECONDS] [--background] ID -- CMD [ARG…]"
    verb.add_argument("-i", "--stdin", action="store_true", help="pass standard input on, to its end")
    verb.add_argument("-t", "--tty", action="store_true", help="give the command a terminal")
    verb.add_argument("--cwd", metavar="D", default="", help="the folder to run in")
    add_env(verb)
    verb.add_argument(
        "--timeout", metavar="SECONDS", type=seconds, help="end the command after this time, with exit code 124"
    )
    verb.add_argument(
        "--background", action="store_true", help="do not wait; output goes to /tmp/computesdk-bg.log in the sandbox"
    )
    add_id(verb)


def _add_url_arguments(verb: argparse.ArgumentParser) -> None:
    add_id(verb)
    verb.add_argument("--port", metavar="N", type=port, required=True, help="the port that the server listens on")
    verb.add_argument("--protocol", metavar="P", default="http", help="http unless given")


def _add_forward_arguments(verb: argparse.ArgumentParser) -> None:
    add_id(verb)
    verb.add_argument(
        "ports",
        metavar="PORT|LOCAL:REMOTE",
        type=port_pair,
        nargs="+",
        help="3000: the same port here; 8080:3000: port 8080 here; :3000: any that is free here",
    )
    verb.add_argument(
        "--address",
        metavar="A[,A]",
        type=addresses,
        default=["localhost"],
        help="where to listen: addresses of this machine, or localhost, which it is unless given",
    )
    verb.add_argument(
        "--via",
        choices=("auto", "port-forward", "exec"),
        default="auto",
        help="auto: by port-forward, and through exec where that is refused or does not reach",
    )
    verb.add_argument("-o", "--output", choices=("text", "json"), default="text", help="json: one line an event")


def _add_local_arguments(verb: argparse.ArgumentParser) -> None:
    actions = verb.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    up = actions.add_parser("up", help="start it, unless it runs", allow_abbrev=False)
    up.add_argument(
        "--allow-plain-processes",
        action="store_true",
        help="agree to sandboxes without isolation, where the machine can do no better; this is remembered",
    )
    up.add_argument(
        "--network",
        choices=("host", "private"),
        help="what sandboxes reach: this machine's network, or each nothing but a loopback of its own",
    )
    actions.add_parser("down", help="end it and every sandbox in it", allow_abbrev=False)
    add_json_output(actions.add_parser("status", help="say whether and how it runs", allow_abbrev=False))
    actions.add_parser("kubeconfig", help="print the path of its kubeconfig", allow_abbrev=False)


def _add_settings_arguments(verb: argparse.ArgumentParser) -> None:
    actions = verb.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    actions.add_parser("path", help="print where their file is, or would be", allow_abbrev=False)
    actions.add_parser("default", help="print a file with all of them, explained and commented out", allow_abbrev=False)
    actions.add_parser("check", help="say what is wrong in the file", allow_abbrev=False)


_VERBS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], str]] = {
    "ls": ("list the sandboxes, once or as they change", add_ls_arguments, ""),
    "top": ("tell what sandboxes use of CPU and memory", add_top_arguments, ""),
    "create": ("create a sandbox, or several, and print their ids", add_create_arguments, ""),
    "exec": ("run a command in a sandbox", _add_exec_arguments, _EXEC_EPILOG),
    "jobs": ("start commands that run on by themselves, and look after them", add_jobs_arguments, ""),
    "info": ("show one sandbox", add_info_arguments, ""),
    "logs": ("print the log of a sandbox's main process", add_logs_arguments, ""),
    "events": ("show what happened to a sandbox", add_events_arguments, ""),
    "extend": ("let a sandbox live longer", add_extend_arguments, ""),
    "meta": ("set or remove metadata of a sandbox", add_meta_arguments, ""),
    "cp": ("copy files and directories to a sandbox or from one", add_cp_arguments, CP_EPILOG),
    "sync": ("bring a directory to what another one is, by what has changed", add_sync_arguments, SYNC_EPILOG),
    "files": ("list, move and remove files of a sandbox, and make directories", add_files_arguments, ""),
    "url": ("print the URL of a port of a sandbox", _add_url_arguments, ""),
    "forward": ("bring ports of a sandbox to this machine, until ^C or its end", _add_forward_arguments, ""),
    "rm": ("destroy sandboxes, by their ids or by what they are like", add_rm_arguments, ""),
    "doctor": ("say what the credentials may do, and what is lost without the rest", add_json_output, ""),
    "local": ("manage the cluster on this machine", _add_local_arguments, ""),
    "settings": ("tell where the dashboard's settings are, and what they can be", _add_settings_arguments, ""),
}
