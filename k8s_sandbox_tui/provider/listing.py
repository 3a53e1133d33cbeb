"""Lists of sandboxes: page by page, or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import ApiError
from k8s_sandbox_tui.provider.info import sandbox_info
from k8s_sandbox_tui.provider.pods import PAGE_SIZE, pod_pages
from k8s_sandbox_tui.provider.reaper import end_expired

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.models import SandboxInfo
    from k8s_sandbox_tui.provider.selection import Selection


async def sandbox_pages(
    access: ClusterAccess, selection: Selection, *, page_size: int = PAGE_SIZE
) -> AsyncIterator[list[SandboxInfo]]:
    """The sandboxes of a selection, page by page, namespace by namespace; no sandbox twice.

    A list that expires between two of its pages is begun again, once. Sandboxes past their expiry are destroyed
    behind it.

    Raises:
        ForbiddenError: Listing Pods there is not allowed.
        ApiError: Refused; status 410 when the list expires a second time.
    """
    for namespace in await _namespaces(access, selection):
        async for infos in _pages(access, selection, namespace, page_size):
            yield infos


async def all_sandboxes(access: ClusterAccess, selection: Selection) -> list[SandboxInfo]:
    """All sandboxes of a selection, namespace by namespace."""
    return [info async for page in sandbox_pages(access, selection) for info in page]


async def _pages(
    access: ClusterAccess, selection: Selection, namespace: str, page_size: int
) -> AsyncIterator[list[SandboxInfo]]:
    connection = await access.open()
    handed_out: set[str] = set()
    began_again = False
    while True:
        try:
            async for page in pod_pages(
                connection,
                namespace,
                label_selector=selection.label_selector,
                field_selector=selection.field_selector,
                page_size=page_size,
            ):
                infos = [sandbox_info(pod) for pod in page.items or ()]
                now = connection.clock.now()
                end_expired(access, infos, now)
                if began_again:
                    infos = [info for info in infos if info.uid not in handed_out]
                if page.metadata.continue_:
                    handed_out.update(info.uid for info in infos)
                yield [info for info in infos if selection.has(info, now)]
        except ApiError as error:
            if error.status != 410 or began_again:
                raise
            began_again = True
        else:
            return


async def _namespaces(access: ClusterAccess, selection: Selection) -> Sequence[str]:
    if selection.namespaces is None:
        return (await access.namespace(),)
    return selection.namespaces or ("",)
