"""`limit` and `continue` of lists. The token's form is that of the API server."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError, bad_request, expired


class ContinueToken(msgspec.Struct, frozen=True):
    """Where the next page begins, and in which state of the cluster."""

    v: str
    rv: int
    start: str

    def encode(self) -> str:
        """The token as clients see it."""
        return urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


_VERSION = "meta.k8s.io/v1"


def token_after(key: tuple[str, str], version: int, namespace: str) -> str:
    """The token for the page after the object `key`; a list of one namespace leaves the namespace out."""
    prefix = "" if namespace else key[0]
    return ContinueToken(_VERSION, version, f"{prefix}/{key[1]}\0").encode()


def decode_token(token: str) -> ContinueToken:
    """Reads a token.

    Raises:
        StatusError: 400, it is none.
    """
    try:
        data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise _bad("illegal base64 data at input byte 0") from None
    try:
        decoded = msgspec.json.decode(data, type=ContinueToken)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        raise _bad(_json_error(data)) from None
    if decoded.v != _VERSION:
        raise _bad("server does not recognize this encoded version " + repr(decoded.v))
    return decoded


def start_key(token: ContinueToken, namespace: str) -> tuple[str, str]:
    """The namespace and name before which nothing is listed."""
    prefix, _, name = token.start.partition("/")
    return (namespace or prefix, name)


def expired_continue(token: str) -> StatusError:
    """410: the state that a token belongs to is no longer kept."""
    return expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        "modified, or deleted between the time the first chunk was returned and now may show up in the list.",
        continue_token=token,
    )


def _bad(why: str) -> StatusError:
    return bad_request(f"invalid continue token: continue key is not valid: {why}")


def _json_error(data: bytes) -> str:
    """Go's words for the first wrong byte; a byte counts as the character of its number."""
    if not data:
        return "unexpected end of JSON input"
    letter = chr(data[0])
    if letter == "{":
        return "unexpected end of JSON input"
    shown = letter if letter.isascii() and letter.isprintable() else f"\\u{data[0]:04x}"
    return f"invalid character '{shown}' looking for beginning of value"
