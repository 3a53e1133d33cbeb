"""The shell scripts behind the simple operations on files. They run on dash with GNU tools and on busybox.

Paths are positional parameters that begin with `/` or `./`; nothing is ever pasted into a script. Each script ends with
an exit code of `faults.py`. Input comes in frames: a line with a length, so many bytes, and again; 0 ends them. So a
connection that breaks cannot look like the end of the content, and v4, which cannot end the input, works as v5 does.
"""

from __future__ import annotations

from typing import Final

from k8s_sandbox_tui.provider.files.entries import RECORD

PRELUDE: Final = """export LC_ALL=C
here(){ [ -e "$1" ]||[ -L "$1" ];}
lost(){ p=$1
while d=${p%/*}&&[ "${d:=/}" != "$p" ];do
if here "$d";then [ -d "$d" ]||exit 73;[ -x "$d" ]||exit 74;[ $2 = 71 ]||[ -w "$d" ]||exit 74;exit $2;fi
p=$d
done;exit $2;}
"""
"""`here`: whether there is an entry, be it a symbolic link to nothing. `lost PATH CODE`: ends with the reason why there
is none, which the nearest directory that there is tells; with CODE where that one is all right."""

FRAMES: Final = """take(){ [ "$1" -lt 65536 ]||dd bs=65536 count=$(($1/65536)) iflag=fullblock status=none||return
[ $(($1%65536)) = 0 ]||dd bs=$(($1%65536)) count=1 iflag=fullblock status=none;}
feed(){ while IFS= read -r n&&[ "$n" != 0 ];do take "$n"||return;done
[ "$n" = 0 ]||return 78;}
"""
"""Takes frames from stdin and writes their content to stdout. `dd` reads not a byte more than it is told; `head -c` of
busybox does. It takes as much at a time as a pipe holds, so that who writes to it and who reads from it go on."""

GUARDED: Final = """undo(){ trap "" HUP INT TERM;kill -9 $! 2>/dev/null;rm -rf "$t";}
trap undo EXIT
trap 'undo;exit 143' HUP INT TERM
"""
BODY: Final = """exec 3<&0
("""
END_GUARDED: Final = """exit
)<&3 3<&-&
wait $!
r=$?
undo(){ trap "" HUP INT TERM;rm -rf "$t";}
exit $r
"""
"""Around what has a temporary file or directory, $t, which is removed whatever happens. A shell answers a signal only
when its foreground command has ended, which may have begun after the signal was sent, and so would hold that up until
the KILL. `wait` answers at once. What is made by name is made before `BODY`: there, nothing can come late and make it
anew. A second signal may come before the first one's answer has begun to ignore it, and its `exit` would leave that
answer undone: so each answer removes by itself."""

READ: Final = """here "$1"||lost "$1" 71
[ ! -d "$1" ]||exit 72
[ -e "$1" ]||exit 71
[ -r "$1" ]||exit 74
s=$(stat -L -c %s "$1")||exit 79
[ -z "$2" ]||[ "$s" -le "$2" ]||exit 77
cat "$1"||exit 79
printf %s "$3"
"""
"""Prints a file; $2: the most bytes that are wanted; $3: an end mark, without which the output was cut short."""

STAT: Final = f"""here "$1"||lost "$1" 71
[ "$2" != -L ]||[ -e "$1" ]||exit 71
stat $2 -c '{RECORD}' "$1"||exit 79
echo end//
"""

READDIR: Final = f"""[ -d "$1" ]||{{ ! here "$1"||exit 73;lost "$1" 71;}}
[ -r "$1" ]&&[ -x "$1" ]||exit 74
cd "$1"||exit 79
find . -mindepth 1 -maxdepth 1 -exec stat -c '{RECORD}' {{}} +
echo end//
"""
"""Lists a directory. What vanishes while it is listed is left out, which `find` and `stat` complain of."""

NAMES: Final = """[ -z "$4" ]||{ [ -n "$HOME" ]&&cd "$HOME";}||exit 71
[ -d "$1" ]||{ ! here "$1"||exit 73;lost "$1" 71;}
[ -r "$1" ]&&[ -x "$1" ]||exit 74
cd -P "$1"||exit 79
n=0
for e in "$2"*;do
here "$e"||continue
case $e in .|..)continue;;esac
[ $((n+=1)) -le "$3" ]||{ echo more//;break;}
if [ -d "$e" ];then printf '%s/d\\n' "$e";else printf '%s/f\\n' "$e";fi
done
echo end//
"""
"""Prints the names in a directory that begin with $2, at most $3, with no process for each; hidden ones only where $2
begins with a dot, as the shell has it. $4: the directory is in the home directory."""

EXISTS: Final = """here "$1"||exit 71"""

MKDIR: Final = """mkdir -p "$1"&&exit
[ -d "$1" ]||! here "$1"||exit 76
lost "$1" 79
"""

REMOVE: Final = """here "$1"||lost "$1" 71
rm -rf "$1"
here "$1"||exit 0
[ -w "${1%/*}/" ]||exit 74
ls -R "$1/" >/dev/null
exit 79
"""
"""Busybox's rm says nothing of a directory that it cannot read; ls does."""

_ONTO: Final = """here "$1"||lost "$1" 71
echo 2
if here "$2";then
{ [ -L "$1" ]||[ ! -d "$1" ];}||exit 76
[ ! -d "$2" ]||exit 72
else here "${2%/*}/"||lost "$2" 71
fi
[ -w "${2%/*}/" ]||lost "$2" 79
"""
"""What may take the place of what: as rename(2) a file that of a file, and nothing goes into a directory that is there.
After the 2 that is printed, failures are about the second path."""

MOVE: Final = f"""{_ONTO}[ -w "${{1%/*}}/" ]||{{ echo 1;exit 74;}}
mv -f "$1" "$2"||exit 79
"""

COPY: Final = f"""{_ONTO}[ -L "$1" ]||[ -r "$1" ]||{{ echo 1;exit 74;}}
t=${{2%/*}}/.computesdk-$3
{GUARDED}{BODY}cp -a "$1" "$t"||{{ [ ! -d "$1" ]||ls -R "$1/" >/dev/null;exit 79;}}
mv -f "$t" "$2"||exit 79
{END_GUARDED}"""
"""Copies beside the target and then gives the copy its name; $3 makes the temporary name unique. Of a directory that it
cannot read busybox's cp says nothing either."""

STORE: Final = f"""p=$1
[ ! -d "$p" ]||exit 72
[ -z "$4" ]||mkdir -p "${{p%/*}}/"||lost "$p" 79
if [ -L "$p" ];then
p=$(readlink -f "$p";echo .);p=${{p%??}}
[ -n "$p" ]||exit 71
fi
d=${{p%/*}}/
if [ -e "$p" ];then
[ -w "$p" ]||exit 74
[ -f "$p" ]||{{ feed >"$p";exit;}}
fi
t=$d.computesdk-$2 i=
{GUARDED}make(){{ (set -C;: >"$t");}}
make||{{ [ -f "$p" ]&&t=/tmp/.computesdk-$2&&i=1&&make;}}||{{ here "$d"||lost "$p" 71;lost "$p" 79;}}
exec 7>"$t"
{BODY}more(){{ dd if=/dev/zero bs=65536 count=1 status=none >&7;}}
"""
"""Where the content goes: $1 is the path, $2 makes the temporary name unique, $4 is for making directories on the way.

A symbolic link is written through. What is no regular file (a device, a pipe) gets the content as it comes. Where only
the file can be written and not its directory, the temporary file is in /tmp and the file is filled in place.

`more`: where `tee` of busybox has failed without a reason, another write fails for the same one, and tells it."""

TAKE: Final = """feed >&7||exit
"""

TAKE_SUMMED: Final = """exec 6<"$t"
o=$(exec 5>&1
{ while IFS= read -r n&&[ "$n" != 0 ];do take "$n" >&7||{ echo "!$?" >&5;exit;};echo "$n";done
[ "$n" = 0 ]||echo "!78" >&5;}|{ while read -r n;do take "$n" <&6||echo "!$?" >&5;done;}|cksum)||exit
case $o in *!*)o=${o#*!};exit "${o%%[!0-9]*}";esac
"""
"""The same with a checksum, made while the content arrives: each frame is read again from the file, where it still is
in memory. A `tee` on the way took twice the time."""

VERIFY: Final = """read -r z h&&[ "$(stat -c %s "$t")" = "$z" ]||{ more;exit 78;}
"""
VERIFY_SUMMED: Final = f"""{VERIFY}[ "${{o%% *}}" = "$h" ]||exit 78
"""
"""After the frames come the size and the checksum that they are to have."""

REPLACE: Final = f"""if [ -f "$p" ];then
chown "$(stat -c %u:%g "$p")" "$t" 2>/dev/null
chmod "$(stat -c %a "$p")" "$t"
fi
[ -z "$3" ]||chmod "$3" "$t"||exit 79
[ -z "$5" ]||touch -d "@$5" "$t"
{{ [ -z "$i" ]&&mv -f "$t" "$p";}}||{{ [ -f "$p" ]&&cat "$t" >"$p";}}||exit 79
{END_GUARDED}"""
"""Gives the content its name. A file that was there passes on its owner and mode; $3 is another mode, $5 another time,
or empty. A file that is a mount of its own (/etc/hosts) cannot be replaced, and is filled."""

EXTEND: Final = f"""if [ ! -f "$p" ];then mv -f "$t" "$p"||exit 79;exit;fi
s=$(stat -c %s "$p")||exit 79
cat "$t" >>"$p"||{{ dd if=/dev/null of="$p" bs=1 seek="$s" status=none;exit 79;}}
{END_GUARDED}"""
"""Adds the content at the end; where there is no room for all of it, the file is cut back to what it was."""
