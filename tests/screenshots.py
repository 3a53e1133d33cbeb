"""Makes screenshots/ from the running product: `python -m tests.screenshots`.

The dashboard runs over a local cluster of its own with real sandboxes in it. Every picture is an SVG by Textual's
export; where `rsvg-convert` is installed, a PNG is made of the one that the README shows. Sizes, theme, names and
keys are fixed; uids, ages and durations are what they are.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.local_cluster import control
from k8s_sandbox_tui.provider import k8s
from k8s_sandbox_tui.provider.labels import MANAGED_LABEL, MANAGED_VALUE, METADATA_PREFIX, RUNTIME_LABEL
from k8s_sandbox_tui.provider.opened import ClusterWish, OpenCluster, OpenedCluster
from tests.contract.cluster_client import api_client

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.pilot import Pilot

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject
    from k8s_sandbox_tui.provider import Compute
    from k8s_sandbox_tui.provider.jobs.job import Job
    from k8s_sandbox_tui.provider.models import Runtime

FOLDER: Final = Path(__file__).parents[1] / "screenshots"
DEADLINE: Final = 30.0
IN_README: Final = "main"
PNG_ZOOM: Final = "1.25"

SANDBOXES: Final[Sequence[tuple[str, Runtime, dict[str, str]]]] = (
    ("evals-nightly", "python", {"owner": "ci", "suite": "regression"}),
    ("preview-web", "node", {"owner": "ben", "branch": "new-checkout"}),
    ("build-4711", "node", {"owner": "ci", "branch": "main"}),
    ("notebook-7", "python", {"owner": "ben"}),
    ("review-bot", "python", {"owner": "ann", "pull": "318"}),
    ("scratch", "node", {"owner": "cleo"}),
    ("agent-browser", "node", {"owner": "ann", "task": "read the news"}),
    ("agent-planner", "python", {"owner": "ann", "task": "plan the trip"}),
)

TROUBLED: Final[Sequence[tuple[str, Runtime, str, Sequence[str], Mapping[str, str]]]] = (
    ("agent-reader", "python", "python:3.11-slim", ("sh", "-c", "exit 3"), {}),
    ("train-large", "python", "python:3.11-slim", (), {"cpu": "64"}),
    ("preview-docs", "node", "registry.example/docs:latest", (), {}),
)
"""Such as do not run: name, runtime, image, command and requests."""

FIRST_COMMAND: Final = "python3 -c 'print(6 * 7)'"
SECOND_COMMAND: Final = "for i in 1 2 3; do echo step $i of 3; done; echo no such dataset >&2; exit 3"

JOB: Final = "for i in 1 2 3 4 5 6 7 8 9; do echo request $i; sleep 0.5; done &"

LOADS: Final[Mapping[str, str]] = {
    "evals-nightly": "python3 -c 'held = bytearray(300 << 20)\nwhile True: pass'",
    "notebook-7": "python3 -c 'import time; held = bytearray(700 << 20); time.sleep(600)'",
    "build-4711": "while true; do sleep 0.02; done",
}
"""What some of them are at, for the picture of what they use."""

_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


class Studio:
    """One run of the dashboard, driven by keys; a picture is taken when the screen shows what it is about."""

    def __init__(self, app: DashboardApp, pilot: Pilot[None]) -> None:
        self._app = app
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        """Presses keys by Textual's names."""
        await self._pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Types text."""
        await self._pilot.press(*text)

    async def shows(self, *texts: str) -> None:
        """Waits until the screen shows all of the texts, each in one style."""
        end = time.monotonic() + DEADLINE
        while not all(text in self._text() for text in texts):
            if time.monotonic() > end:
                raise TimeoutError(f"the screen never showed {texts}; it shows:\n{self._text()}")
            await self._pilot.pause(0.05)

    def light(self) -> None:
        """Turns to the light theme."""
        self._app.theme = "sandbox-light"

    async def take(self, name: str) -> None:
        """Saves the screen as a picture, once it has come to rest."""
        await self._pilot.pause()
        # Without the attribute, rsvg-convert drops blanks at the start of a run of text.
        picture = self._app.export_screenshot().replace("<svg ", '<svg xml:space="preserve" ', 1)
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")
        print(f"screenshots/{name}.svg")

    def _text(self) -> str:
        runs = _TEXT.findall(self._app.export_screenshot())
        return html.unescape("\n".join(runs)).replace("\xa0", " ")


async def run_commands(studio: Studio) -> None:
    """The table with a console that has run two commands."""
    await studio.shows("agent-planner", "evals-nightly")
    await studio.press("enter")
    await studio.write(FIRST_COMMAND)
    await studio.press("enter")
    await studio.shows("42", "exit 0")
    await studio.write(SECOND_COMMAND)
    await studio.press("enter")
    await studio.shows("step 3 of 3", "exit 3")


async def at_120x40(studio: Studio) -> None:
    """The pictures at a comfortable size."""
    await run_commands(studio)
    await studio.press("escape")
    await studio.take("main")
    await studio.press("f8")
    await studio.shows("Destroy this sandbox?")
    await studio.take("destroy")
    await studio.press("escape")
    await studio.press("question_mark")
    await studio.shows("Create a sandbox.")
    await studio.take("help")
    await studio.press("escape")
    await studio.press("i")
    await studio.shows("Summary", "Container")
    await studio.take("inside")
    await studio.press("escape")
    await studio.press("enter")
    await studio.write(JOB)
    await studio.press("enter")
    await studio.shows("request 2")
    await studio.press("escape", "b")
    await studio.shows("running", "Follow")
    await studio.take("jobs")
    await studio.press("escape")
    await studio.press("f")
    await studio.shows("Port forwards")
    await studio.press("enter")
    await studio.shows("0 open, 0 in all, 0B sent, 0B received")
    await studio.take("forwards")
    await studio.press("escape")
    await studio.press("u")
    await studio.shows("Port")
    await studio.take("url")
    await studio.press("escape")
    await studio.press("c")
    await studio.shows("Runtime")
    await studio.press("right", "tab")
    await studio.write("python:3.13-slim")
    await studio.take("create")
    await studio.press("escape")
    await studio.press("slash")
    await studio.write("meta.owner:ann age<1h")
    await studio.shows("agent-planner")
    studio.light()
    await studio.take("filter-light")


async def what_they_use(studio: Studio) -> None:
    """CPU and memory as columns, moved before the image."""
    await studio.shows("agent-planner", "evals-nightly")
    await studio.press("o")
    await studio.shows("Columns", "CPU")
    await studio.press(*["down"] * 8, "space", *["left_square_bracket"] * 3)
    await studio.press(*["down"] * 4, "space", *["left_square_bracket"] * 3)
    await studio.shows("■■■")
    await studio.take("columns")
    await studio.press("escape")


async def at_80x24(studio: Studio) -> None:
    """The smallest size at which everything is there."""
    await studio.shows("agent-planner", "evals-nightly")
    await studio.take("main-80x24")
    await studio.press("c")
    await studio.shows("Runtime")
    await studio.take("create-80x24")
    await studio.press("escape")


async def at_200x60(studio: Studio) -> None:
    """The console beside the table."""
    await run_commands(studio)
    await studio.take("console-200x60")


async def photograph(
    open_cluster: OpenCluster,
    columns: int,
    rows: int,
    scene: Callable[[Studio], Awaitable[None]],
) -> None:
    """Runs the dashboard at a size and plays a scene in it."""
    app = DashboardApp(open_cluster)
    async with app.run_test(size=(columns, rows)) as pilot:
        await scene(Studio(app, pilot))


async def add_troubled(status: LocalClusterStatus) -> None:
    """Makes Pods that the provider would give up and take away again."""
    async with api_client(status.kubeconfig) as client:
        for name, runtime, image, command, requests in TROUBLED:
            container: JsonObject = {"name": "sandbox", "image": image, "resources": {"requests": {**requests}}}
            if command:
                container["command"] = [*command]
            labels: JsonObject = {MANAGED_LABEL: MANAGED_VALUE, RUNTIME_LABEL: runtime}
            metadata: JsonObject = {"name": name, "labels": labels, "annotations": {f"{METADATA_PREFIX}owner": "dan"}}
            pod: JsonObject = {"metadata": metadata, "spec": {"restartPolicy": "Never", "containers": [container]}}
            await client.request("POST", "/api/v1/namespaces/default/pods", pod)


async def make() -> None:
    """Starts the cluster, fills it and takes all pictures."""
    status = control.up()

    def compute() -> Compute:
        return k8s(
            kube_config_path=str(status.kubeconfig),
            url_template="https://{service}-{port}.{namespace}.sandboxes.example",
        )

    async def open_cluster(wish: ClusterWish | None = None, /) -> OpenedCluster:
        opened = compute()
        return OpenedCluster(
            compute=opened,
            cluster=await opened.connect(),
            local=True,
            isolation=status.isolation,
            limits=status.limits,
            network=status.network,
            warning=status.warning,
        )

    await add_troubled(status)
    loads: list[Job] = []
    async with compute() as filling:
        for name, runtime, metadata in SANDBOXES:
            sandbox = await filling.sandbox.create(name=name, runtime=runtime, metadata=metadata)
            if name in LOADS:
                loads.append(await sandbox.jobs.start(LOADS[name]))
        await photograph(open_cluster, 120, 40, what_they_use)
        for load in loads:
            await load.kill()
    await photograph(open_cluster, 120, 40, at_120x40)
    await photograph(open_cluster, 80, 24, at_80x24)
    await photograph(open_cluster, 200, 60, at_200x60)


def convert() -> None:
    """Makes a PNG of the README's picture, where the program for it is installed."""
    program = shutil.which("rsvg-convert")
    if program is None:
        print("No PNG: rsvg-convert is not installed (Debian: librsvg2-bin).", file=sys.stderr)
        return
    picture = FOLDER / IN_README
    subprocess.run(
        [program, "--zoom", PNG_ZOOM, "-o", picture.with_suffix(".png"), picture.with_suffix(".svg")], check=True
    )


def main() -> None:
    """Makes all pictures anew, away from the user's own clusters and files."""
    with tempfile.TemporaryDirectory(prefix="sbx-", ignore_cleanup_errors=True) as folder:
        os.environ["HOME"] = folder
        os.environ["K8S_SANDBOX_TUI_STATE"] = str(Path(folder) / "state")
        os.environ.pop("KUBECONFIG_B64", None)
        try:
            asyncio.run(make())
        finally:
            control.down()
    convert()


if __name__ == "__main__":
    main()
