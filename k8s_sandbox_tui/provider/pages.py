"""A long list of sandboxes, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.listing import sandbox_pages
from k8s_sandbox_tui.provider.pods import LARGEST_PAGE
from k8s_sandbox_tui.provider.sandbox import Sandbox

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.selection import Selection


class SandboxPages:
    """Pages, as an async iterator. Each is asked for when it is taken; one may be empty, where none is meant in it."""

    def __init__(self, access: ClusterAccess, selection: Selection, *, page_size: int) -> None:
        """Makes no request; see `SandboxCollection.pages`.

        Raises:
            InvalidArgumentError: The size of a page cannot be.
        """
        if not 1 <= page_size <= LARGEST_PAGE:
            raise InvalidArgumentError(
                f"A page of {page_size} Pods cannot be.", hint=f"It has from 1 to {LARGEST_PAGE} of them."
            )
        self._access = access
        self._infos = sandbox_pages(access, selection, page_size=page_size)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[Sandbox]:
        """The next page.

        Raises:
            ForbiddenError: Listing Pods there is not allowed.
        """
        return [Sandbox(self._access, info) for info in await anext(self._infos)]
