"""The forwards of a session and the screen over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.forwards.board import Forwards
from k8s_sandbox_tui.dashboard.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.dashboard.forwards.protocols import ForwardHandle
    from k8s_sandbox_tui.dashboard.sandbox_host import SandboxHost
    from k8s_sandbox_tui.dashboard.screen_host import ScreenHost
    from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory


class ForwardsDesk:
    """Opens the screen, and tells once when a forward has lost its sandbox."""

    def __init__(self, app: ScreenHost, history: UrlHistory, changed: Callable[[], None]) -> None:
        """Begin with none.

        Args:
            app: Shows the screen.
            history: The ports used before in this session.
            changed: Called when a forward has come or ended.
        """
        self._app = app
        self._history = history
        self._forwards = Forwards(changed, self._gone)

    @property
    def live(self) -> int:
        """How many take connections."""
        return self._forwards.live

    async def open(self, host: SandboxHost | None, name: str, port: int | None = None, *, shared: bool = False) -> None:
        """Show all forwards, and a field for another one of this sandbox. Has to run in a worker.

        Args:
            host: The sandbox; None where none is selected.
            name: What it is called.
            port: The port to begin with.
            shared: Whether the ports of the sandbox are those of this machine.
        """
        from k8s_sandbox_tui.dashboard.forwards.screen import ForwardsScreen

        screen = ForwardsScreen(self._forwards, host, name, self._history, port=port, shared=shared)
        await self._app.push_screen_wait(screen)

    def _gone(self, handle: ForwardHandle) -> None:
        what = f"Port {handle.remote_port} of {handle.sandbox_id}"
        said = harmless(f"{what} is not forwarded any more. {handle.reason}")
        self._app.notify(said, severity="warning", markup=False)
