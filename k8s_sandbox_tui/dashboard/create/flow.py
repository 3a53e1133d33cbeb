"""From the form to running sandboxes: ask, create, show the progress, and ask again where it failed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from k8s_sandbox_tui.dashboard.create.creator import CreatedSandbox
from k8s_sandbox_tui.dashboard.create.many import failure_summary
from k8s_sandbox_tui.dashboard.create.many_screen import ManyScreen
from k8s_sandbox_tui.dashboard.create.progress import ProgressAnswer, ProgressScreen, failure_text
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from k8s_sandbox_tui.dashboard.create.creator import SandboxCreator
    from k8s_sandbox_tui.dashboard.create.form import CreateDefaults, CreateRequest, FormValues
    from k8s_sandbox_tui.dashboard.create.like import Likeness
    from k8s_sandbox_tui.dashboard.create.presets import Presets
    from k8s_sandbox_tui.dashboard.screen_host import ScreenHost
    from k8s_sandbox_tui.provider.models import CreateProgress

AT_ONCE = 10
"""Creates that are under way at the same time, of many: API servers bound what one client may ask for."""

SandboxT = TypeVar("SandboxT", bound=CreatedSandbox)


class CreateFlow(Generic[SandboxT]):
    """Creates sandboxes for a person; keeps what was typed until it has led to one.

    One instance serves the app for as long as the cluster stays the same. `run` may go on
    several times at once: a create that was sent to the background does not block a new one.
    """

    def __init__(
        self,
        app: ScreenHost,
        creator: SandboxCreator[SandboxT],
        defaults: CreateDefaults,
        presets: Presets | None = None,
    ) -> None:
        self._app = app
        self._creator = creator
        self.defaults = defaults
        """What an empty form stands for."""
        self._presets = presets
        self._draft: FormValues | None = None
        self._kept = "What you typed before is still here."
        self._failure = ""

    async def run(self, like: Likeness | None = None) -> SandboxT | None:
        """Open the form and see its sandboxes through.

        Has to run in a worker. Errors of the provider are shown, not raised. Cancelling the
        worker cancels the creates, too.

        Args:
            like: What to fill the form with; None for what was typed the last time and has led to nothing.

        Returns:
            The last one that runs; None where it was cancelled or failed.
        """
        draft, kept = self._draft, self._kept
        if like is not None:
            draft = like.values
            kept = f"Not taken over: {', '.join(like.left_out)}." if like.left_out else "All of it is taken over."
        while True:
            form = CreateScreen(self.defaults, draft, failure=self._failure, kept=kept, presets=self._presets)
            answer = await self._app.push_screen_wait(form)
            self._failure = ""
            self._draft = draft = None if answer.values.is_empty else answer.values
            kept = self._kept
            if not answer.requests:
                return None
            view, tasks = self._start(answer.requests)
            try:
                wish = await self._follow(view, tasks)
            finally:
                for task in tasks:
                    task.cancel()
            if wish is not ProgressAnswer.EDIT:
                return self._conclude(tasks, view, answer.values, unseen=wish is ProgressAnswer.BACKGROUND)
            self._failure = _failure_of(tasks, view)
            left = sum(_created(task) is None for task in tasks)
            self._draft = draft = replace(answer.values, copies=str(left) if left > 1 else "")

    def _start(self, requests: Sequence[CreateRequest]) -> tuple[ProgressScreen, list[asyncio.Task[SandboxT]]]:
        """Begin to create, and the view that is told of it."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def send(request: CreateRequest, on_progress: Callable[[CreateProgress], None]) -> SandboxT:
            async with turn:
                return await self._send(request, on_progress)

        titles = [_title(request, self.defaults) for request in requests]
        if len(requests) == 1:
            view = ProgressScreen(titles[0])
            task = asyncio.create_task(send(requests[0], view.advance), name="create a sandbox")
            task.add_done_callback(lambda _: view.settle(_error_of(task)))
            tasks = [task]
        else:
            view = many = ManyScreen(titles)
            tasks = [
                asyncio.create_task(send(request, partial(many.advance_one, index)), name="create a sandbox")
                for index, request in enumerate(requests)
            ]
            for index, task in enumerate(tasks):
                task.add_done_callback(partial(_settle, many, index))

        def cancel() -> None:
            for task in tasks:
                task.cancel()

        view.on_cancel = cancel
        return view, tasks

    async def _send(self, request: CreateRequest, on_progress: Callable[[CreateProgress], None]) -> SandboxT:
        return await self._creator.create(
            envs=request.envs,
            metadata=request.metadata,
            runtime=request.runtime,
            image=request.image,
            name=request.name,
            namespace=request.namespace or self.defaults.namespace,
            requests=request.requests,
            limits=request.limits,
            lifetime=request.lifetime,
            security_profile=request.security_profile,
            on_progress=on_progress,
        )

    async def _follow(self, view: ProgressScreen, tasks: Sequence[asyncio.Task[SandboxT]]) -> ProgressAnswer:
        """Show the creates until their view is left, then wait for their end."""
        wish = await self._app.push_screen_wait(view)
        await asyncio.wait(tasks)
        return wish

    def _conclude(
        self,
        tasks: Sequence[asyncio.Task[SandboxT]],
        view: ProgressScreen,
        values: FormValues,
        *,
        unseen: bool,
    ) -> SandboxT | None:
        """Say how it ended where that is not on the screen already."""
        created = [sandbox for task in tasks if (sandbox := _created(task)) is not None]
        failed = any(_error_of(task) is not None for task in tasks)
        if created:
            self._app.notify(_running(created), markup=False)
        elif not failed:
            self._app.notify("Cancelled; what was typed is kept.", markup=False)
        if failed and unseen:
            self._failure = _failure_of(tasks, view)
            message = f"{self._failure}\nWhat was typed is kept: create again to change it."
            self._app.notify(message, title="Not created", severity="error", timeout=20, markup=False)
        if len(created) == len(tasks) and self._draft == values:
            self._draft = None
        return created[-1] if created else None


def _title(request: CreateRequest, defaults: CreateDefaults) -> str:
    return f"{request.namespace or defaults.namespace}/{request.name or f'{defaults.prefix}-…'}"


def _running(created: Sequence[CreatedSandbox]) -> str:
    if len(created) == 1:
        return f"{sanitize_line(created[0].sandbox_id)} is running"
    return f"{len(created)} sandboxes are running"


def _settle(view: ManyScreen, index: int, task: asyncio.Task[SandboxT]) -> None:
    view.settle_one(index, _error_of(task), cancelled=task.cancelled())


def _created(task: asyncio.Task[SandboxT]) -> SandboxT | None:
    """The sandbox, where there is one. What is no error of the provider's goes on."""
    return None if task.cancelled() or _error_of(task) is not None else task.result()


def _error_of(task: asyncio.Task[SandboxT]) -> SandboxError | None:
    error = None if task.cancelled() else task.exception()
    return error if isinstance(error, SandboxError) else None


def _failure_of(tasks: Sequence[asyncio.Task[SandboxT]], view: ProgressScreen) -> str:
    if isinstance(view, ManyScreen):
        return failure_summary(view.copies)
    error = _error_of(tasks[0])
    return "" if error is None else failure_text(error)
