"""Which sandboxes a typed filter lets through.

A filter is words; a sandbox has to contain all of them somewhere in its name,
namespace, status and reason, runtime, image, node, address or metadata
(`key=value`). Case does not matter. `!word` leaves out what contains it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.models import SandboxInfo


class Filter(NamedTuple):
    """A parsed filter; without words it lets everything through."""

    text: str = ""
    """As it was typed."""
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it can leave anything out."""
        return bool(self.wanted or self.unwanted)

    def matches(self, haystack: str) -> bool:
        """Whether a sandbox with this `haystack()` is let through."""
        return all([word in haystack for word in self.wanted]) and not any(  # noqa: C419 - a list is faster here
            [word in haystack for word in self.unwanted]  # noqa: C419
        )


def parse_filter(text: str) -> Filter:
    """Parse what was typed. No text is wrong: a lone `!` waits for its word."""
    words = text.casefold().split()
    return Filter(
        text=text,
        wanted=tuple(word for word in words if not word.startswith("!")),
        unwanted=tuple(word[1:] for word in words if word.startswith("!") and len(word) > 1),
    )


def haystack(info: SandboxInfo) -> str:
    """The text of a sandbox that filters look at; the separator cannot be typed."""
    words = (info.name, info.namespace, info.status, info.reason, info.runtime, info.image, info.node, info.pod_ip)
    return "\n".join((*words, *map("=".join, info.metadata.items()))).casefold()
