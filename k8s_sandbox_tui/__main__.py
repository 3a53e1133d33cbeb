"""The entry of `python -m k8s_sandbox_tui` and of the console script."""

from __future__ import annotations

import gc
import sys

from k8s_sandbox_tui.launcher.main import launch


def main() -> int:
    """Runs the command line of this process and returns its exit code."""
    # Nothing that a start makes is garbage, and to look for it takes a tenth of the time. Dashboard and commands turn
    # that on again once they have started.
    gc.disable()
    code = launch(sys.argv[1:])
    # Nor is anything looked for at the end, where that took most of the time that leaving took.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
