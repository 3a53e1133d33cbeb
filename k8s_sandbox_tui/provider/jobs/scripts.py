"""The POSIX shell that starts a job, keeps its log, and tells of it.

What is known of a job lies in a folder of the sandbox, `/tmp/.computesdk/<uid of the Pod>/<id>`, which only its user
can read:

    job             what was asked for, as JSON
    start           when: seconds since 1970, and the uptime
    sup, pid        process and start time (`/proc/PID/stat`) of the supervisor, and of the command
    out.N, err.N    the log from byte N of the stream on; at most two files a stream, the older full
    out.cut …       the disk was full: the log ends early
    end             exit code and uptime; `-` where the supervisor was killed

A pid is believed only with its start time: it may have been given to another process since. Tools beside builtins:
`date`, `dd`, `grep`, `head`, `ls`, `mkdir`, `mv`, `rm`, `setsid`, `sleep`, `wc`. They run on dash, busybox ash and
bash as sh.
"""

from __future__ import annotations

from typing import Final

from k8s_sandbox_tui.provider.jobs.limits import KEPT_JOBS, MAX_METADATA

ROOT: Final = "/tmp/.computesdk"  # noqa: S108 - in the sandbox; what is below belongs to one user and one Pod
"""Where the folders of jobs are; ComputeSDK's own daemon keeps its files here too."""

BLOCK: Final = 4096
"""Bytes that are read of a job's output at once."""

LAUNCH: Final = """command -v setsid >/dev/null||{ echo 'the sandbox has no setsid to start a job with' >&2;exit 1;}
setsid "$0" -c 'exec setsid "$0" -c "$1"' "$0" "$1"|{ IFS= read -r __computesdk&&echo "$__computesdk";}"""
"""Lets the shell $0 run $1 in a session of its own, and ends when that has printed a line. Not by `&`: what a shell
starts so ignores INT for ever. A `setsid` whose process leads a group leaves its work to a child and returns."""

_STAMP: Final = """__computesdk_stamp(){ IFS= read -r __computesdk_s </proc/self/stat
set -- ${__computesdk_s##*) };echo "${__computesdk_s%% *} ${20}";}
"""

_ALIVE: Final = """alive(){ [ -f "$1" ]&&IFS=' ' read -r p q _ <"$1"||return
case $p$q in ''|*[!0-9]*)return 1;;esac
[ "$p" -gt 1 ]&&IFS= read -r s 2>/dev/null <"/proc/$p/stat"||return
set -- ${s##*) };[ "$1" != Z ]&&[ "${20}" = "$q" ];}
"""
"""Whether the process of a file is there; sets p to its id. A zombie is not."""

_PRUNE: Final = f"""__computesdk_prune(){{ cd "$__computesdk_r"||return
for j in [0-9a-f]*;do
[ ! -f "$j/job" ]||[ -e "$j/end" ]||alive "$j/sup"||alive "$j/pid"||[ -e "$j/end" ]||echo '- -' >"$j/end"
done
for j in .[0-9a-f]*;do [ ! -f "$j/sup" ]||alive "$j/sup"||rm -rf "$j";done
n=0
for f in $(ls -t ./*/end);do
j=${{f%/end}};j=${{j#./}};case $j in ''|*[!0-9a-f]*)continue;;esac
[ -f "$j/job" ]||continue
n=$((n+1));[ $n -le {KEPT_JOBS} ]||{{ mv "$j" ".$j"&&rm -rf ".$j";}}
done;}}
"""
"""Removes all but the newest jobs that have ended, and what a killed supervisor left half made. One that is being made
has its `sup` whole from the first."""

_LOG: Final = f"""__computesdk_log(){{ f=$1.0 b=0 o=
cd "$__computesdk_d"||exec dd of=/dev/null bs=65536
while s=$(LC_ALL=C dd bs={BLOCK} count="$__computesdk_n" 2>&1 >>"$f");do
s=${{s%% records in*}};s=${{s##*[!0-9+]}}
[ $(($s)) -ge "$__computesdk_n" ]||exit
n=$(wc -c <"$f");[ "$n" -ge "$__computesdk_q" ]||continue
b=$((b+n));[ -z "$o" ]||rm -f "$o"
o=$f f=$1.$b
done
[ -z "$o" ]||rm -f "$o"
echo >"$1.cut"
exec dd of=/dev/null bs=65536;}}
"""
"""Writes stdin to a log of bounded size. `dd` writes what it reads at once, and never more than it was told to; with
fewer reads than that, the input has ended. Where the disk is full, the rest is thrown away: the job must not stop."""

SUPERVISE: Final = f"""{_STAMP}{_ALIVE}{_PRUNE}{_LOG}__computesdk_u=$(umask);umask 077
mkdir -p "$__computesdk_r"&&__computesdk_d=$__computesdk_r/.$__computesdk_i&&mkdir "$__computesdk_d"||exit
__computesdk_stamp >"$__computesdk_d/new"&&mv "$__computesdk_d/new" "$__computesdk_d/sup"&&
printf '%s\\n' "$__computesdk_m" >"$__computesdk_d/job"&&
IFS=' ' read -r __computesdk_s _ </proc/uptime&&__computesdk_t="$(date +%s) $__computesdk_s"&&
echo "$__computesdk_t" >"$__computesdk_d/start"&&printf '%64s\\n' '' >"$__computesdk_d/code"&&
mv "$__computesdk_d" "$__computesdk_r/$__computesdk_i"||{{ rm -rf "$__computesdk_d";exit 1;}}
__computesdk_d=$__computesdk_r/$__computesdk_i
exec 9>&1 >/dev/null 2>&1
(__computesdk_prune) 9>&- &
{{ {{ exec 8>&2 2>/dev/null
printf %s "$__computesdk_l"|(exec 2>&8 8>&-
__computesdk_stamp >"$__computesdk_d/pid"
umask "$__computesdk_u"
__computesdk_run)
__computesdk_c=$?
exec >&2 8>&- 9>&-
IFS=' ' read -r __computesdk_s _ </proc/uptime
echo "$__computesdk_c $__computesdk_s" 1<>"$__computesdk_d/code"
"$__computesdk_h" -c 'sleep 1;mv "$1/code" "$1/end"' sh "$__computesdk_d" &
}} 2>&1 >&7 7>&-|__computesdk_log err >/dev/null 7>&- 9>&-
}} 7>&1|__computesdk_log out 9>&-
mv "$__computesdk_d/code" "$__computesdk_d/end"
"""
"""Makes a job's folder, runs its command and records how that ended.

The end is told when all output of the command is in the log: its writers are gone then. Where a process that it left
behind has the pipes still, it is told a second after the command's end; by a shell of its own, as a part of this one
would have the pipes too, among the descriptors that shells put aside. The file of the exit code has its room on the
disk beforehand, and is filled and renamed: that works on a full disk."""

BEGIN: Final = 'echo "started $1" >&9;exec 9>&-;[ -z "$2" ]||cd "$2"||exit;shift 2;exec "$@"'
"""Tells that the job has begun, now that it has a session of its own: a signal would go wrong before. Then enters the
directory $2, where it is given, and runs what follows."""

_STATE: Final = f"""{_ALIVE}state(){{ c=- u=- a=- b=- l=0 k=0
if alive "$1/sup"||alive "$1/pid";then l=1;fi
[ ! -f "$1/end" ]||{{ l=2;IFS=' ' read -r c u _ <"$1/end";}}
[ ! -f "$1/start" ]||IFS=' ' read -r a b _ <"$1/start"
[ ! -e "$1/out.cut" ]&&[ ! -e "$1/err.cut" ]||k=1
printf '%s %s %s %s %s %s %s\\n' "$2" $l "${{a:--}}" "${{b:--}}" "${{c:--}}" "${{u:--}}" $k;}} 2>/dev/null
"""
"""Prints $2 and the state of the job in the folder $1: 0 nobody is there, 1 it runs, 2 it has ended; start (seconds
since 1970), its uptime, exit code, uptime at the end, whether the log was cut. A start may remove the folder meanwhile,
which is nothing to complain of."""

LIST: Final = f"""{_STATE}cd "$1" 2>/dev/null||exit 0
read -r t _ </proc/uptime;echo "up $t";shift
[ $# -gt 0 ]||set -- *
for j;do
case $j in ''|*[!0-9a-f]*)continue;;esac
[ -f "$j/job" ]||continue
state "$j" "job $j";head -c {MAX_METADATA} "$j/job" 2>/dev/null;echo
done"""
"""Prints the jobs of the folder $1; of the ids that follow, where there are some."""

FOLLOW: Final = f"""{_STATE}cd "$1" 2>/dev/null||{{ echo none;exit 0;}}
dd if=/dev/null iflag=skip_bytes,count_bytes count=0 2>/dev/null||
{{ echo "the sandbox's dd cannot read a part of a file" >&2;exit 1;}}
exec 3<&0 </dev/null
{{ IFS= read -r s <&3;IFS= read -r s </proc/self/stat;set -- ${{s##*) }}
[ "$2" = $$ ]&&kill -KILL -$$;}} >/dev/null 2>&1 &
w=$!
echo begun
push(){{ p=$2;[ "$p" != - ]||return
i=0;while [ $i -lt 4 ];do i=$((i+1)) g= h=
for f in "$1".*;do n=${{f#"$1".}};case $n in ''|*[!0-9]*)continue;;esac
if [ "$n" -le "$p" ];then [ -n "$g" ]&&[ "$n" -lt "$g" ]||g=$n;fi
[ -n "$h" ]&&[ "$n" -ge "$h" ]||h=$n
done
[ -n "$h" ]||return
[ -n "$g" ]||p=$h g=$h
{{ n=$(($(wc -c <&4)+g-p))
[ "$n" -gt 0 ]||return
echo "$1 $p $n"
dd bs=65536 iflag=skip_bytes,count_bytes skip=$((p-g)) count=$n <&5 2>/dev/null
p=$((p+n));}} 4<"$1.$g" 5<"$1.$g"
done;}} 2>/dev/null
o=$2 r=$3 d=1;read -r t _ </proc/uptime;t=$((${{t%.*}}+$4))
while :;do
x=1;[ -e end ]||if alive sup||alive pid;then x=;fi
v=$o$r;push out "$o";o=$p;push err "$r";r=$p
[ -f job ]||{{ echo none;break;}}
read -r n _ </proc/uptime
if [ -n "$x" ]||[ "${{n%.*}}" -ge "$t" ];then state . state;break;fi
if [ "$v" != "$o$r" ];then d=1;elif [ $d -lt 4 ];then d=$((d+1));fi
sleep 0.$d 2>/dev/null||sleep 1
done
kill $w 2>/dev/null
exit 0"""
"""Prints `begun` and then the log of the job in the folder $1, stdout from byte $2 on and stderr from $3 (`-` for
nothing of it): lines with a name, a position and a number of bytes, each followed by these. At the end `state` and the
state.

It ends with the job, after $4 seconds, or with anything on its input, also the end of that: so nothing of it stays when
its reader has gone."""

FOLLOW_GROUP: Final = 'setsid "$@";exit'
"""Gives the script a group, by which it can end itself and all it has started. The `exit` keeps the shell above it: in
the shell's place, `setsid` would not wait."""

SIGNAL: Final = f"""{_ALIVE}cd "$1" 2>/dev/null||{{ echo none;exit 0;}}
if [ ! -e end ]&&alive pid&&kill "-$2" "-$p";then echo sent;else echo ended;fi"""
"""Sends the signal $2 to the process group of the job in the folder $1. Of the ways to write that, this is the one that
all three shells take: busybox has no `--`, and dash no group after `-s`."""

REMOVE: Final = f"""{_ALIVE}cd "$1" 2>/dev/null&&[ -f "$2/job" ]||{{ echo none;exit 0;}}
if [ ! -e "$2/end" ]&&{{ alive "$2/sup"||alive "$2/pid";}};then echo runs;exit 0;fi
mv "$2" ".$2"&&rm -rf ".$2"&&echo removed"""
"""Removes the folder of the job $2 in the folder $1, unless it runs."""
