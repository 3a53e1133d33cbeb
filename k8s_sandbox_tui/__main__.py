"""The entry of `python -m k8s_sandbox_tui` and of the console script."""

from __future__ import annotations

import sys

from k8s_sandbox_tui.launcher.main import launch


def main() -> int:
    """Runs the command line of this process and returns its exit code."""
    return launch(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
