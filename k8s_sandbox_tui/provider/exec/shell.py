"""How a command becomes the argument vector of one exec, and the bytes that go first on its stdin.

Exec has no directory, environment or length of its own: these rules give them to the whole command.

* A short command without variables stands in the URL behind a prefix that is a complete statement, so the shell reads
  it as it reads `sh -c`: comments, heredocs, quotes, a trailing backslash and `$$` mean what they mean there.
* Values of variables never stand in the URL (it lands in audit logs). They come as one line on stdin, which `read`
  takes byte by byte, so that the caller's own input after it arrives unchanged.
* What is too long for a URL (proxies allow 8 KB of headers; Linux 128 KiB for one argument) comes as blocks on stdin
  and is evaluated. The one difference from `sh -c` is `eval:` in the shell's own messages. With a variable that only
  `env` can set (`scripts.SPECIAL`), such a command is bound to 128 KiB.
* A terminal would echo its input, so there the blocks go to a file first, which the command's shell reads and removes.
* The command's environment has its id (`scripts.COMMAND_ID`), by which it can be killed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote as quote_url

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.exec import scripts
from k8s_sandbox_tui.provider.exec.arguments import (
    check_command,
    check_cwd,
    check_env,
    check_size,
    check_text,
    encode,
    is_utf8,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_URL_COMMAND: Final = 2048
"""Bytes of a command in the URL, percent-encoded; the wrapping and the credentials need room beside it."""

MAX_ENV_LINE: Final = 8192
"""Bytes of variables that are read byte by byte; more of them come as blocks."""

KILL_GRACE: Final = 2.0
"""Seconds between TERM and KILL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecPlan:
    """One exec.

    Attributes:
        command_id: What its processes are found by; empty where nothing marks them.
        argv: What the runtime starts.
        stdin: Whether the exec has an input.
        tty: Whether it has a terminal.
        size: The terminal's columns and rows.
        payload: What goes first on stdin, before the caller's own input.
        takes_input: The caller may send input after that.
        held: The input goes through `scripts.HOLD_STDOUT` and has its framing (`stdin.py`).
        before: An exec that must have succeeded before this one.
    """

    command_id: str = ""
    argv: tuple[str, ...]
    stdin: bool = False
    tty: bool = False
    size: tuple[int, int] | None = None
    payload: bytes = b""
    takes_input: bool = False
    held: bool = False
    before: ExecPlan | None = None

    def params(self, container: str) -> list[tuple[str, str]]:
        """The query of the request (Kubernetes' PodExecOptions); a terminal has its stderr in stdout."""
        return [
            ("container", container),
            ("stdin", _flag(self.stdin)),
            ("stdout", "true"),
            ("stderr", _flag(not self.tty)),
            ("tty", _flag(self.tty)),
            *(("command", argument) for argument in self.argv),
        ]


def plan_command(
    command: str | Sequence[str],
    *,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bool = False,
    tty: bool = False,
    size: tuple[int, int] | None = None,
    background: bool = False,
) -> ExecPlan:
    """Wraps a command.

    Args:
        command: Text for `/bin/sh`, or a program and its arguments.
        cwd: Where it runs; relative to the container's own directory.
        env: Variables beside those of the container.
        stdin: The caller will send input.
        tty: Give it a terminal.
        size: The terminal's columns and rows.
        background: Start it detached, with its output in `/tmp/computesdk-bg.log`.

    Raises:
        InvalidArgumentError: One of them cannot be.
    """
    checked = check_command(command)
    variables = check_env(env)
    check_own_names(variables)
    if background and (stdin or tty):
        msg = "A background command has neither input nor terminal."
        raise InvalidArgumentError(msg, hint="Redirect its input inside the command, or run it without background.")
    if size is not None and not tty:
        msg = "A size needs a terminal."
        raise InvalidArgumentError(msg, hint="Pass tty=True with it.")
    wrap = _Wrap(secrets.token_hex(8), checked, check_cwd(cwd), variables, stdin=stdin, tty=tty, size=check_size(size))
    return wrap.detached() if background else wrap.attached()


def plan_script(script: str, arguments: Sequence[str], *, stdin: bool = False) -> ExecPlan:
    """A script of the provider's own, with nothing around it but the id by which it is killed.

    It must know by itself where its input ends, for v4 cannot tell it, and must outlive whatever reads the input, so
    that its stdout has a writer (`scripts.HOLD_STDOUT` has the reason).

    Args:
        script: POSIX shell.
        arguments: Its positional parameters.
        stdin: The caller will send input.

    Raises:
        InvalidArgumentError: An argument cannot be.
    """
    command_id = secrets.token_hex(8)
    words = tuple(check_text(argument, "An argument") for argument in arguments)
    mark = scripts.mark(command_id)
    if _fits_url(script, *words):
        argv = (scripts.SHELL, "-c", mark + script, "sh", *words)
        return ExecPlan(command_id=command_id, argv=argv, stdin=stdin, takes_input=stdin)
    code = encode(scripts.set_arguments(words) + script)
    return ExecPlan(
        command_id=command_id,
        argv=(scripts.SHELL, "-c", mark + scripts.read_blocks(scripts.blocks(code)) + scripts.EVAL_CODE),
        stdin=True,
        payload=scripts.as_blocks(code),
        takes_input=stdin,
    )


def check_own_names(env: Mapping[str, str]) -> None:
    """Sees to it that no variable of a command's is one that the wrapping needs.

    Raises:
        InvalidArgumentError: One is.
    """
    for name in env:
        if name == scripts.COMMAND_ID or name.startswith(scripts.OWN):
            msg = f"The environment variable {name} is used by the provider itself."
            raise InvalidArgumentError(msg, hint="Choose another name.")


def plan_kill(plan: ExecPlan, grace: float = KILL_GRACE, *, pid_file: str = "") -> ExecPlan:
    """The exec that kills a command; it ends when the command's processes have. Exit code 1 where some stay.

    A terminal's end is said with HUP: interactive shells ignore TERM.

    Args:
        plan: The command's.
        grace: Seconds between TERM and KILL.
        pid_file: A file in the sandbox with the process id of a command that has begun, and its start time.
    """
    pattern = f"[{plan.command_id[0]}]{plan.command_id[1:]}"
    signals = "HUP TERM" if plan.tty else "TERM"
    arguments = (pattern, str(round(grace * 10)), signals, *([pid_file] if pid_file else []))
    return ExecPlan(argv=(scripts.SHELL, "-c", scripts.KILL, "sh", *arguments))


@dataclass(frozen=True, slots=True)
class _Wrap:
    """The parts of one plan."""

    command_id: str
    command: str | tuple[str, ...]
    cwd: str
    env: dict[str, str]
    stdin: bool
    tty: bool
    size: tuple[int, int] | None

    def attached(self) -> ExecPlan:
        argv, payload = self._inner(scripts.mark(self.command_id) if not self._held else "")
        if self._held:
            argv = (scripts.SHELL, "-c", scripts.mark(self.command_id) + scripts.HOLD_STDOUT, "sh", *argv)
        staged = self.tty and bool(payload)
        return ExecPlan(
            command_id=self.command_id,
            argv=argv,
            stdin=self.stdin or (bool(payload) and not staged),
            tty=self.tty,
            size=self.size,
            payload=b"" if staged else payload,
            takes_input=self.stdin,
            held=self._held,
            before=self._staging(payload) if staged else None,
        )

    def detached(self) -> ExecPlan:
        argv, payload = self._inner("")
        head = scripts.mark(self.command_id)
        if payload:
            head += scripts.read_blocks(scripts.blocks(payload)) + scripts.DETACH_WITH_PAYLOAD
            payload = scripts.as_blocks(payload)
        else:
            head += scripts.DETACH_PLAIN
        return ExecPlan(
            command_id=self.command_id,
            argv=(scripts.SHELL, "-c", head, "sh", *argv),
            stdin=bool(payload),
            payload=payload,
        )

    @property
    def _held(self) -> bool:
        return self.stdin and not self.tty

    def _inner(self, head: str) -> tuple[tuple[str, ...], bytes]:
        """The command's own shell, and what it reads from stdin before the command does."""
        if isinstance(self.command, str):
            body = self._prologue + ("" if self._held or self.tty else scripts.STAY) + self.command
            arguments: tuple[str, ...] = ()
        else:
            body = self._prologue + (scripts.EXEC_PROGRAM if self.tty else scripts.RUN_PROGRAM)
            arguments = ("sh", *self.command)
        special = not scripts.SPECIAL.isdisjoint(self.env)
        if _fits_url(body, *arguments):
            if not self.env:
                return (scripts.SHELL, "-c", head + body, *arguments), b""
            code = scripts.exec_with_env(self.env, '"$@"') if special else scripts.env_code(self.env)
            line = scripts.as_line(code)
            if len(line) <= MAX_ENV_LINE and not self.tty:
                head += scripts.read_env() + self._end_stdin
                if special:
                    return (scripts.SHELL, "-c", f'{head}eval "$__computesdk"', "sh", body, *arguments), line
                return (scripts.SHELL, "-c", head + scripts.EVAL_ENV + body, *arguments), line
        if special:
            code = scripts.exec_with_env(self.env, " ".join(map(scripts.quote, (body, *arguments))))
        else:
            code = scripts.env_code(self.env) + (scripts.set_arguments(arguments[1:]) if arguments else "") + body
        data = encode(code)
        reader = scripts.read_staged(self._staged_path) if self.tty else scripts.read_blocks(scripts.blocks(data))
        return (scripts.SHELL, "-c", head + reader + self._end_stdin + scripts.EVAL_CODE), scripts.as_blocks(data)

    @property
    def _prologue(self) -> str:
        return scripts.set_size(self.size) + scripts.change_directory(self.cwd)

    @property
    def _end_stdin(self) -> str:
        """Without input of the caller's, the command gets none of ours; on v4 it would wait for the end for ever."""
        return "" if self.stdin or self.tty else scripts.DISCARD_STDIN

    @property
    def _staged_path(self) -> str:
        return f"/tmp/.computesdk-{self.command_id}"  # noqa: S108 - in the sandbox, made by `set -C` with umask 077

    def _staging(self, data: bytes) -> ExecPlan:
        script = scripts.stage(self._staged_path, len(data) // scripts.BLOCK)
        return ExecPlan(argv=(scripts.SHELL, "-c", script), stdin=True, payload=data)


def _fits_url(*arguments: str) -> bool:
    """Whether the arguments may stand in the URL."""
    if sum(map(len, arguments)) > MAX_URL_COMMAND or not all(map(is_utf8, arguments)):
        return False
    return sum(len(quote_url(argument, safe="")) + len("&command=") for argument in arguments) <= MAX_URL_COMMAND


def _flag(value: bool) -> str:  # noqa: FBT001 - one of PodExecOptions' booleans
    return "true" if value else "false"
