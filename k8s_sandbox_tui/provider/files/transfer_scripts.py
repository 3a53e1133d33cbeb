"""The shell scripts behind transfers of files and trees; the rules are those of `scripts.py`."""

from __future__ import annotations

from typing import Final

from k8s_sandbox_tui.provider.files.scripts import BODY, END_GUARDED, GUARDED

BEHIND: Final = len(" 4294967295 000")
"""Characters behind the end mark of `FETCH`: the checksum of the content, and the exit code of `tar`."""

COPY: Final = """copy(){ tee /proc/self/fd/6 6>&1 >&9||echo "!" >&5;}
"""
"""Prints stdin, and passes it on to what sums it up."""

VERDICT: Final = """r=0 n='
'
case $o in *!*)r=${o#*!};r=${r%%[!0-9]*};o=${o##*"$n"};esac
[ -z "$file" ]||[ "$r" = 0 ]||exit 79
[ "$o" ]||exit 127
printf '%s %10s %03d' "$2" "${o%% *}" "$r"
"""
"""Prints the end mark $2, and what `BEHIND` says; of a single file, where $file is set, a failure is one. Without
`cksum` there is no checksum."""

FETCH: Final = (
    """file=
here "$1"||lost "$1" 71
[ -e "$1" ]||exit 71
[ -r "$1" ]||exit 74
exec 9>&1
"""
    + COPY
    + """if [ -d "$1" ];then
[ -x "$1" ]&&cd "$1"||exit 74
echo "d $(find . -type f -exec stat -c %s {} +|{ n=0 s=0;while read -r z;do n=$((n+1)) s=$((s+z));done;echo $n $s;})"
o=$(exec 5>&1;{ tar cf - .||echo "!$?" >&5;}|copy|cksum)
else
file=1
exec 3<"$1" 4<"$1"
h=$(stat -L -c '%s %f %Y' /proc/self/fd/3)||exit 79
s=${h%% *}
echo "f $h"
if [ -f "$1" ]&&[ "$s" -gt 0 ];then
part(){ [ $s -lt 1048576 ]||dd bs=1048576 count=$((s/1048576)) status=none||return
[ $((s%1048576)) = 0 ]||dd bs=$((s%1048576)) count=1 iflag=fullblock status=none;}
part <&3 >&9&
o=$(part <&4|cksum)
wait $!||exit 79
else o=$(exec 5>&1;{ cat <&3||echo "!1" >&5;}|copy|cksum);fi
fi
"""
    + VERDICT
)
"""Prints what there is at $1: a line that says so, then a file's content or a directory's tar archive, then $2, an end
mark without which it was cut short, and what `BEHIND` says.

`f SIZE MODE TIME`: of a file that grows, what was there at the beginning. It is read twice at the same time, as that
costs less than to copy it to `cksum`. What does not say its size (/proc, a pipe) is read once. `d FILES BYTES`: a
directory."""

UNPACK: Final = f"""p=$1
case $p in /*);;*)p=$PWD/$p;esac
if [ -d "$p" ];then
[ -w "$p" ]||exit 74
t=$p/.computesdk-$2
else
! here "$p"||exit 73
[ -z "$3" ]||mkdir -p "${{p%/*}}/"||lost "$p" 79
here "${{p%/*}}/"||lost "$p" 71
t=${{p%/*}}/.computesdk-$2
fi
{GUARDED}mkdir "$t"||lost "$1" 79
{BODY}o=$(exec 5>&1
{{ {{ feed||echo "!$?" >&5;}}|{{ tee /proc/self/fd/6||echo "!$?" >&5;}}|{{ tar xof - -C "$t" >&2||echo "!79" >&5;}}
}} 6>&1|cksum)||exit
case $o in *!*)dd if=/dev/zero of="$t/.computesdk" bs=65536 count=1 status=none;o=${{o#*!}};exit "${{o%%[!0-9]*}}";esac
read -r z h&&[ "${{o%% *}}" = "$h" ]||exit 78
"""
"""Takes frames with a tar archive and unpacks it: beside the target, or in it where it is a directory already."""

PLACE: Final = f"""fits(){{
local f n
for f in "$t$1"/* "$t$1"/.[!.]* "$t$1"/..?*;do
here "$f"||continue
n=$1/${{f##*/}}
if [ -L "$f" ]||[ ! -d "$f" ];then [ -L "$p$n" ]||[ ! -d "$p$n" ]||{{ printf %s "$n";exit 72;}}
elif [ -d "$p$n" ];then fits "$n"
elif here "$p$n";then printf %s "$n";exit 73;fi
done;}}
place(){{
local d f n
d=$1
set --
for f in "$t$d"/* "$t$d"/.[!.]* "$t$d"/..?*;do
here "$f"||continue
n=$d/${{f##*/}}
if [ ! -L "$f" ]&&[ -d "$f" ]&&[ -d "$p$n" ];then place "$n"
else
set -- "$@" "$f"
[ $# -lt 100 ]||{{ mv -f "$@" "$p$d/"||exit 79;set --;}}
fi
done
[ $# = 0 ]||mv -f "$@" "$p$d/"||exit 79;}}
if [ -d "$p" ];then fits "";place "";else mv -f "$t" "$p"||exit 79;fi
{END_GUARDED}"""
"""Gives what was unpacked its names, after a look whether it all fits: a directory that is there is added to, a file
takes the place of a file, and what would be neither is named on stdout before anything is changed."""
