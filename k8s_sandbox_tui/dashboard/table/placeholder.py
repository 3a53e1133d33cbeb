"""What stands in the table when it has no row to show: why, and what to do about it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Literal

from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.feed_state import FeedState
    from k8s_sandbox_tui.dashboard.shown_keys import KeyOf

Tone = Literal["calm", "warning", "error"]


class Placeholder(Record, frozen=True):
    """A message in place of rows."""

    title: str
    lines: tuple[str, ...] = ()
    tone: Tone = "calm"

    @property
    def said(self) -> tuple[str, ...]:
        """All of it that is not empty."""
        return tuple(text for text in (self.title, *self.lines) if text)


class PlaceholderLine(Record, frozen=True):
    """One line of it as it is drawn; with a tone if it belongs to the title."""

    text: str
    tone: Tone | None = None


def placeholder_for(
    feed: FeedState, *, total: int, filter_text: str, where: str, server: str, key: KeyOf, asked: str = ""
) -> Placeholder:
    """The message for a table without rows.

    Args:
        feed: How the rows come in.
        total: Sandboxes there are, those left out by the filter included.
        filter_text: The filter as typed.
        where: The namespace shown, in words.
        server: The API server's address.
        key: The keys of the commands that help.
        asked: The labels that the cluster is asked for, where it is not asked for all.
    """
    clear, refresh = key("view.clear"), key("view.refresh")
    if total and filter_text:
        return Placeholder(
            f"None of {total} sandboxes matches the filter.", (f"Filter: {filter_text}", f"{clear} clears it.")
        )
    match feed.freshness:
        case "denied":
            granted = f"Press {refresh} when it has been granted, {key('place.namespaces')} for another namespace."
            return Placeholder(f"No right to list sandboxes in {where}.", (feed.cause, feed.hint, granted), "error")
        case "stale":
            other = f"{key('place.context')} for another cluster"
            what = "connection" if not feed.answered else "list of sandboxes" if feed.logged_in else "access"
            preposition = "from" if feed.answered and feed.logged_in else "to"
            return Placeholder(
                f"No {what} {preposition} {server}." if server else f"No {what}.",
                (feed.cause, feed.hint, f"It is tried again by itself; press {refresh} to try now, {other}."),
                "warning",
            )
        case "live" | "polling" if feed.complete and asked:
            return Placeholder(
                f"No sandboxes in {where} with {asked}.", (f"{clear} clears the filter and asks for all.",)
            )
        case "live" | "polling" if feed.complete:
            create = f"Press {key('sandbox.create')} to create one."
            some = " that may be listed" if feed.denied else ""
            return Placeholder(
                f"No sandboxes in {where}{some}.", (feed.trouble, create), "warning" if feed.denied else "calm"
            )
        case _:
            return Placeholder(f"Reading the sandboxes in {where} ..." if server else "Connecting ...")


def placeholder_lines(placeholder: Placeholder, width: int, height: int) -> list[PlaceholderLine]:
    """The lines of the space it stands in: wrapped, and a little above the middle."""
    room = max(10, min(width - 4, 76))
    lines = [PlaceholderLine(line, placeholder.tone) for line in textwrap.wrap(placeholder.title, room)]
    for text in placeholder.lines:
        if text:
            lines.append(PlaceholderLine(""))
            lines.extend(PlaceholderLine(line) for line in textwrap.wrap(text, room))
    above = max(0, (height - len(lines)) * 2 // 5)
    return ([PlaceholderLine("")] * above + lines)[: max(0, height)]
