"""`url`: where a port of a sandbox can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.cli.text import printable

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.arguments import Url
    from k8s_sandbox_tui.provider.compute import Compute


async def url(verb: Url, compute: Compute) -> int:
    """Prints the URL; without a template it is ComputeSDK's placeholder, and a note says so."""
    sandbox = await find(compute, verb.id)
    output.emit(printable(sandbox.get_url(verb.port, protocol=verb.protocol)) + "\n")
    if not compute.config.url_template:
        output.note("note: this is a placeholder; name the way to your services with --url-template.")
    return exit_codes.OK
