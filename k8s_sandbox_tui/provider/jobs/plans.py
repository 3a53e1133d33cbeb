"""The execs by which jobs are started, told of, followed, signalled and removed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.exec import scripts as exec_scripts
from k8s_sandbox_tui.provider.exec.arguments import check_command, check_cwd, check_env, encode, quote
from k8s_sandbox_tui.provider.exec.shell import ExecPlan, check_own_names, plan_kill, plan_script
from k8s_sandbox_tui.provider.jobs import scripts
from k8s_sandbox_tui.provider.jobs.limits import MAX_LOG, MAX_SHOWN, MIN_LOG
from k8s_sandbox_tui.provider.jobs.records import JobMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from k8s_sandbox_tui.provider.jobs.models import LogOffset

_MAX_ARGUMENT: Final = 96 * 1024
"""Bytes of a command that are given as an argument; Linux allows 128 KiB."""

SIGNALS: Final = frozenset(
    ("HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "ALRM", "TERM", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "WINCH")
)
"""What a job can be sent; both default images' shells know these by name."""


def plan_start(
    folder: str,
    job_id: str,
    command: str | Sequence[str],
    *,
    cwd: str | None,
    env: Mapping[str, str] | None,
    max_log: int,
) -> ExecPlan:
    """Starts a job. All of it stands on the exec's input: neither the URL nor an argument list has a value of `env`.

    Its plan's command id is the job's, so that a kill of the plan kills the job.

    Raises:
        InvalidArgumentError: One of them cannot be.
    """
    checked = check_command(command)
    variables = check_env(env)
    check_own_names(variables)
    if not MIN_LOG <= max_log <= MAX_LOG:
        msg = f"A log of {max_log} bytes cannot be."
        raise InvalidArgumentError(msg, hint=f"Give {MIN_LOG} to {MAX_LOG} bytes for each stream.")
    directory = check_cwd(cwd)
    own = exec_scripts.OWN
    quarter = max_log // 4
    shell = exec_scripts.SHELL
    settings = {
        "h": shell,
        "r": folder,
        "i": job_id,
        "m": msgspec.json.encode(metadata_of(command, cwd)).decode(),
        "q": str(quarter),
        "n": str(quarter // scripts.BLOCK),
        "l": checked if isinstance(checked, str) and _is_long(checked) else "",
    }
    code = "".join(f"{own}_{name}={quote(value)}\n" for name, value in settings.items())
    code += f"{own}_run(){{ {_run(checked, directory, variables, command_id(job_id))};}}\n{scripts.SUPERVISE}"
    payload = exec_scripts.as_blocks(encode(code))
    boot = exec_scripts.read_blocks(len(payload) // exec_scripts.BLOCK) + exec_scripts.DISCARD_STDIN
    return ExecPlan(
        command_id=command_id(job_id),
        argv=(shell, "-c", scripts.LAUNCH, shell, boot + exec_scripts.EVAL_CODE),
        stdin=True,
        payload=payload,
    )


def plan_list(folder: str, job_ids: Sequence[str] = ()) -> ExecPlan:
    """Tells of the jobs of a folder, or of some of them."""
    return plan_script(scripts.LIST, (folder, *job_ids))


def plan_follow(folder: str, job_id: str, offset: LogOffset | None, seconds: int) -> ExecPlan:
    """Prints a job's log from an offset on (None: no log), until the job ends or so many seconds have passed."""
    positions = ("-", "-") if offset is None else (str(offset.stdout), str(offset.stderr))
    shell = exec_scripts.SHELL
    arguments = (shell, "-c", scripts.FOLLOW, shell, f"{folder}/{job_id}", *positions, str(seconds))
    return plan_script(scripts.FOLLOW_GROUP, arguments, stdin=True)


def plan_signal(folder: str, job_id: str, name: str) -> ExecPlan:
    """Sends a signal to a job's process group.

    Raises:
        InvalidArgumentError: No such signal.
    """
    return plan_script(scripts.SIGNAL, (f"{folder}/{job_id}", check_signal(name)))


def plan_kill_job(folder: str, job_id: str, grace: float) -> ExecPlan:
    """Kills all processes of a job: TERM, and KILL after so many seconds."""
    return plan_kill(ExecPlan(command_id=command_id(job_id), argv=()), grace, pid_file=f"{folder}/{job_id}/pid")


def plan_remove(folder: str, job_id: str) -> ExecPlan:
    """Removes what there is of a job that has ended."""
    return plan_script(scripts.REMOVE, (folder, job_id))


def check_signal(name: object) -> str:
    """A signal's name as `kill` takes it, without `SIG`.

    Raises:
        InvalidArgumentError: No such signal.
    """
    short = name.upper().removeprefix("SIG") if isinstance(name, str) else ""
    if short not in SIGNALS:
        msg = f"There is no signal {name!r} to send."
        raise InvalidArgumentError(msg, hint=f"Give one of {', '.join(sorted(SIGNALS))}.")
    return short


def check_job_id(job_id: object) -> str:
    """A job's id.

    Raises:
        InvalidArgumentError: It cannot be one.
    """
    if not isinstance(job_id, str) or not re.fullmatch(r"[0-9a-f]{12}", job_id):
        msg = f"{job_id!r} is not the id of a job."
        raise InvalidArgumentError(msg, hint="An id has 12 of the characters 0-9 and a-f.")
    return job_id


def folder_of(uid: str) -> str:
    """Where the jobs of a sandbox are, which is named by its Pod's uid: sandboxes may share a `/tmp`."""
    return f"{scripts.ROOT}/{re.sub(r'[^0-9A-Za-z-]', '-', uid)}"


def metadata_of(command: str | Sequence[str], cwd: str | None) -> JobMetadata:
    """What is kept of a command to be shown; the beginning of a long one.

    Raises:
        InvalidArgumentError: It cannot be.
    """
    checked = check_command(command)
    directory = _shown(cwd or "")[:MAX_SHOWN]
    if isinstance(checked, str):
        text = _shown(checked)
        return JobMetadata(command=text[:MAX_SHOWN], cwd=directory, cut=len(text) > MAX_SHOWN)
    kept: list[str] = []
    room = MAX_SHOWN
    for argument in map(_shown, checked):
        kept.append(argument[:room])
        room -= len(argument) + 1
        if room <= 0:
            break
    return JobMetadata(command=kept, cwd=directory, cut=room < 0 or len(kept) < len(checked))


def command_id(job_id: str) -> str:
    """What a job's processes have in their environment; not the id alone, which stands in other commands too."""
    return f"job-{job_id}"


def _shown(text: str) -> str:
    """Text that JSON can hold: bytes that are not UTF-8 are shown as such."""
    return encode(text).decode("utf-8", "backslashreplace")


def _is_long(command: str) -> bool:
    return len(encode(command)) > _MAX_ARGUMENT


def _run(command: str | tuple[str, ...], cwd: str, env: Mapping[str, str], mark: str) -> str:
    """Shell code that puts the command into the place of its shell, with its directory and variables."""
    shell = exec_scripts.SHELL
    code = exec_scripts.mark(mark)
    start = "exec "
    if exec_scripts.SPECIAL.isdisjoint(env):
        code += exec_scripts.env_code(env)
    else:
        start += f"env {' '.join(f'{name}={quote(value)}' for name, value in env.items())} "
    start += f'setsid {shell} -c {quote(scripts.BEGIN)} {shell} "${exec_scripts.OWN}_t" {quote(cwd)} '
    if isinstance(command, str) and _is_long(command):
        body = f"{exec_scripts.OWN}=$(cat);{exec_scripts.DISCARD_STDIN}{exec_scripts.EVAL_CODE}"
        return f"{code}{start}{shell} -c {quote(body)}"
    words = (shell, "-c", command) if isinstance(command, str) else command
    return f"{code}{exec_scripts.DISCARD_STDIN}{start}{' '.join(map(quote, words))}"
