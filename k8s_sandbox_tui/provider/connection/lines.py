"""An answer that goes on, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from k8s_sandbox_tui.provider.connection.failures import transport_error
from k8s_sandbox_tui.provider.connection.session import closing_told
from k8s_sandbox_tui.provider.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Lines = bytes | memoryview
"""One line or more with their line ends."""

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes: many times what an API server takes for one object."""


async def lines_of(response: aiohttp.ClientResponse, server: str) -> AsyncIterator[Lines]:
    """Whole lines, as they arrive; the last one of all may lack its line end.

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
            end = chunk.rfind(b"\n") + 1
            begin = chunk.find(b"\n") + 1 if rest else 0
            if begin:
                yield rest + chunk[:begin]
                rest = b""
            if begin < end:
                yield memoryview(chunk)[begin:end]  # most of a busy watch, which is not copied
            rest += chunk[end:]
            if len(rest) > LONGEST_LINE:
                raise TransportError(f"{server} sent a line of more than {LONGEST_LINE} bytes.", sent=True)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise transport_error(error, server) from error
    if rest:
        yield rest
