"""Imports aiohttp without reading the system's authorities for it.

aiohttp makes two TLS contexts when it is imported, for requests that bring none. All of ours bring their own, so the
100 ms in which OpenSSL 3 reads 150 authorities twice were spent for nothing before the first request of each process.
For others in the process these contexts stay what they are: they get the authorities with their first connection.
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
    # Inherited, so that taking it away again is enough.
    type.__setattr__(ssl.SSLContext, "set_default_verify_paths", _load_late)
    try:
        import_module("aiohttp")
    finally:
        type.__delattr__(ssl.SSLContext, "set_default_verify_paths")
        type.__setattr__(ssl.SSLContext, "load_default_certs", _LOAD)


def _load_late(context: ssl.SSLContext, purpose: ssl.Purpose = ssl.Purpose.SERVER_AUTH) -> None:
    if type(context) is ssl.SSLContext and purpose is ssl.Purpose.SERVER_AUTH:
        object.__setattr__(context, "__class__", LateContext)
    elif not isinstance(context, LateContext):
        _LOAD(context, purpose)


def _loaded(context: ssl.SSLContext) -> ssl.SSLContext:
    object.__setattr__(context, "__class__", ssl.SSLContext)
    context.load_default_certs()
    return context
