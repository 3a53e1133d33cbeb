"""A Textual app whose toasts make way for what is of use: the cursor, buttons, what one types in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ReturnType
from textual.events import Key, MouseDown

from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp

if TYPE_CHECKING:
    from textual import events
    from textual.screen import Screen
    from textual.signal import Signal

MOVED = 0.05
"""Seconds after which toasts make way for a cursor that a widget has moved without telling of the key."""

TOASTS = """
Toast { width: auto; max-width: 76; min-width: 24; margin-top: 0; padding: 0 1; background: $panel; }
ToastRack { margin-bottom: 2; overflow-y: hidden; }
"""
"""How they look."""


class ToastApp(ClipboardApp[ReturnType]):
    """Base of the dashboard's app."""

    def keep_toasts_clear(self) -> None:
        """From now on, on this screen and on those to come, have toasts cover nothing that is of use."""
        cast("Signal[Screen[object]]", self.screen_change_signal).subscribe(self, self._place_toasts, immediate=True)
        self._place_toasts(self.screen)

    def _place_toasts(self, screen: Screen[object]) -> None:
        from k8s_sandbox_tui.dashboard.toasts import keep_toasts_clear

        keep_toasts_clear(self, screen)

    def take_back(self, message: str) -> None:
        """No longer show a toast with this text: another one takes its place."""
        for notification in list(self._notifications):
            if notification.message == message:
                self._unnotify(notification)

    def move_toasts(self) -> None:
        """Have toasts cover nothing that has become of use; where the app ends, there is no screen any more."""
        from k8s_sandbox_tui.dashboard.toasts import place_toasts

        for screen in self.screen_stack[-1:]:
            place_toasts(screen)

    async def on_event(self, event: events.Event) -> None:
        """Follow the cursor."""
        # A key that a widget has passed on comes by a second time: what it stands for is then done.
        done = event.is_forwarded
        await super().on_event(event)
        if self._notifications and isinstance(event, (Key, MouseDown)):
            if done:
                self.move_toasts()
            else:
                self.set_timer(MOVED, self.move_toasts)
