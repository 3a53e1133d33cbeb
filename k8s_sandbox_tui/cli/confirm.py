"""A question on the terminal that is answered by yes or no."""

from __future__ import annotations

from k8s_sandbox_tui.cli import output


async def confirmed(question: str) -> bool:
    """Asks it on standard error and reads one answer; all but y and yes are no."""
    from k8s_sandbox_tui.cli.standard_input import StandardInput

    output.ask(question)
    answer = await anext(StandardInput().chunks(), b"")
    return answer.strip().lower() in {b"y", b"yes"}
