"""The shell scripts behind a sync; the rules are those of `scripts.py`. Names come in frames, a NUL behind each."""

from __future__ import annotations

from typing import Final

from k8s_sandbox_tui.provider.files.entries import RECORD
from k8s_sandbox_tui.provider.files.transfer_scripts import COPY, VERDICT

_ENTER: Final = """here "$1"||lost "$1" 71
[ -d "$1" ]||exit 73
[ -r "$1" ]&&cd "$1"||exit 74
"""

LIST: Final = f"""{_ENTER}find . -mindepth 1 -exec stat -c '{RECORD}' {{}} +||
find . -mindepth 1 -type d -exec sh -c 'for d;do [ -r "$d" ]&&[ -x "$d" ]||echo "!$d//";done' sh {{}} +
echo end//
"""
"""Lists a directory with all that is below it; then, behind a `!`, the directories that may not be read. What vanishes
while it is listed is left out, which `find` and `stat` complain of too."""

DIGEST: Final = f"""{_ENTER}feed|xargs -0 sh -c 'if [ "$0" ];then sha256sum "$@"
else for f;do if [ -L "$f" ];then readlink -n "$f";else cat "$f";fi|sha256sum;done;fi' "$2"
read -r z&&echo end//
"""
"""Prints the SHA-256 of files, many at once; without $2 one by one, in their order, of symbolic links that of what they
name."""

REMOVE: Final = f"""{_ENTER}feed|xargs -0 rm -rf||exit 79
read -r z&&echo end//
"""
"""Removes entries with all that is in them."""

FETCH_SOME: Final = f"""{_ENTER}exec 9>&1
{COPY}file=
echo "d $3 $4"
o=$(exec 5>&1;{{ feed|xargs -0 tar cf -||echo "!1" >&5;}}|copy|cksum)
{VERDICT}"""
"""Prints what `FETCH` prints of a directory, but with just the named entries; $3 files of $4 bytes."""
