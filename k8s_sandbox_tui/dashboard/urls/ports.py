"""Port numbers: reading what is typed, and which ports to suggest."""

from __future__ import annotations

import msgspec

from k8s_sandbox_tui.dashboard.remembered import Memory, Remembered

MAX_PORT = 65535

COMMON_PORTS = (3000, 5173, 8000, 8080, 8888, 5000, 4200, 80)
"""Where development servers listen unless told: Node, Vite, Python, proxies, Jupyter, Flask, Angular, HTTP."""

MAX_RECENT = 8


def port_reason(text: str) -> str:
    """Why the text is no port; empty when it is one."""
    text = text.strip()
    if not text:
        return "A port is missing"
    if not (text.isascii() and text.isdigit()):
        return "A port is a whole number"
    # The length first: int() refuses numbers of thousands of digits.
    digits = text.lstrip("0")
    return "" if digits and len(digits) <= 5 and int(digits) <= MAX_PORT else f"A port is from 1 to {MAX_PORT}"


def parse_port(text: str) -> int | None:
    """The port, or None where `port_reason` has something to say."""
    return None if port_reason(text) else int(text.strip().lstrip("0"))


PROTOCOLS = ("http", "https", "ws", "wss")


class UrlUse(msgspec.Struct, frozen=True):
    """What is remembered of URLs."""

    ports: tuple[int, ...] = ()
    """The latest first."""
    protocol: str = PROTOCOLS[0]

    def after(self, port: int, protocol: str) -> UrlUse:
        """The same once these were used."""
        return UrlUse((port, *(other for other in self.ports if other != port))[:MAX_RECENT], protocol)


_URLS = Memory("urls", UrlUse, UrlUse())


class UrlHistory:
    """The ports and the protocol used last, in this session of the dashboard and in those before."""

    def __init__(self, remembered: Remembered | None = None) -> None:
        """Args: `remembered` is where they are kept; None: nowhere, they are forgotten at the end."""
        self._remembered = remembered or Remembered()

    @property
    def ports(self) -> tuple[int, ...]:
        """The latest first."""
        # Somebody may have edited the file.
        return tuple(dict.fromkeys([port for port in self._use.ports if 0 < port <= MAX_PORT]))[:MAX_RECENT]

    @property
    def protocol(self) -> str:
        """One of `PROTOCOLS`."""
        return self._use.protocol if self._use.protocol in PROTOCOLS else PROTOCOLS[0]

    def use(self, port: int, protocol: str) -> None:
        """Remember both as the latest."""
        self._remembered.change(_URLS, lambda use: use.after(port, protocol))

    def suggestions(self) -> tuple[int, ...]:
        """The recent ports, then the common ones that are not among them."""
        recent = self.ports
        return (*recent, *(port for port in COMMON_PORTS if port not in recent))

    @property
    def _use(self) -> UrlUse:
        return self._remembered.get(_URLS)
