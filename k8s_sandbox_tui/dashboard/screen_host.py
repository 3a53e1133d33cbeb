"""The app, as far as a dialogue needs one: to show screens and to say a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from textual.screen import Screen

AnswerT = TypeVar("AnswerT")


class ScreenHost(Protocol):
    """Any Textual app."""

    async def push_screen_wait(self, screen: Screen[AnswerT]) -> AnswerT:
        """Show a screen and wait for what it is dismissed with; only in a worker."""
        ...

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something at the edge of the screen."""
        ...
