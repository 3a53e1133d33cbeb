"""An answer that goes on, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from k8s_sandbox_tui.provider.connection.failures import transport_error
from k8s_sandbox_tui.provider.connection.session import closing_told
from k8s_sandbox_tui.provider.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes: many times what an API server takes for one object."""


async def lines_of(response: aiohttp.ClientResponse, server: str) -> AsyncIterator[list[bytes]]:
    """The lines that arrived together, without their line ends; the last one may lack its own.

    Args:
        response: The answer, whose head has been read.
        server: The API server's URL, for messages.

    Raises:
        TransportError: The connection broke, or a line does not end.
    """
    rest = b""
    try:
        while True:
            with closing_told(response):
                chunk = await response.content.readany()
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            if lines:
                yield lines
            if len(rest) > LONGEST_LINE:
                raise TransportError(f"{server} sent a line of more than {LONGEST_LINE} bytes.", sent=True)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise transport_error(error, server) from error
    if rest:
        yield [rest]
