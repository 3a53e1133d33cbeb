"""From the form to a running sandbox: ask, create, show the progress, and ask again where it failed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from k8s_sandbox_tui.dashboard.create.progress import ProgressAnswer, ProgressScreen, failure_text
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen
from k8s_sandbox_tui.dashboard.sanitize import sanitize_line
from k8s_sandbox_tui.provider.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from k8s_sandbox_tui.dashboard.create.form import CreateDefaults, CreateRequest, FormValues
    from k8s_sandbox_tui.dashboard.screen_host import ScreenHost
    from k8s_sandbox_tui.provider.models import CreateProgress, Runtime


class CreatedSandbox(Protocol):
    """What the flow needs to know of a sandbox."""

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        ...


SandboxT_co = TypeVar("SandboxT_co", bound=CreatedSandbox, covariant=True)
SandboxT = TypeVar("SandboxT", bound=CreatedSandbox)


class SandboxCreator(Protocol[SandboxT_co]):
    """The one verb of the provider's sandbox collection that creating needs.

    It deletes the half-made Pod when it fails or is cancelled.
    """

    async def create(
        self,
        *,
        envs: Mapping[str, str] | None = None,
        metadata: Mapping[str, object] | None = None,
        runtime: Runtime | None = None,
        image: str | None = None,
        name: str | None = None,
        namespace: str | None = None,
        on_progress: Callable[[CreateProgress], None] | None = None,
    ) -> SandboxT_co:
        """Create a sandbox and wait until it runs."""
        ...


class CreateFlow(Generic[SandboxT]):
    """Creates sandboxes for a person; keeps what was typed until it has led to one.

    One instance serves the app for as long as the cluster stays the same. `run` may go on
    several times at once: a create that was sent to the background does not block a new one.
    """

    def __init__(self, app: ScreenHost, creator: SandboxCreator[SandboxT], defaults: CreateDefaults) -> None:
        self._app = app
        self._creator = creator
        self._defaults = defaults
        self._draft: FormValues | None = None
        self._failure = ""

    async def run(self) -> SandboxT | None:
        """Open the form and see its sandbox through; None where it was cancelled or failed.

        Has to run in a worker. Errors of the provider are shown, not raised. Cancelling the
        worker cancels the create, too.
        """
        while True:
            form = CreateScreen(self._defaults, self._draft, failure=self._failure)
            answer = await self._app.push_screen_wait(form)
            self._failure = ""
            self._draft = None if answer.values.is_empty else answer.values
            if answer.request is None:
                return None
            view = ProgressScreen(_title(answer.request, self._defaults))
            task = asyncio.create_task(self._send(answer.request, view), name="create a sandbox")
            try:
                wish = await self._follow(task, view)
            finally:
                task.cancel()
            if wish is not ProgressAnswer.EDIT:
                return self._conclude(task, answer.values, unseen=wish is ProgressAnswer.BACKGROUND)
            self._failure = _failure_of(task)

    async def _send(self, request: CreateRequest, view: ProgressScreen) -> SandboxT:
        return await self._creator.create(
            envs=request.envs,
            metadata=request.metadata,
            runtime=request.runtime,
            image=request.image,
            name=request.name,
            namespace=request.namespace,
            on_progress=view.advance,
        )

    async def _follow(self, task: asyncio.Task[SandboxT], view: ProgressScreen) -> ProgressAnswer:
        """Show the create until its view is left, then wait for its end."""
        view.on_cancel = task.cancel
        task.add_done_callback(lambda _: view.settle(_error_of(task)))
        wish = await self._app.push_screen_wait(view)
        await asyncio.wait({task})
        return wish

    def _conclude(self, task: asyncio.Task[SandboxT], values: FormValues, *, unseen: bool) -> SandboxT | None:
        """Say how it ended where that is not on the screen already."""
        if task.cancelled():
            self._app.notify("Cancelled; what was typed is kept.", markup=False)
            return None
        error = task.exception()
        if isinstance(error, SandboxError):
            if unseen:
                self._failure = failure_text(error)
                message = f"{self._failure}\nWhat was typed is kept: create again to change it."
                self._app.notify(message, title="Not created", severity="error", timeout=20, markup=False)
            return None
        sandbox = task.result()
        if self._draft == values:
            self._draft = None
        self._app.notify(f"{sanitize_line(sandbox.sandbox_id)} is running", markup=False)
        return sandbox


def _title(request: CreateRequest, defaults: CreateDefaults) -> str:
    return f"{request.namespace or defaults.namespace}/{request.name or f'{defaults.prefix}-…'}"


def _error_of(task: asyncio.Task[SandboxT]) -> SandboxError | None:
    error = None if task.cancelled() else task.exception()
    return error if isinstance(error, SandboxError) else None


def _failure_of(task: asyncio.Task[SandboxT]) -> str:
    error = _error_of(task)
    return "" if error is None else failure_text(error)
