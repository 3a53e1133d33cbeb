"""What a command line asks for, as values: the cluster to use and one verb with its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from k8s_sandbox_tui.cli.choices import ClusterChoice, Dashboard
from k8s_sandbox_tui.cli.copying_arguments import Cp, Sync, misplaced
from k8s_sandbox_tui.cli.create_arguments import Create
from k8s_sandbox_tui.cli.files_arguments import Files, FilesLs, FilesMkdir, FilesMv, FilesRm, FilesStat
from k8s_sandbox_tui.cli.parser import build_parser
from k8s_sandbox_tui.cli.sandbox_arguments import Events, Extend, Info, Logs, Meta
from k8s_sandbox_tui.cli.selecting_arguments import Ls, Rm, Top, misuse
from k8s_sandbox_tui.cli.word_order import OPTIONS_WITH_VALUE, split_at_separator, with_global_options_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Exec(msgspec.Struct, frozen=True, kw_only=True):
    """Run a command in a sandbox."""

    id: str
    command: list[str]
    stdin: bool = False
    tty: bool = False
    cwd: str = ""
    env: list[tuple[str, str]] = []
    timeout: int | None = None
    """Milliseconds."""
    background: bool = False


class JobsStart(msgspec.Struct, frozen=True, kw_only=True):
    """Start a job."""

    id: str
    command: list[str]
    cwd: str = ""
    env: list[tuple[str, str]] = []
    output: Literal["text", "json"] = "text"


class JobsLs(msgspec.Struct, frozen=True, kw_only=True):
    """List the jobs of a sandbox."""

    id: str
    output: Literal["table", "json", "name"] = "table"


class JobsLogs(msgspec.Struct, frozen=True, kw_only=True):
    """Print the log of a job."""

    id: str
    job: str
    follow: bool = False


class JobsWait(msgspec.Struct, frozen=True, kw_only=True):
    """Wait for the end of a job."""

    id: str
    job: str
    timeout: int | None = None
    """Milliseconds."""
    output: Literal["text", "json"] = "text"


class JobsKill(msgspec.Struct, frozen=True, kw_only=True):
    """End jobs, or send them a signal."""

    id: str
    jobs: list[str]
    signal: str = ""
    grace: int | None = None
    """Milliseconds."""


class JobsRm(msgspec.Struct, frozen=True, kw_only=True):
    """Remove jobs that have ended."""

    id: str
    jobs: list[str]


class Url(msgspec.Struct, frozen=True, kw_only=True):
    """Print the URL of a port."""

    id: str
    port: int
    protocol: str = "http"


class Forward(msgspec.Struct, frozen=True, kw_only=True):
    """Bring ports of a sandbox to this machine."""

    id: str
    ports: list[tuple[int, int]]
    """Local and remote; a local 0 is any that is free."""
    address: list[str]
    via: Literal["auto", "port-forward", "exec"] = "auto"
    output: Literal["text", "json"] = "text"


class Doctor(msgspec.Struct, frozen=True, kw_only=True):
    """Say what one may do."""

    output: Literal["text", "json"] = "text"


class Local(msgspec.Struct, frozen=True, kw_only=True):
    """Manage the local cluster."""

    action: Literal["up", "down", "status", "kubeconfig"]
    output: Literal["text", "json"] = "text"
    allow_plain_processes: bool = False
    """Of `up`: the user agrees to sandboxes that nothing holds back."""
    network: Literal["host", "private"] | None = None
    """Of `up`: which network sandboxes have."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Tell of the dashboard's settings."""

    action: Literal["path", "default", "check"]


Jobs = JobsStart | JobsLs | JobsLogs | JobsWait | JobsKill | JobsRm

Verb = (
    Ls
    | Top
    | Create
    | Exec
    | Jobs
    | Info
    | Logs
    | Events
    | Extend
    | Meta
    | Cp
    | Sync
    | Files
    | Url
    | Forward
    | Rm
    | Doctor
)
"""What needs an open cluster."""

Offline = Local | Settings
"""What needs none."""

_TYPES: dict[str, type[Verb | Offline]] = {
    "ls": Ls,
    "top": Top,
    "create": Create,
    "exec": Exec,
    "jobs start": JobsStart,
    "jobs ls": JobsLs,
    "jobs logs": JobsLogs,
    "jobs wait": JobsWait,
    "jobs kill": JobsKill,
    "jobs rm": JobsRm,
    "info": Info,
    "logs": Logs,
    "events": Events,
    "extend": Extend,
    "meta": Meta,
    "cp": Cp,
    "sync": Sync,
    "files ls": FilesLs,
    "files stat": FilesStat,
    "files mkdir": FilesMkdir,
    "files mv": FilesMv,
    "files rm": FilesRm,
    "url": Url,
    "forward": Forward,
    "rm": Rm,
    "doctor": Doctor,
    "local": Local,
    "settings": Settings,
}


def parse(argv: Sequence[str]) -> tuple[ClusterChoice, Verb | Offline | Dashboard]:
    """Reads a command line.

    Raises:
        SystemExit: With code 2 and a message on stderr for wrong usage; with 0 after `--help` and `--version`.
    """
    argv = with_global_options_first(argv)
    parser = build_parser(argv)
    arguments, command = split_at_separator(argv)
    namespace, unknown = parser.parse_known_args(arguments)
    values = vars(namespace)
    choice = msgspec.convert(values, ClusterChoice)
    if choice.local and (choice.kubeconfig or choice.context):
        parser.error("--local chooses the cluster on this machine; it does not go with --kubeconfig or --context")
    name = msgspec.convert(values.get("verb"), str | None)
    if name in {"jobs", "files"}:
        name = f"{name} {values['action']}"
    if name is not None:
        parser.prog = f"{parser.prog} {name}"
    if name in {"exec", "jobs start"}:
        values["command"] = command
        if not command and not unknown:
            unknown = ["ls"]
    if unknown:
        parser.error(_unknown(name or "", values, unknown))
    if name is None:
        return choice, msgspec.convert(values, Dashboard)
    only_there = next(
        (option for option in ("--refresh", "--read-only", "--selector") if values[option[2:].replace("-", "_")]), ""
    )
    if only_there:
        instead = "; ls and rm take --label K=V" if only_there == "--selector" else ""
        parser.error(f"{only_there} is for the dashboard, which starts without a command{instead}")
    verb = msgspec.convert(values, _TYPES[name])
    if wrong := _misuse(verb):
        parser.error(wrong)
    return choice, verb


def _unknown(name: str, values: Mapping[str, object], words: Sequence[str]) -> str:
    """What is wrong with words that argparse has no place for."""
    if words[0] in OPTIONS_WITH_VALUE:
        return f"argument {words[0]}: expected one argument"
    if "command" in values:
        return f"{name} takes the command after --, as in: {name} {values['id']} -- {' '.join(words)}"
    return f"unknown argument: {words[0]}"


def _misuse(verb: Verb | Offline) -> str:
    """What does not go together; empty where all of it does."""
    match verb:
        case Exec() if verb.background and (verb.stdin or verb.tty or verb.timeout):
            return "--background does not go with -i, -t or --timeout: nothing waits for the command"
        case Ls() | Rm():
            return misuse(verb)
        case Cp() | Sync():
            return misplaced(verb)
        case Create() if verb.name and verb.copies > 1:
            return "--name is the name of one sandbox; it does not go with --copies"
        case JobsKill() if verb.signal and verb.grace:
            return "--grace is the time from TERM to KILL; it does not go with --signal"
        case _:
            return ""
