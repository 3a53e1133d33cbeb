"""How the rows come in: what the state line and the empty table tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.ports import InventoryUpdatePort


class FeedState(Record, frozen=True):
    """The freshness of the rows, and the cause where they are not fresh."""

    freshness: str = "loading"
    """The value of the provider's `Freshness`; `closed` where there is no connection to be fresh."""
    since: datetime | None = None
    complete: bool = False
    """Whether all pages have come in at least once."""
    cause: str = ""
    hint: str = ""
    """The next step that the error names; may be empty."""
    answered: bool = False
    """Whether the cause is what the API server answered, and not that it did not."""
    logged_in: bool = True
    """Whether it knows who asks, as far as is known."""
    denied: tuple[str, ...] = ()
    """The namespaces that may not be listed, where the rows are those of others."""

    @property
    def trouble(self) -> str:
        """Cause and next step in one line: Kubernetes ends its sentences without a full stop."""
        stop = "." if self.cause and self.hint and self.cause[-1] not in ".!?:" else ""
        return f"{self.cause}{stop} {self.hint}".strip()

    def after(self, update: InventoryUpdatePort) -> FeedState:
        """The state that an update leaves behind."""
        error = update.error
        if error is None:
            answered, logged_in = False, True
        else:
            from k8s_sandbox_tui.provider.errors import ApiError, AuthenticationError

            answered, logged_in = isinstance(error, ApiError), not isinstance(error, AuthenticationError)
        cause, hint = ("", "") if error is None else (error.message, error.hint)
        if update.granted is not None:
            cause = (
                f"No right to list sandboxes in {', '.join(update.denied)}" if update.freshness == "denied" else cause
            )
        if update.freshness == "denied" and (update.granted is not None or len(update.denied) > 1):
            where = "there" if len(update.denied) == 1 else "in each of these namespaces"
            hint = f"A Role with the verb 'list' on 'pods' {where} grants it."
        return FeedState(
            # What is said of rows is said of those that there are.
            freshness=str(update.granted if update.granted and update.freshness == "denied" else update.freshness),
            since=update.since,
            complete=update.complete or self.complete,
            cause=cause,
            hint=hint,
            answered=answered,
            logged_in=logged_in,
            denied=tuple(update.denied) if update.granted is not None else (),
        )
