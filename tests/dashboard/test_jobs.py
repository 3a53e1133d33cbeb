"""Jobs in the dashboard: started in the console, listed, followed, ended and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from k8s_sandbox_tui.dashboard.console.pane import Console
from k8s_sandbox_tui.dashboard.jobs.lines import job_line
from k8s_sandbox_tui.dashboard.jobs.screen import JobsScreen
from k8s_sandbox_tui.dashboard.question_screen import QuestionScreen
from k8s_sandbox_tui.provider.errors import SandboxError
from tests.dashboard.scripted import Dashboard, ScriptedSandbox, dashboard, sandbox_info
from tests.dashboard.scripted_jobs import ScriptedJob

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

INFO = sandbox_info(1)


@pytest.fixture
async def shown() -> AsyncIterator[Dashboard]:
    async with dashboard([INFO]) as shown:
        shown.cluster.compute.sandbox.known[INFO.id] = ScriptedSandbox(INFO.id, INFO.uid, info=INFO)
        yield shown


def sandbox(shown: Dashboard) -> ScriptedSandbox:
    return shown.cluster.compute.sandbox.known[INFO.id]


def add(shown: Dashboard, command: str | tuple[str, ...]) -> ScriptedJob:
    jobs = sandbox(shown).jobs.jobs
    jobs.append(ScriptedJob(len(jobs) + 1, command))
    return jobs[-1]


def console(shown: Dashboard) -> Console:
    return shown.app.screen.query_one(Console)


async def listed(shown: Dashboard) -> None:
    await shown.press("b")
    await shown.until(lambda: isinstance(shown.app.screen, JobsScreen) and "Looking" not in shown.text)


async def test_a_command_with_an_ampersand_becomes_a_job_that_its_card_follows_and_ctrl_c_ends(
    shown: Dashboard,
) -> None:
    await shown.press("enter", *"web &", "enter")
    await shown.until(lambda: bool(sandbox(shown).jobs.jobs))
    job = sandbox(shown).jobs.jobs[0]
    assert job.info.command == "web"
    await job.out(b"listening\n")
    await shown.until(lambda: "listening" in shown.text)
    assert "$ web &" in shown.text
    assert "job 000001 goes on when you leave; ^C ends it" in shown.text
    await job.exit(3)
    await shown.until(lambda: "exit 3" in shown.text)
    assert not job.killed
    await shown.press(*"db &", "enter")
    await shown.until(lambda: "job 000002 goes on when you leave" in shown.text)
    await shown.press("ctrl+c")
    await shown.until(lambda: "cancelled" in shown.text)
    assert sandbox(shown).jobs.jobs[1].killed


async def test_two_jobs_are_followed_at_the_same_time(shown: Dashboard) -> None:
    await shown.press("enter", *"web &", "enter", *"db &", "enter")
    await shown.until(lambda: len(sandbox(shown).jobs.jobs) == 2)
    web, db = sandbox(shown).jobs.jobs
    for number in range(2):
        await db.out(b"query %d\n" % number)
        await web.out(b"request %d\n" % number)
    await shown.until(lambda: "request 1" in shown.text and "query 1" in shown.text)
    cards = {card.command: [line.text for line in card.lines()] for card in console(shown).cards}
    assert cards == {"web &": ["request 0", "request 1"], "db &": ["query 0", "query 1"]}
    await db.exit(3)
    await shown.until(lambda: "exit 3" in shown.text)
    await web.out(b"still there\n")
    await shown.until(lambda: "still there" in shown.text)


async def test_a_job_goes_on_when_the_dashboard_ends_and_does_not_hold_it_up() -> None:
    async with dashboard([INFO]) as shown:
        shown.cluster.compute.sandbox.known[INFO.id] = ScriptedSandbox(INFO.id, INFO.uid, info=INFO)
        await shown.press("enter", *"web &", "enter")
        await shown.until(lambda: "goes on when you leave" in shown.text)
        job = sandbox(shown).jobs.jobs[0]
        assert shown.main.what_ends() == ""
    assert job.logs[0].left
    assert not job.killed


async def test_jobs_are_listed_the_newest_first_and_followed_by_click_and_key(shown: Dashboard) -> None:
    first = add(shown, ("python3", "-m", "http.server"))
    second = add(shown, "tail -f \x1b[31mlog")
    await second.out(b"found again\n")
    await listed(shown)
    lines = [line for line in shown.lines if "abcd" in line or ("00000" in line and "running" in line)]
    assert "tail -f" in lines[0]
    assert "python3 -m http.server" in lines[1]
    assert "running" in lines[0]
    await shown.click("python3 -m http.server")
    await shown.until(lambda: [card.job_id for card in console(shown).cards] == [first.info.id])
    shown.table.focus()
    await listed(shown)
    await shown.press("enter")
    await shown.until(lambda: "found again" in shown.text)
    assert console(shown).cards[-1].job_id == second.info.id


async def test_without_jobs_it_says_how_to_start_one_and_what_fails_says_why(shown: Dashboard) -> None:
    await listed(shown)
    assert "A command that ends with & starts one" in shown.text
    await shown.press("escape")
    assert not isinstance(shown.app.screen, JobsScreen)
    sandbox(shown).jobs.fails = SandboxError("The connection ended.")
    await listed(shown)
    assert str(shown.app.screen.query_one("#said", Static).content) == "! The connection ended."
    await shown.press("escape")
    sandbox(shown).jobs.fails = SandboxError("The sandbox has no setsid to start a job with.")
    await shown.press("enter", *"web &", "enter")
    await shown.until(lambda: "no setsid" in shown.text)
    assert "did not start" in shown.text


async def asked(shown: Dashboard, title: str) -> None:
    await shown.until(lambda: isinstance(shown.app.screen, QuestionScreen) and title in shown.text)
    focused = shown.app.screen.focused
    assert focused is not None
    assert focused.id == "no"


async def test_one_is_ended_and_then_removed_after_a_question_each(shown: Dashboard) -> None:
    job = add(shown, "sleep 1; echo \x1b[2Jwrote")
    await listed(shown)
    await shown.press("f8")
    await shown.until(lambda: "It runs: end it first." in shown.text)
    await shown.press("f7")
    await asked(shown, "End job 000001?")
    assert f"In {INFO.name}: sleep 1; echo wrote" in " ".join(shown.text.replace("│", " ").split())
    assert "not saved is lost" in " ".join(shown.text.replace("│", " ").split())
    await shown.press("enter")
    await shown.until(lambda: isinstance(shown.app.screen, JobsScreen))
    assert not job.killed
    await shown.press("f7", "y")
    await shown.until(lambda: "exit 143" in shown.text)
    assert job.killed
    await shown.press("f7")
    await shown.until(lambda: "It has ended already." in shown.text)
    bar = shown.lines[-1]
    await shown.pilot.click(offset=(bar.index("Remove"), len(shown.lines) - 1))
    await asked(shown, "Remove job 000001?")
    assert "Its log and its exit code are deleted" in shown.text
    await shown.press("escape")
    await shown.until(lambda: isinstance(shown.app.screen, JobsScreen))
    assert not job.removed
    await shown.press("f8")
    await asked(shown, "Remove job 000001?")
    await shown.pilot.click("#yes")
    await shown.until(lambda: "No jobs yet." in shown.text)
    assert job.removed


async def test_no_key_that_is_hit_by_mistake_ends_or_removes_a_job(shown: Dashboard) -> None:
    job = add(shown, "web")
    await job.exit(0)
    add(shown, "other")
    await listed(shown)
    await shown.press(*"xdXDK", "delete", "backspace", "ctrl+h", "ctrl+d", "ctrl+k", "ctrl+x", "y", "down")
    await shown.press(*"xdXD", "delete", "backspace", "ctrl+h", "ctrl+d", "ctrl+k", "ctrl+x", "y")
    assert isinstance(shown.app.screen, JobsScreen)
    assert [(job.killed, job.removed) for job in sandbox(shown).jobs.jobs] == [(False, False)] * 2


@pytest.mark.parametrize("width", [30, 80, 200])
def test_a_line_is_harmless_and_fits(width: int) -> None:
    line = job_line(ScriptedJob(1, "echo \x1b[2J\n" + "x" * 300).info, width)
    assert len(line) <= width
    assert line.isprintable()
