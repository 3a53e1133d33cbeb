"""From the id on the command line to the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.errors import NotFoundError

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.sandbox import Sandbox


async def find(compute: Compute, sandbox_id: str) -> Sandbox:
    """Returns the sandbox of this id.

    Raises:
        NotFoundError: There is none.
        NotManagedError: The Pod is not a sandbox.
    """
    sandbox = await compute.sandbox.get_by_id(sandbox_id)
    if sandbox is None:
        raise NotFoundError(f"No sandbox {sandbox_id}.", status=404, hint="The command ls lists them.")
    return sandbox
