"""Python programs that say `up` and wait for a signal.

Shells that are about to start a program can lose one. So can Python, whose handler only notes it, when it comes between
the last look and a sleep: for the whole sleep, which is short here.
"""

UNTIL_SIGNAL = "import time; print('up', flush=True)\nwhile True: time.sleep(0.01)"
"""Ends as Python does."""
EXIT_42_ON_INTERRUPT = (
    "import time\ntry:\n print('up', flush=True)\n while True: time.sleep(0.01)\nexcept KeyboardInterrupt: exit(42)"
)
