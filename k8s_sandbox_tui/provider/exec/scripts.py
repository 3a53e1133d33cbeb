"""The pieces of POSIX shell that stand around a command in the Pod.

They run on dash and busybox ash (and bash as sh), with builtins alone where a command is short. Tools they may call:
`dd` for what is too long for a URL, `env` for variables that a shell does not let one set, `cat` and `rm` for
those on a terminal, `stty` for its size, `grep` and `sleep` to kill, `setsid` only where it exists.

Nothing here prints to a command's streams, but for the reason where the command cannot be run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.exec.arguments import encode, quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHELL: Final = "/bin/sh"

BACKGROUND_LOG: Final = "/tmp/computesdk-bg.log"  # noqa: S108 - ComputeSDK's path, in the sandbox
"""Where the output of background commands goes, as ComputeSDK documents it."""

COMMAND_ID: Final = "COMPUTESDK_COMMAND_ID"
"""A variable in the environment of each command and its children, by which a later exec finds them to kill them."""

OWN: Final = "__computesdk"
"""How the names of the wrapping's own shell variables begin. A plain name could be one of the container's environment,
and an assignment to it would reach the command."""

SPECIAL: Final = frozenset(
    (
        *(
            "BASHOPTS",
            "BASH_VERSINFO",
            "DIRSTACK",
            "EPOCHREALTIME",
            "EPOCHSECONDS",
            "EUID",
            "FUNCNAME",
            "GROUPS",
            "IFS",
        ),
        *("LINENO", "OPTARG", "OPTIND", "PPID", "RANDOM", "SECONDS", "SHELLOPTS", "SRANDOM", "UID", "_"),
    )
)
"""Variables that a running shell refuses, ignores, or changes its own ways by; `env` sets them for a new shell."""

BLOCK: Final = 512
"""Bytes of a block as `dd` reads it; the payload fills whole ones, so that the reader takes not a byte more."""

DISCARD_STDIN: Final = "exec </dev/null;"

EVAL_CODE: Final = 'eval "unset __computesdk;$__computesdk"'

RUN_PROGRAM: Final = 'exec 8>&2 2>/dev/null;(exec 2>&8 8>&-;exec "$@");exit'
"""The shell stays above the program, for the reason of `STAY`, and with its own stderr put away: some shells report
there that a child was killed."""

STAY: Final = "trap : EXIT;"
"""Keeps the shell above its last command, in whose place it would put itself else. It carries the command's id, also
where the program clears or overwrites its environment."""

EXEC_PROGRAM: Final = 'exec "$@"'
"""On a terminal no shell may stay above the program: it would die of the Ctrl-C that is meant for the program."""

HOLD_STDOUT: Final = """IFS= read -r __computesdk||exit 126
exec 9>&1 8>&2 2>/dev/null
case $__computesdk in
v4)
{ sh -c 'echo $PPID'
while IFS= read -r __computesdk&&[ "$__computesdk" -gt 0 ]&&dd bs="$__computesdk" count=1 iflag=fullblock;do :;done
} 8>&- 9>&-|{ IFS= read -r __computesdk
(exec 2>&8 8>&- 9>&-;exec "$@")
set -- $?
kill "$__computesdk"
exit $1
};;
*)(exec 2>&8 8>&- 9>&-;exec "$@");;
esac
exit"""
"""Runs a command that takes input, and keeps a writer on its stdout until it ends: containerd closes the input of a
command whose stdout has no writer left, so that `cat > file` would lose data (containerd/containerd#13934).

The first line of the input says the protocol. On v4, which cannot end the input, the rest comes in chunks (a line with
the length, then the bytes; 0 ends), which a feeder turns into a pipe that does end. The feeder's first line is its
process id: it is ended with the command, where the command leaves input unread."""

DETACH: Final = f""">{BACKGROUND_LOG}||exit
trap '' HUP
__computesdk_s=;command -v setsid >/dev/null 2>&1&&__computesdk_s=setsid
"""
"""Empties the log and keeps the job alive after its parent. All writers append, so an older job cannot tear the log."""

DETACH_PLAIN: Final = f'{DETACH}$__computesdk_s "$@" </dev/null >>{BACKGROUND_LOG} 2>&1 &'
DETACH_WITH_PAYLOAD: Final = f'{DETACH}{{ printf %s "$__computesdk"|$__computesdk_s "$@";}} >>{BACKGROUND_LOG} 2>&1 &'

KILL: Final = """i=$1 t=$2 u=$3 k=$4
command -v grep >/dev/null||{ echo 'the sandbox has no grep to find it with' >&2;exit 1; }
read -r o </proc/self/stat;set -- ${o##*) };o=$3 q=
find(){ p= l=
if [ -n "$k" ]&&read -r x y 2>/dev/null <"$k"&&[ "$x" -gt 1 ] 2>/dev/null&&read -r g 2>/dev/null <"/proc/$x/stat";then
set -- ${g##*) };[ "${20}" != "$y" ]||[ "$1" = Z ]||p=" $x"
fi
for f in $(grep -ls "$i" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null);do
f=${f#/proc/};f=${f%%/*};case " $p " in *" $f "*);;*)p="$p $f";;esac
done
for f in $p;do
read -r g 2>/dev/null </proc/$f/stat||continue
set -- ${g##*) };g=$3
[ "$g" -gt 1 ]&&[ "$g" != "$o" ]||continue
case " $p " in *" $g "*);;*)[ ! -e /proc/$g ]||continue;;esac
case " $l " in *" -$g "*);;*)l="$l -$g";;esac
done
if [ -n "$p" ];then for f in $l;do case " $q " in *" $f "*);;*)q="$q $f";;esac;done;return;fi
for f in ${q:+/proc/[0-9]*};do
read -r g 2>/dev/null <"$f/stat"||continue
set -- ${g##*) };[ "$1" != Z ]||continue
case " $q " in *" -$3 "*)p="$p ${f#/proc/}";l=$q;;esac
done
}
send(){ for f in $l $p;do kill -s "$1" -- "$f";done 2>/dev/null; }
pause(){ sleep 0.1 2>/dev/null||sleep 1; }
n=0;find
while [ -z "$p$k" ]&&[ $n -lt 10 ];do n=$((n+1));pause;find;done
[ -n "$p" ]||exit 0
for s in $u;do send $s;done
n=0
while [ $n -lt "$t" ];do n=$((n+1));pause;find;[ -n "$p" ]||exit 0;done
n=0
while [ $n -lt 10 ];do n=$((n+1));send KILL;pause;find;[ -n "$p" ]||exit 0;done
exit 1"""
"""Kills all processes that carry a command's id, and their groups: the signals $3, a grace of $2 tenths of a second,
KILL.

$1 is a pattern that does not match itself (`[a]bc`), so that the processes of this script are not found. A command
that is not there yet is waited for, for a second. A group is signalled only where its leader carries the id or has
ended: in a runtime that gives commands no group of their own, the group is that of the whole container. Once none
carries the id any more, what is left of the groups that were signalled is: a child that cleared its environment can
outlive its shell, where it ignores TERM, or gets it between its fork and its start as a program. $4, where it is
given, is a file with the process id and the start time of a command that has begun: nothing is waited for then.

What it cannot find: a command that replaces its shell (`exec`) by a program that has cleared its environment."""


def mark(command_id: str) -> str:
    """Puts the command's id into its environment."""
    return f"export {COMMAND_ID}={command_id};"


def change_directory(cwd: str) -> str:
    """Enters a directory; where that fails, the shell says why and the command does not run."""
    return f"cd {quote(cwd)}||exit;" if cwd else ""


def set_size(size: tuple[int, int] | None) -> str:
    """Sets the terminal's size before the command can ask for it."""
    return f"stty cols {size[0]} rows {size[1]} 2>/dev/null||:;" if size else ""


def blocks(data: bytes) -> int:
    """How many blocks `as_blocks` makes of it."""
    return len(data) // BLOCK + 1


def as_blocks(data: bytes) -> bytes:
    """The data as whole blocks: its end is a dot, then newlines, which a command substitution drops."""
    return (data + b".").ljust(blocks(data) * BLOCK, b"\n")


def read_blocks(count: int) -> str:
    """Reads what `as_blocks` made, from stdin."""
    return _read_with(f"dd bs={BLOCK} count={count} iflag=fullblock 2>/dev/null", "the command did not arrive")


def read_staged(path: str) -> str:
    """Reads what `as_blocks` made, from a file, and removes the file."""
    return _read_with(f"cat {path};rm -f {path}", "the command did not arrive")


def stage(path: str, count: int) -> str:
    """Writes what `as_blocks` made from stdin to a new file that is the user's own."""
    return f"umask 077;set -C;dd bs={BLOCK} count={count} iflag=fullblock 2>/dev/null >{path}"


def _read_with(reader: str, fault: str) -> str:
    return (
        f"__computesdk=$({reader});case $__computesdk in *.)__computesdk=${{__computesdk%.}};;"
        f"*)echo 'sh: {fault}' >&2;exit 126;;esac;"
    )


def read_env() -> str:
    """Reads one line of shell code from stdin, byte by byte as `read` does, so that the rest stays for the command."""
    return "IFS= read -r __computesdk||{ echo 'sh: the environment did not arrive' >&2;exit 126;};"


EVAL_ENV: Final = 'eval "$__computesdk";unset __computesdk;'


def env_code(env: Mapping[str, str]) -> str:
    """Sets variables in the running shell."""
    return "".join(f"export {name}={quote(value)};" for name, value in env.items())


def exec_with_env(env: Mapping[str, str], arguments: str) -> str:
    """Replaces the shell by a new one in this environment; `arguments` are what follows `sh -c`, as shell code."""
    pairs = " ".join(f"{name}={quote(value)}" for name, value in env.items())
    return f"exec env {pairs} {SHELL} -c {arguments}"


def as_line(code: str) -> bytes:
    """The code as one line for `read_env`; newlines, which stand only in quoted values, come from a variable."""
    if "\n" in code:
        quoted = code.replace("\n", "'\"$__computesdk_n\"'")
        code = f"__computesdk_n=$(printf '\\n.');__computesdk_n=${{__computesdk_n%.}};{quoted}"
    return encode(code) + b"\n"


def set_arguments(arguments: Sequence[str]) -> str:
    """Sets the positional parameters."""
    return f"set -- {' '.join(map(quote, arguments))};"
