"""Derives the synchronous face from the asynchronous one: `python -m k8s_sandbox_tui.provider.derive_sync`.

It reads the public classes as source, and writes for each a class of the same name with the same members, which runs
the coroutines on a thread with an event loop. Nothing is written twice by hand, and type checkers see plain classes.
What it does not know how to derive is an error, not a guess.
"""
