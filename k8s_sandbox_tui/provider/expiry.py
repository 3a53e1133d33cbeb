"""When a sandbox ends by itself: the annotation `computesdk.io/expires-at`, and what is meant by it.

The annotation holds a moment, RFC 3339 in UTC, by the clock of the API server. Every client of ours that lists or
watches the sandbox destroys it once that moment and `GRACE` have passed, if it has the right to. Before it does,
it reads the Pod again and deletes just that version of it: a sandbox whose expiry was put off in the meantime
lives on, however late the news came. Kubernetes itself does not know of it; the hard cap that it does enforce is
`spec.activeDeadlineSeconds`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.labels import EXPIRES_ANNOTATION

if TYPE_CHECKING:
    from collections.abc import Mapping

GRACE = timedelta(seconds=2)
"""How long after its expiry a sandbox is left alone: clocks are compared by headers that tell whole seconds."""


FIRST_YEAR, LAST_YEAR = 1971, 9998


def expiry_of(annotations: Mapping[str, str]) -> datetime | None:
    """When a sandbox expires; None: never, also where what the annotation says is no moment."""
    text = annotations.get(EXPIRES_ANNOTATION)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def expiry_text(moment: datetime) -> str:
    """The annotation's value; whole seconds, rounded up.

    Raises:
        InvalidArgumentError: It has no time zone, or a year that cannot be meant.
    """
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InvalidArgumentError(
            f"An expiry needs a time zone, and a year from {FIRST_YEAR} to {LAST_YEAR}.",
            hint="It looks like datetime.now(UTC) + timedelta(hours=1).",
        )
    moment = moment.astimezone(UTC)
    if moment.microsecond:
        moment = moment.replace(microsecond=0) + timedelta(seconds=1)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def is_due(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a sandbox has outlived its expiry, by the API server's clock."""
    return expires_at is not None and now - GRACE >= expires_at
