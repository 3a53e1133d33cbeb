"""The process that copies its standard input with pyperclip: exit code 0 only where the text is on the clipboard.

pyperclip ignores the exit codes of xclip, xsel and wl-copy, so a copy to a display that is
gone looks like a success; reading back tells.
"""

from __future__ import annotations

import platform
import sys

import pyperclip


def main() -> int:
    """Copy standard input; 0 on success, 1 where no clipboard took it."""
    text = sys.stdin.buffer.read().decode("utf-8")
    try:
        pyperclip.copy(text)
        # Windows reports its own errors, and reading back through PowerShell (WSL) takes a second.
        if platform.system() == "Windows" or "microsoft" in platform.release().lower():
            return 0
        return 0 if pyperclip.paste() == text else 1
    except (pyperclip.PyperclipException, OSError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
