"""Imports aiohttp without reading the system's authorities for it.

aiohttp makes a TLS context when it is imported, for requests that bring none. All of ours bring their own, so the
50 ms that OpenSSL 3 takes to read 150 authorities were spent for nothing before the first request of each process.
For others in the process that context stays what it is: it gets the authorities with its first connection.
"""

from __future__ import annotations

import ssl
import sys
from importlib import import_module
from typing import Any

_LOAD = ssl.SSLContext.load_default_certs


class LateContext(ssl.SSLContext):
    """Becomes an `ssl.SSLContext` like others once a connection is made with it."""

    def wrap_bio(self, *arguments: Any, **options: Any) -> ssl.SSLObject:
        """Reads the authorities, then does what is asked."""
        return _loaded(self).wrap_bio(*arguments, **options)

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        """Reads the authorities, then does what is asked."""
        return _loaded(self).wrap_socket(*arguments, **options)


def import_aiohttp() -> None:
    """Imports it, unless somebody has. Contexts that are made meanwhile get the system's authorities late too."""
    if "aiohttp" in sys.modules:
        return
    type.__setattr__(ssl.SSLContext, "load_default_certs", _load_late)
    try:
        import_module("aiohttp")
    finally:
        type.__setattr__(ssl.SSLContext, "load_default_certs", _LOAD)


def _load_late(context: ssl.SSLContext, purpose: ssl.Purpose = ssl.Purpose.SERVER_AUTH) -> None:
    if type(context) is ssl.SSLContext and purpose is ssl.Purpose.SERVER_AUTH:
        object.__setattr__(context, "__class__", LateContext)
    else:
        _LOAD(context, purpose)


def _loaded(context: ssl.SSLContext) -> ssl.SSLContext:
    object.__setattr__(context, "__class__", ssl.SSLContext)
    context.load_default_certs()
    return context
