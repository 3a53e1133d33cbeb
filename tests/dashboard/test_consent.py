"""Before sandboxes run with nothing to hold them back the user is asked, and Escape starts nothing."""

from __future__ import annotations

from k8s_sandbox_tui.dashboard.consent_screen import ConsentScreen
from k8s_sandbox_tui.provider.errors import SandboxError
from k8s_sandbox_tui.provider.opened import ConsentNeededError
from tests.dashboard.scripted import ScriptedCluster, dashboard, sandbox_info

RISK = "Sandboxes are not isolated on this machine (bubblewrap is not installed)."


class _Answers:
    """What the launcher would remember."""

    def __init__(self, trouble: SandboxError | None = None) -> None:
        self.given = 0
        self._trouble = trouble

    def agree(self) -> None:
        if self._trouble is not None:
            raise self._trouble
        self.given += 1

    def cluster(self, times: int) -> ScriptedCluster:
        """A cluster that needs the user's consent so many times."""
        error = ConsentNeededError(RISK, self.agree, hint="Run: local up --allow-plain-processes")
        return ScriptedCluster(failures=[error] * times)


async def test_escape_starts_nothing_and_r_asks_again() -> None:
    answers = _Answers()
    async with dashboard(cluster=answers.cluster(2)) as shown:
        await shown.until(lambda: isinstance(shown.app.screen, ConsentScreen))
        await shown.until(lambda: RISK in " ".join(shown.text.split()).replace("│ ", "").replace(" │", ""))
        await shown.press("escape")
        await shown.until(lambda: "The cluster cannot be opened." in shown.text)
        assert "Run: local up --allow-plain-processes" in shown.text
        await shown.press("r")
        await shown.until(lambda: isinstance(shown.app.screen, ConsentScreen))
        # Enter is the harmless answer.
        await shown.press("enter")
        await shown.until(lambda: "The cluster cannot be opened." in shown.text)
    assert answers.given == 0


async def test_yes_is_remembered_and_opens_the_cluster() -> None:
    answers = _Answers()
    cluster = answers.cluster(1)
    async with dashboard(cluster=cluster) as shown:
        await shown.until(lambda: isinstance(shown.app.screen, ConsentScreen))
        await shown.press("y")
        await shown.until(lambda: "kind-test" in shown.lines[0])
        await shown.put_rows([sandbox_info(1)])
        assert shown.names == ["1"]
    assert (answers.given, cluster.attempts) == (1, 2)


async def test_an_answer_that_cannot_be_written_down_is_told() -> None:
    answers = _Answers(SandboxError("The folder is full.", hint="Make room."))
    async with dashboard(cluster=answers.cluster(1)) as shown:
        await shown.until(lambda: isinstance(shown.app.screen, ConsentScreen))
        await shown.press("y")
        await shown.until(lambda: "The folder is full." in shown.text)
