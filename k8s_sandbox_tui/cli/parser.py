"""The grammar of the command line. Imports nothing heavy, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import math
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROGRAM = "k8s-sandbox-tui"

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
  3    no such sandbox
  4    not allowed: the credentials are wrong, or lack a right
  124  exec: the command ran longer than --timeout
  126  exec: the program may not be run
  127  exec: the program does not exist
  130  interrupted by ctrl-C
  141  the reader of the output went away
exec ends with the exit code of the command itself."""

_EXEC_EPILOG = f"""\
Everything after -- is run as it is, without a shell:
  {PROGRAM} exec ID -- python3 -c 'print(1)'
  {PROGRAM} exec ID -- sh -c 'ls | wc -l'
  {PROGRAM} exec -it ID -- sh"""


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage as all other errors are reported: the cause, then the next step."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\nSee: {self.prog} --help\n")


class _ShowVersion(argparse.Action):
    """Like `action="version"`, but reads the package's metadata, which is slow, only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_unused: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"{PROGRAM} {version(PROGRAM)}\n")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the whole command line, but for what follows `--` in `exec`."""
    parser = _Parser(
        prog=PROGRAM,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_global_options(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", title="commands")
    for name, (summary, add_arguments, epilog) in _VERBS.items():
        verb = verbs.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        add_arguments(verb)
    return parser


def split_at_separator(argv: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """Splits `exec … -- CMD ARG…` at its first `--`.

    argparse would take a later `--` out of the command as well; a command must arrive as it was typed.

    Returns:
        What argparse is to read, and the command: None where the verb is not `exec` or there is no `--`.
    """
    arguments = list(argv)
    position = 0
    while position < len(arguments) and arguments[position].startswith("-"):
        if arguments[position] == "--":
            return arguments, None
        position += 2 if arguments[position] in _OPTIONS_WITH_VALUE else 1
    if "exec" not in arguments[position : position + 1] or "--" not in arguments:
        return arguments, None
    separator = arguments.index("--", position)
    return arguments[:separator], arguments[separator + 1 :]


_OPTIONS_WITH_VALUE = frozenset({"--kubeconfig", "--context", "-n", "--namespace", "--url-template", "--refresh"})


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
        type=_interval,
        help="dashboard: ask the cluster this often, and do not watch it",
    )


def _add_ls_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "-o", "--output", choices=("table", "json", "name"), default="table", help="name: ids, one a line"
    )


def _add_create_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--runtime", choices=("node", "python"), help="what is to run in it; node unless given")
    verb.add_argument("--image", metavar="I", default="", help="the container image; the runtime's own unless given")
    _add_env(verb)
    verb.add_argument(
        "--meta", metavar="K=V", type=_pair, action="append", default=[], help="metadata; may be given again"
    )
    _add_json_output(verb)


def _add_exec_arguments(verb: argparse.ArgumentParser) -> None:
    verb.usage = f"{PROGRAM} exec [-i] [-t] [--cwd D] [--env K=V]… [--timeout SECONDS] [--background] ID -- CMD [ARG…]"
    verb.add_argument("-i", "--stdin", action="store_true", help="pass standard input on, to its end")
    verb.add_argument("-t", "--tty", action="store_true", help="give the command a terminal")
    verb.add_argument("--cwd", metavar="D", default="", help="the folder to run in")
    _add_env(verb)
    verb.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, help="end the command after this time, with exit code 124"
    )
    verb.add_argument(
        "--background", action="store_true", help="do not wait; output goes to /tmp/computesdk-bg.log in the sandbox"
    )
    _add_id(verb)


def _add_info_arguments(verb: argparse.ArgumentParser) -> None:
    _add_id(verb)
    _add_json_output(verb)


def _add_url_arguments(verb: argparse.ArgumentParser) -> None:
    _add_id(verb)
    verb.add_argument("--port", metavar="N", type=_port, required=True, help="the port that the server listens on")
    verb.add_argument("--protocol", metavar="P", default="http", help="http unless given")


def _add_rm_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--yes", action="store_true", help="do not ask")
    verb.add_argument("ids", metavar="ID", nargs="+", help="<namespace>/<pod>, or the Pod's name alone")


def _add_local_arguments(verb: argparse.ArgumentParser) -> None:
    actions = verb.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    actions.add_parser("up", help="start it, unless it runs", allow_abbrev=False)
    actions.add_parser("down", help="end it and every sandbox in it", allow_abbrev=False)
    _add_json_output(actions.add_parser("status", help="say whether and how it runs", allow_abbrev=False))
    actions.add_parser("kubeconfig", help="print the path of its kubeconfig", allow_abbrev=False)


def _add_settings_arguments(verb: argparse.ArgumentParser) -> None:
    actions = verb.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    actions.add_parser("path", help="print where their file is, or would be", allow_abbrev=False)
    actions.add_parser("default", help="print a file with all of them, explained and commented out", allow_abbrev=False)
    actions.add_parser("check", help="say what is wrong in the file", allow_abbrev=False)


def _add_id(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("id", metavar="ID", help="<namespace>/<pod>, or the Pod's name alone")


def _add_env(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--env",
        metavar="K=V",
        type=_variable,
        action="append",
        default=[],
        help="an environment variable; may be given again; K alone takes the value from this environment",
    )


def _add_json_output(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("-o", "--output", choices=("text", "json"), default="text", help="json: for programs to read")


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        msg = f"{text!r} is not KEY=VALUE"
        raise argparse.ArgumentTypeError(msg)
    return key, value


def _variable(text: str) -> tuple[str, str]:
    """Reads `K=V`, or `K` with its value from the environment: so a secret need not stand in the argument list."""
    if "=" in text or not text:
        return _pair(text)
    value = os.environ.get(text)
    if value is None:
        msg = f"{text} has no value here; give {text}=VALUE or export {text} first"
        raise argparse.ArgumentTypeError(msg)
    return text, value


def _seconds(text: str) -> int:
    """Reads a positive number of seconds as milliseconds."""
    seconds = _number(text)
    if not (seconds >= 0.001 and math.isfinite(seconds)):
        msg = f"{text!r} is not a number of seconds above 0"
        raise argparse.ArgumentTypeError(msg)
    return round(seconds * 1000)


def _interval(text: str) -> float:
    """Reads the seconds between two looks at the cluster; the bounds are those of the setting."""
    seconds = _number(text)
    if not 0.5 <= seconds <= 3600:
        msg = f"{text!r} is not a number of seconds from 0.5 to 3600"
        raise argparse.ArgumentTypeError(msg)
    return seconds


def _number(text: str) -> float:
    """Reads a number; what is none is not a number."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        msg = f"{text!r} is not a port; ports are 1 to 65535"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


_VERBS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], str]] = {
    "ls": ("list the sandboxes", _add_ls_arguments, ""),
    "create": ("create a sandbox and print its id", _add_create_arguments, ""),
    "exec": ("run a command in a sandbox", _add_exec_arguments, _EXEC_EPILOG),
    "info": ("show one sandbox", _add_info_arguments, ""),
    "url": ("print the URL of a port of a sandbox", _add_url_arguments, ""),
    "rm": ("destroy sandboxes", _add_rm_arguments, ""),
    "doctor": ("say what the credentials may do, and what is lost without the rest", _add_json_output, ""),
    "local": ("manage the cluster on this machine", _add_local_arguments, ""),
    "settings": ("tell where the dashboard's settings are, and what they can be", _add_settings_arguments, ""),
}
